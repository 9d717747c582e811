from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind


@dataclass(frozen=True)
class PriceFact(Fact):
    """Prices per unit ordered, before tax; `given` is what the customer expects, None when it named no price."""

    sku: str
    price: Decimal
    given: Decimal | None
    currency: str


@kind('price')
class PriceKnown(RuleKind):
    """A price is agreed, and it is the one the customer counts on.

    `tolerance`: how far the customer's price may lie from ours, as a share of ours.
    """

    fact = PriceFact
    params = {'tolerance': Param(float, 0.005, 0.0, 1.0)}
    needs_basis = True

    def judge(self, fact, params):
        if fact.price <= 0:
            return Broken(_money(fact.price), None, 'price_missing', {'sku': fact.sku})
        if fact.given is None:
            return None
        allowed = fact.price * Decimal(str(params['tolerance']))
        if abs(fact.given - fact.price) > allowed:
            given, price = _money(fact.given), _money(fact.price)
            args = {'sku': fact.sku, 'given': given, 'price': price, 'currency': fact.currency}
            return Broken(given, price, 'price_differs', args)
        return None


def _money(amount: Decimal) -> str:
    """At least two decimals, no trailing zeros beyond: 10.50, 0.125."""
    exact = amount.normalize()
    return format(exact if exact.as_tuple().exponent < -2 else amount.quantize(Decimal('0.01')), 'f')
