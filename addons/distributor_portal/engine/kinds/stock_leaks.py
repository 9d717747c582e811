"""R8: goods that leave a member without a sale. R14: goods that come back from somebody else."""
from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind
from .pack import _number


@dataclass(frozen=True)
class LeakageFact(Fact):
    """The book of one member and product over `days`, in the product's own unit."""

    sku: str
    days: int
    opening: Decimal
    received: Decimal
    transferred_in: Decimal
    sold: Decimal
    out: Decimal
    closing: Decimal


@kind('leakage')
class NothingLeaks(RuleKind):
    """opening + in + transfers − sell-out − out − closing stays within `share` of the goods and `units`."""

    fact = LeakageFact
    shows_values = False
    params = {'share': Param(float, 0.05, 0.0, 1.0), 'units': Param(float, 10.0, 0.0)}

    def judge(self, fact, params):
        had = fact.opening + fact.received + fact.transferred_in
        missing = had - fact.sold - fact.out - fact.closing
        limit = max(had * Decimal(str(params['share'])), Decimal(str(params['units'])))
        if missing <= limit:
            return None
        return Broken(_number(missing), _number(limit), 'stock_leaks', {'sku': fact.sku}, {
            'missing': _number(missing), 'limit': _number(limit), 'days': fact.days, 'had': _number(had)})


@dataclass(frozen=True)
class ReturnFact(Fact):
    """`sold_to`, `returned_by`: member codes; '' where the code's way is not known."""

    sku: str
    code: str
    sold_to: str
    returned_by: str


@kind('foreign_return')
class OwnReturn(RuleKind):
    """What a member returns was sold to it."""

    fact = ReturnFact
    shows_values = False

    def judge(self, fact, params):
        if not fact.sold_to or fact.sold_to == fact.returned_by:
            return None
        return Broken(fact.code, None, 'return_of_another', {'sku': fact.sku, 'given': fact.code}, {
            'owner': fact.sold_to, 'code': fact.code})
