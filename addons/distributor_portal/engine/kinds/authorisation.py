from dataclasses import dataclass

from ..geo import covers
from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True, slots=True)
class Licence:
    """What a member may sell, and where, by one authorisation in force.

    :param products, categories: ids; both empty means every product
    :param territories: division codes
    :param contract: the paper it rests on
    :param channel: 'any', or the one way of selling it is for
    """

    contract: str
    products: frozenset[int]
    categories: frozenset[int]
    territories: frozenset[str]
    channel: str = 'any'

    def has_product(self, product: int, categories: frozenset[int]) -> bool:
        if not self.products and not self.categories:
            return True
        return product in self.products or bool(self.categories & categories)

    def has_channel(self, channel: str) -> bool:
        return self.channel in ('any', channel)


@dataclass(frozen=True)
class LicensedFact(Fact):
    """`categories` are the product's category and all above it; `licences` those of the ordering member, for whatever
    way of selling."""

    sku: str
    product: int
    categories: frozenset[int]
    licences: tuple[Licence, ...]

    def get_licences(self) -> list[Licence]:
        """Those for the product."""
        return [licence for licence in self.licences if licence.has_product(self.product, self.categories)]


@dataclass(frozen=True)
class AuthorisationFact(LicensedFact):
    """`channel` is the order's way of selling."""

    channel: str = 'offline'


@dataclass(frozen=True)
class TerritoryFact(LicensedFact):
    """`ship_to` is the division code of the delivery address, '' when unknown."""

    ship_to: str
    channel: str = 'offline'


@kind('authorisation')
class Authorised(RuleKind):
    """The member is licensed for the product, on the order's sales channel."""

    fact = AuthorisationFact

    def judge(self, fact, params):
        licences = fact.get_licences()
        if any(licence.has_channel(fact.channel) for licence in licences):
            return None
        contracts = _contracts(licences or fact.licences)
        text = 'not_licensed_channel' if licences else 'not_licensed' if fact.licences else 'no_licence'
        return Broken(fact.sku, contracts, text, {
            'sku': fact.sku, 'contracts': ", ".join(contracts), 'channel': fact.channel})


@kind('territory')
class InsideTerritory(RuleKind):
    """The goods go to a place for which the member is licensed.

    Silent about a product that the member has no licence for at all: that is the authorisation rule's to say.
    """

    fact = TerritoryFact
    needs_basis = True

    def judge(self, fact, params):
        licences = [licence for licence in fact.get_licences() if licence.has_channel(fact.channel)]
        if not licences:
            return None
        if not fact.ship_to:
            return Broken(None, None, 'place_unknown', {'sku': fact.sku})
        if any(covers(licence.territories, fact.ship_to) for licence in licences):
            return None
        allowed = sorted(set().union(*(licence.territories for licence in licences)))
        args = {'sku': fact.sku, 'place': fact.ship_to, 'contracts': ", ".join(_contracts(licences))}
        return Broken(fact.ship_to, allowed, 'outside_territory', args)


def _contracts(licences) -> list[str]:
    return sorted({licence.contract for licence in licences if licence.contract})
