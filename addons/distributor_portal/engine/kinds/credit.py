from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class CreditFact(Fact):
    """`limit` None: the member has no credit. `used` is what all else holds already.

    `is_shared`: the credit is that of a member above, whose figures are not for the member that orders.
    """

    limit: Decimal | None
    used: Decimal
    amount: Decimal
    currency: str
    is_shared: bool = False


@dataclass(frozen=True)
class OverdueFact(Fact):
    """The oldest invoice past its grace of whoever gives the credit; `due` is an ISO date, '' when nothing is late."""

    invoice: str
    due: str
    days: int
    grace: int
    amount: Decimal
    currency: str
    is_shared: bool = False


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
        if fact.is_shared:
            args = {'amount': str(fact.amount), 'currency': fact.currency}
            known = {'used': str(fact.used), 'limit': str(fact.limit)}
            return Broken(str(fact.amount), None, 'shared_credit_exceeded', args, known)
        args = {'amount': str(fact.amount), 'left': str(max(left, Decimal(0))), 'over': str(fact.amount - left),
                'currency': fact.currency}
        return Broken(str(fact.used + fact.amount), str(fact.limit), 'credit_exceeded', args)


@kind('overdue')
class NothingOverdue(RuleKind):
    """No invoice is unpaid beyond its due date and grace."""

    fact = OverdueFact

    def judge(self, fact, params):
        if not fact.due:
            return None
        if fact.is_shared:
            known = {'invoice': fact.invoice, 'due': fact.due, 'days': fact.days, 'amount': str(fact.amount)}
            return Broken(None, None, 'shared_credit_on_hold', {}, known)
        args = {'invoice': fact.invoice, 'due': fact.due, 'days': fact.days, 'amount': str(fact.amount),
                'currency': fact.currency}
        return Broken(fact.days, fact.grace, 'invoice_overdue', args)
