from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, RuleKind, kind
from .pack import _number


@dataclass(frozen=True)
class StockFact(Fact):
    """`free_qty` is what the chosen warehouse can give this line, in the product's own unit, `unit`."""

    sku: str
    wanted_qty: Decimal
    free_qty: Decimal
    unit: int


@kind('stock')
class StockThere(RuleKind):
    """The warehouse that will ship has the quantity."""

    fact = StockFact

    def judge(self, fact, params):
        if fact.free_qty >= fact.wanted_qty:
            return None
        free = max(fact.free_qty, Decimal(0))
        args = {'sku': fact.sku, 'wanted': _number(fact.wanted_qty), 'free': _number(free), 'unit': fact.unit}
        return Broken(_number(fact.wanted_qty), _number(free), 'stock_short' if free else 'stock_none', args)


@dataclass(frozen=True)
class UrgentFact(Fact):
    """Whether the member may order urgently, and whether a warehouse ships the whole order within `hours`."""

    is_allowed: bool
    is_possible: bool
    hours: Decimal


@kind('urgent')
class UrgentInTime(RuleKind):
    """An order that is asked for urgently leaves within the hours promised. Broken, it takes the normal way."""

    fact = UrgentFact

    def judge(self, fact, params):
        if fact.is_allowed and fact.is_possible:
            return None
        hours = _number(fact.hours)
        return Broken(None, hours, 'urgent_too_late' if fact.is_allowed else 'urgent_not_allowed', {'hours': hours})
