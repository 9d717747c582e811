"""R7: more than the member can plausibly sell."""
from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind
from ..tails import demand_tail
from .pack import _number


@dataclass(frozen=True)
class QuantityFact(Fact):
    """Quantities in the product's own unit. `mean` and `variance` are those of a day's demand; `stock` and `pipeline`
    are what the member has and what is on its way; `lead_days` how long an order takes.

    `tier_gap`: how much is missing to the next rebate tier before this order; None where there is none.
    """

    sku: str
    qty: Decimal
    mean: Decimal
    variance: Decimal
    stock: Decimal
    pipeline: Decimal
    lead_days: int
    tier_gap: Decimal | None = None


@kind('quantity')
class PlausibleQuantity(RuleKind):
    """What the member would then have is not beyond any plausible demand over cover and lead time.

    Judged by the tail of the demand: the probability that the member needs all of it. An order that just crosses a
    rebate tier (by less than `tier_overshoot` of itself) is judged `tier_weight` times as strictly.
    """

    fact = QuantityFact
    shows_values = False
    params = {
        'cover_days': Param(int, 30, 1, 365),
        'p_value': Param(float, 0.001, 1e-12, 0.5),
        'tier_weight': Param(float, 10.0, 1.0, 1000.0),
        'tier_overshoot': Param(float, 0.1, 0.0, 1.0),
    }

    def judge(self, fact, params):
        days = params['cover_days'] + fact.lead_days
        mean, variance = float(fact.mean) * days, float(fact.variance) * days
        total = fact.stock + fact.pipeline + fact.qty
        tail = demand_tail(float(total), mean, variance)
        crosses = self.just_crosses_tier(fact, params['tier_overshoot'])
        bound = min(params['p_value'] * (params['tier_weight'] if crosses else 1.0), 0.5)
        if tail >= bound:
            return None
        return Broken(f"{tail:.1e}", f"{bound:.1e}", 'quantity_unusual', {'sku': fact.sku, 'qty': _number(fact.qty)}, {
            'p_value': f"{tail:.1e}", 'expected': f"{mean:.0f}", 'days': days, 'stock': _number(fact.stock),
            'pipeline': _number(fact.pipeline), 'crosses_tier': crosses})

    @staticmethod
    def just_crosses_tier(fact: QuantityFact, overshoot: float) -> bool:
        """Whether the order reaches the next rebate tier, and hardly more."""
        if fact.tier_gap is None or not 0 < fact.tier_gap <= fact.qty:
            return False
        return fact.qty - fact.tier_gap <= fact.qty * Decimal(str(overshoot))
