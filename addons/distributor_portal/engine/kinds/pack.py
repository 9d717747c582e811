from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class PackFact(Fact):
    """Quantities in the product's own unit, of which `unit` is the caller's key. Zero means: no such limit."""

    sku: str
    qty: Decimal
    multiple: Decimal
    minimum: Decimal
    unit: int


@kind('pack')
class PackMultiple(RuleKind):
    """Whole packs only, and not fewer than the minimum."""

    fact = PackFact

    def judge(self, fact, params):
        args = {'sku': fact.sku, 'qty': _number(fact.qty), 'unit': fact.unit}
        if fact.qty <= 0:
            return Broken(_number(fact.qty), '0', 'quantity_not_positive', args)
        if fact.minimum and fact.qty < fact.minimum:
            proposal = self.round_up(fact.minimum, fact.multiple)
            return Broken(_number(fact.qty), _number(fact.minimum), 'below_minimum', {
                **args, 'minimum': _number(fact.minimum), 'proposal': _number(proposal)})
        if fact.multiple and fact.qty % fact.multiple:
            lower = fact.qty // fact.multiple * fact.multiple
            upper = lower + fact.multiple
            args |= {'multiple': _number(fact.multiple), 'lower': _number(lower), 'upper': _number(upper)}
            text = 'not_whole_packs' if lower else 'below_one_pack'
            return Broken(_number(fact.qty), _number(fact.multiple), text, args)
        return None

    @staticmethod
    def round_up(qty: Decimal, multiple: Decimal) -> Decimal:
        """The smallest number of whole packs that holds `qty`."""
        return qty if not multiple else (qty / multiple).to_integral_value(ROUND_CEILING) * multiple


def _number(value: Decimal) -> str:
    """12, not 12.000 nor 1.2E+1."""
    return format(value.normalize(), 'f')
