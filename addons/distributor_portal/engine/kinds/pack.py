from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ..packs import plain as _number
from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class PackFact(Fact):
    """Quantities in the product's own unit, of which `unit` is the caller's key. Zero means: no such limit.

    :param total: what the whole order asks of the product, when it does so on several lines
    :param minimum_for: (for whom, counted in which pack level) the minimum was agreed; empty where it is everybody's.
        So with `multiple_for` and `maximum_for`.
    """

    sku: str
    qty: Decimal
    multiple: Decimal
    minimum: Decimal
    unit: int
    maximum: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    minimum_for: tuple[str, ...] = ()
    multiple_for: tuple[str, ...] = ()
    maximum_for: tuple[str, ...] = ()


@kind('pack')
class PackMultiple(RuleKind):
    """Not fewer than the minimum, whole packs only, and not more than the most; in this order."""

    fact = PackFact

    def judge(self, fact, params):
        args = {'sku': fact.sku, 'qty': _number(fact.qty), 'unit': fact.unit}
        if fact.qty <= 0:
            return Broken(_number(fact.qty), '0', 'quantity_not_positive', args)
        return self._judge_minimum(fact, args) or self._judge_multiple(fact, args) or self._judge_maximum(fact, args)

    def _judge_minimum(self, fact, args):
        if not fact.minimum or fact.qty >= fact.minimum:
            return None
        return Broken(_number(fact.qty), _number(fact.minimum), _named('below_minimum', fact.minimum_for), {
            **args, **_whose(fact.minimum_for), 'minimum': _number(fact.minimum),
            'proposal': _number(self.round_up(fact.minimum, fact.multiple))})

    def _judge_multiple(self, fact, args):
        if not fact.multiple or not fact.qty % fact.multiple:
            return None
        lower = self.round_down(fact.qty, fact.multiple)
        text = 'not_whole_packs' if lower else 'below_one_pack'
        return Broken(_number(fact.qty), _number(fact.multiple), _named(text, fact.multiple_for), {
            **args, **_whose(fact.multiple_for), 'multiple': _number(fact.multiple), 'lower': _number(lower),
            'upper': _number(lower + fact.multiple)})

    def _judge_maximum(self, fact, args):
        total = max(fact.qty, fact.total)
        if not fact.maximum or total <= fact.maximum:
            return None
        most = self.round_down(fact.maximum, fact.multiple)
        return Broken(_number(total), _number(fact.maximum), _named('above_maximum', fact.maximum_for), {
            **args, **_whose(fact.maximum_for), 'qty': _number(total), 'maximum': _number(fact.maximum),
            'proposal': _number(most)})

    @staticmethod
    def round_up(qty: Decimal, multiple: Decimal) -> Decimal:
        """The smallest number of whole packs that holds `qty`."""
        return qty if not multiple else (qty / multiple).to_integral_value(ROUND_CEILING) * multiple

    @staticmethod
    def round_down(qty: Decimal, multiple: Decimal) -> Decimal:
        """The largest number of whole packs within `qty`."""
        return qty if not multiple else (qty / multiple).to_integral_value(ROUND_FLOOR) * multiple


@dataclass(frozen=True)
class OrderMinimumFact(Fact):
    """What the goods of an order come to, before tax, and the least that an order of its tier must come to."""

    amount: Decimal
    minimum: Decimal
    currency: str
    tier: str


@kind('order_minimum')
class OrderMinimum(RuleKind):
    """The order as a whole is worth sending."""

    fact = OrderMinimumFact

    def judge(self, fact, params):
        if fact.amount >= fact.minimum:
            return None
        return Broken(str(fact.amount), str(fact.minimum), 'order_too_small', {
            'amount': str(fact.amount), 'minimum': str(fact.minimum), 'missing': str(fact.minimum - fact.amount),
            'currency': fact.currency, 'tier': fact.tier})


def _named(text: str, terms: tuple[str, ...]) -> str:
    """The sentence that also says for whom that was agreed, where it was for somebody."""
    return f'{text}_for' if terms else text


def _whose(terms: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(('who', 'level'), terms, strict=False))
