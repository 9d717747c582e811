from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class CreditFact(Fact):
    """`limit` None: the member has no credit line. `used` is what its other orders hold already."""

    limit: Decimal | None
    used: Decimal
    amount: Decimal
    currency: str


@kind('credit')
class CreditLeft(RuleKind):
    """The order fits into what is left of the member's credit.

    `line_required`: whether a member without a credit line may order at all (it may, unless this is set).
    """

    fact = CreditFact
    params = {'line_required': (bool, False)}

    def judge(self, fact, params):
        if fact.limit is None:
            if not params['line_required']:
                return None
            return Broken(str(fact.amount), None, 'no_credit_line', {})
        left = fact.limit - fact.used
        if fact.amount <= left:
            return None
        args = {'amount': str(fact.amount), 'left': str(max(left, Decimal(0))), 'over': str(fact.amount - left),
                'currency': fact.currency}
        return Broken(str(fact.used + fact.amount), str(fact.limit), 'credit_exceeded', args)
