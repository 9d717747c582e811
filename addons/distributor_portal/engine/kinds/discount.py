"""R6: a discount beyond the policy, or far from what peers pay for the same product."""
from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind


@dataclass(frozen=True)
class DiscountFact(Fact):
    """Discounts as shares of the catalogue price. `median` and `spread` (the median absolute deviation) are those of
    `peers`, the lines of other members of the tier for the same product within `window_days`."""

    sku: str
    discount: Decimal
    peers: int
    median: Decimal
    spread: Decimal
    window_days: int


@kind('discount')
class NormalDiscount(RuleKind):
    """The discount keeps to the policy and to what peers get.

    Beyond the policy is beyond `max_discount`; far from peers is beyond median + `factor` × MAD, once there are
    `min_peers` lines to compare with. `min_spread` keeps a product for which all pay the same from raising an alarm
    over a cent.
    """

    fact = DiscountFact
    shows_values = False
    params = {
        'max_discount': Param(float, 0.6, 0.0, 1.0),
        'factor': Param(float, 6.0, 1.0, 100.0),
        'min_peers': Param(int, 20, 3, 100_000),
        'min_spread': Param(float, 0.01, 0.0, 0.5),
        'window_days': Param(int, 90, 1, 730),
    }

    def judge(self, fact, params):
        limit = Decimal(str(params['max_discount']))
        details = {
            'discount': _percent(fact.discount), 'peers': fact.peers, 'median': _percent(fact.median),
            'spread': _percent(fact.spread), 'window': fact.window_days}
        if fact.discount > limit:
            return Broken(_percent(fact.discount), _percent(limit), 'discount_beyond_policy', {'sku': fact.sku}, {
                **details, 'limit': _percent(limit)})
        if fact.peers < params['min_peers']:
            return None
        spread = max(fact.spread, Decimal(str(params['min_spread'])))
        bound = fact.median + Decimal(str(params['factor'])) * spread
        if fact.discount <= bound:
            return None
        return Broken(_percent(fact.discount), _percent(bound), 'discount_unusual', {'sku': fact.sku}, {
            **details, 'limit': _percent(bound)})


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}%"
