"""What one batch of orders has looked up already, for the short path through `sale_stock` and `stock`.

A memo lives in the context of one create or one confirm, so inside one transaction, and answers nothing that a query
of the same transaction would answer otherwise. Code that finds none does as stock Odoo does.
"""
from dataclasses import dataclass, field

KEY = 'channel_batch_memo'


@dataclass(eq=False)
class BatchMemo:
    """Filled as the batch goes on."""

    products: frozenset = frozenset()
    # Reservation: ids of quants in removal order by (product id, location id): there and below, and there alone.
    quants: dict = field(default_factory=dict)
    quants_there: dict = field(default_factory=dict)
    locked_quants: set = field(default_factory=set)
    # Values of move lines to create together, while a reservation goes on; else None.
    pending_lines: list | None = None
    # Procurement: what `_search_rule_for_warehouses` found.
    rules: dict = field(default_factory=dict)
    orderpoint_products: frozenset | None = None
    # Prices: {price list id: (ids of the products looked up, rules by what they are for)}
    price_rules: dict = field(default_factory=dict)
    # Settings that were searched for: {question: records}
    found: dict = field(default_factory=dict)
    # Numbers drawn ahead: {id of a sequence: names left, last first}
    names: dict = field(default_factory=dict)


def get_memo(records):
    """The memo of the batch that `records` are handled in, or None. What a client puts in a context is never one."""
    memo = records.env.context.get(KEY)
    return memo if isinstance(memo, BatchMemo) else None


def check_companies(records, fnames, check):
    """`_check_company` of a batch: what many of its records have in common is checked once.

    :param check: function(records, field names), which checks as `base` does
    """
    if not get_memo(records) or len(records) < 2:
        return check(records, fnames)
    if fnames is None or {'company_id', 'company_ids'} & set(fnames):
        fnames = set(records._fields) - {'company_id', 'company_ids'}
    for name in fnames:
        definition = records._fields[name]
        if definition.relational and definition.check_company:
            different = {(record.company_id, record.sudo()[name]): record.id for record in records}
            check(records.browse(different.values()), [name])
    return None
