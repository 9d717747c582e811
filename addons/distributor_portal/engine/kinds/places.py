"""Where goods go, and whose place that is: R2 another dealer's store, R3 region-only products, R4 exclusivity."""
from dataclasses import dataclass

from ..geo import covers
from ..registry import Broken, Fact, Param, RuleKind, kind
from .authorisation import Licence


@dataclass(frozen=True)
class ShipToFact(Fact):
    """`owner` is the code of the member whose place the delivery address is, '' where it is nobody's.

    `is_in_line`: it is the ordering member itself, or stands above or below it. `matched_by`: how the place was
    recognised: contact, phone or street.
    """

    owner: str
    is_in_line: bool
    matched_by: str


@kind('ship_to')
class ShipToOwn(RuleKind):
    """The goods do not go to a store that buys through another dealer."""

    fact = ShipToFact
    shows_values = False
    needs_basis = True

    def judge(self, fact, params):
        if not fact.owner or fact.is_in_line:
            return None
        return Broken(fact.owner, None, 'ship_to_of_another', {}, {'owner': fact.owner, 'matched_by': fact.matched_by})


@dataclass(frozen=True)
class RegionFact(Fact):
    """`territories`: where the product is sold only; empty means everywhere."""

    sku: str
    territories: frozenset[str]
    ship_to: str


@kind('region')
class SoldInRegion(RuleKind):
    """A product that is sold in some territories only goes nowhere else."""

    fact = RegionFact
    needs_basis = True

    def judge(self, fact, params):
        if not fact.territories or covers(fact.territories, fact.ship_to):
            return None
        args = {'sku': fact.sku, 'place': fact.ship_to, 'places': sorted(fact.territories)}
        return Broken(fact.ship_to, sorted(fact.territories), 'outside_region', args)


@dataclass(frozen=True, slots=True)
class Holder:
    """A member outside the ordering one's line, and what it alone may sell."""

    member: str
    licence: Licence


@dataclass(frozen=True)
class ExclusivityFact(Fact):
    """`holders` are others with an exclusive licence at the place of delivery; `channel` is the order's."""

    sku: str
    product: int
    categories: frozenset[int]
    holders: tuple[Holder, ...]
    ship_to: str
    channel: str = 'offline'


@kind('exclusivity')
class NotExclusiveToAnother(RuleKind):
    """Nobody else has been promised to be alone with this product at this place."""

    fact = ExclusivityFact
    shows_values = False
    needs_basis = True
    params = {'same_channel': Param(bool, True)}

    def judge(self, fact, params):
        for holder in fact.holders:
            licence = holder.licence
            if params['same_channel'] and not licence.has_channel(fact.channel):
                continue
            if licence.has_product(fact.product, fact.categories) and covers(licence.territories, fact.ship_to):
                return Broken(
                    fact.ship_to, licence.contract, 'exclusive_to_another', {'sku': fact.sku, 'place': fact.ship_to},
                    {'owner': holder.member, 'contract': licence.contract})
        return None
