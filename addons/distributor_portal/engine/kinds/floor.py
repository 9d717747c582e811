"""R5: a net price below the floor agreed for a product, a region, a sales channel and a time."""
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..geo import covers
from ..registry import Broken, Fact, Param, ParamError, RuleKind, kind
from .price import _money


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest net price per product unit. Empty scope (product, category 0; territory ''; channel 'any') is all."""

    product: int
    category: int
    territory: str
    channel: str
    price: Decimal

    def covers(self, product: int, categories: tuple[int, ...], place: str, channel: str) -> bool:
        return (
            self.product in (0, product) and (not self.category or self.category in categories)
            and (not self.territory or covers([self.territory], place)) and self.channel in ('any', channel))

    def rank(self, categories: tuple[int, ...]) -> tuple:
        """How narrow its scope is: product, then the deeper category, the smaller territory, the named channel."""
        depth = categories.index(self.category) + 1 if self.category in categories else 0
        return bool(self.product), depth, len(self.territory), self.channel != 'any', self.price


def narrowest_floor(
    floors: Iterable[Floor], product: int, categories: tuple[int, ...], place: str, channel: str,
) -> Floor | None:
    """The floor that holds: the one with the narrowest scope; the higher price decides between equals.

    :param categories: of the product, from the top down
    """
    fitting = [floor for floor in floors if floor.covers(product, categories, place, channel)]
    return max(fitting, key=lambda floor: floor.rank(categories), default=None)


@dataclass(frozen=True)
class FloorFact(Fact):
    """Per product unit, in the company's currency, before tax. `floor` None: none is set for it there.

    `rebate`: what later rebates take off the price. `is_resale`: the price at which a third party sells on.
    """

    sku: str
    price: Decimal
    rebate: Decimal
    floor: Decimal | None
    currency: str
    is_resale: bool = False


@kind('floor')
class AboveFloor(RuleKind):
    """The net price, after discounts and accrued rebates, is not below the floor."""

    fact = FloorFact
    shows_values = False
    needs_basis = True
    params = {
        'applies_to': Param(str, 'own', choices=('own', 'resale')),
        'tolerance': Param(float, 0.0, 0.0, 0.5),
    }

    def judge(self, fact, params):
        if fact.floor is None or fact.is_resale != (params['applies_to'] == 'resale'):
            return None
        net = fact.price - fact.rebate
        if net >= fact.floor * (1 - Decimal(str(params['tolerance']))):
            return None
        return Broken(_money(net), _money(fact.floor), 'below_floor', {'sku': fact.sku}, {
            'price': _money(fact.price), 'rebate': _money(fact.rebate), 'net': _money(net),
            'floor': _money(fact.floor), 'currency': fact.currency})

    def check_lane(self, lane, params):
        if lane == 'block' and params['applies_to'] == 'resale':
            raise ParamError('resale_block', 'applies_to')
