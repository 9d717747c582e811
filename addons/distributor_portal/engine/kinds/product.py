from dataclasses import dataclass

from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class ProductFact(Fact):
    """`given` is the code as sent; the booleans say what we found under it."""

    given: str
    is_known: bool
    is_active: bool = True
    is_sold: bool = True


@kind('product')
class ProductValid(RuleKind):
    """Every line names a product that exists and is sold."""

    fact = ProductFact
    can_override = False

    def judge(self, fact, params):
        if not fact.is_known:
            return Broken(fact.given, None, 'product_unknown', {'code': fact.given})
        if not fact.is_active or not fact.is_sold:
            return Broken(fact.given, None, 'product_not_sold', {'code': fact.given})
        return None
