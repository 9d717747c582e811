from dataclasses import dataclass

from ..geo import covers
from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True, slots=True)
class Licence:
    """What a member may sell, and where, by one authorisation in force.

    :param products, categories: ids; both empty means every product
    :param territories: division codes
    :param contract: the paper it rests on
    """

    contract: str
    products: frozenset[int]
    categories: frozenset[int]
    territories: frozenset[str]

    def has_product(self, product: int, categories: frozenset[int]) -> bool:
        if not self.products and not self.categories:
            return True
        return product in self.products or bool(self.categories & categories)


@dataclass(frozen=True)
class AuthorisationFact(Fact):
    """`categories` are the product's category and all above it; `licences` those of the ordering member."""

    sku: str
    product: int
    categories: frozenset[int]
    licences: tuple[Licence, ...]


@dataclass(frozen=True)
class TerritoryFact(AuthorisationFact):
    """`ship_to` is the division code of the delivery address, '' when unknown."""

    ship_to: str


@kind('authorisation')
class Authorised(RuleKind):
    """The member is licensed for the product."""

    fact = AuthorisationFact

    def judge(self, fact, params):
        if any(licence.has_product(fact.product, fact.categories) for licence in fact.licences):
            return None
        contracts = sorted({licence.contract for licence in fact.licences if licence.contract})
        text = 'not_licensed' if fact.licences else 'no_licence'
        return Broken(fact.sku, contracts, text, {'sku': fact.sku, 'contracts': ", ".join(contracts)})


@kind('territory')
class InsideTerritory(RuleKind):
    """The goods go to a place for which the member is licensed.

    Silent about a product that the member has no licence for at all: that is the authorisation rule's to say.
    """

    fact = TerritoryFact

    def judge(self, fact, params):
        licences = [licence for licence in fact.licences if licence.has_product(fact.product, fact.categories)]
        if not licences:
            return None
        if not fact.ship_to:
            return Broken(None, None, 'place_unknown', {'sku': fact.sku})
        if any(covers(licence.territories, fact.ship_to) for licence in licences):
            return None
        allowed = sorted(set().union(*(licence.territories for licence in licences)))
        contracts = sorted({licence.contract for licence in licences if licence.contract})
        args = {'sku': fact.sku, 'place': fact.ship_to, 'contracts': ", ".join(contracts)}
        return Broken(fact.ship_to, allowed, 'outside_territory', args)
