"""What one batch of orders has found out about credit: who draws on which lines, and which of these it has locked.

A memo lives in the context of one batch, so inside one transaction. Who draws on what does not change meanwhile, and
a lock lasts as long as the transaction.
"""
KEY = 'channel_credit_memo'


class CreditMemo:
    """Filled as the batch goes on. Compared by identity: no other batch's environment is taken for its own."""

    def __init__(self):
        self.pools = {}  # {id of a member: ids of the lines it draws on}
        self.locked = set()  # ids of lines
        self.raised = {}  # {id of a line: what its raises in force come to}


def get_memo(records):
    """The memo of the batch that `records` are handled in, or None. What a client puts in a context is never one."""
    memo = records.env.context.get(KEY)
    return memo if isinstance(memo, CreditMemo) else None


def with_memo(records):
    """These records with a memo in their context."""
    return records if get_memo(records) else records.with_context(**{KEY: CreditMemo()})
