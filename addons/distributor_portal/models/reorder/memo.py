"""What one page of the dealer centre has found out about a member already.

A memo lives in the context of one request, so inside one transaction, and answers nothing that a query of the same
transaction would answer otherwise. Code that finds none asks.
"""
from dataclasses import dataclass, field

from ..fast.memo import BatchMemo

KEY = 'channel_page_memo'


@dataclass(eq=False)
class PageMemo:
    """Filled as the page goes on; of one member, the first that it was asked for."""

    member: int
    domain: object = None  # of the products it may order
    habits: list | None = None
    promoted: object = None
    wanted: list = field(default_factory=list)  # ids of products that are asked for beside the promoted ones
    licensed: set = field(default_factory=set)  # ids of those of them that it may order
    checked: set = field(default_factory=set)  # ids of products of which that is known
    offers: dict = field(default_factory=dict)  # {product id: engine offer, or None where there is none}
    # Rules of price lists, as the short path of a batch of orders keeps them.
    prices: BatchMemo = field(default_factory=BatchMemo)


def get_memo(member):
    """The memo of the page about this member, or None. What a client puts in a context is never one."""
    memo = member.env.context.get(KEY)
    return memo if isinstance(memo, PageMemo) and memo.member == member.id else None


def with_memo(member):
    """This member with a memo in its context."""
    return member if get_memo(member) else member.with_context(**{KEY: PageMemo(member.id)})
