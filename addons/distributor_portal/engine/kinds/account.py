"""R15: who has just come, who has long been silent, who lets another pay."""
from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind


@dataclass(frozen=True)
class AccountFact(Fact):
    """Amounts in the company's currency. `known_days`: since the member was entered; `silent_days`: since its last
    confirmed order, None where there is none. `payer`: whom the invoice goes to, '' where it is the member itself."""

    amount: Decimal
    known_days: int
    orders_before: int
    silent_days: int | None
    usual_amount: Decimal
    payer: str


@kind('account')
class KnownAccount(RuleKind):
    """A large order comes from a member that headquarters knows, and the member itself pays.

    Large is beyond `large_amount` and, where there were orders before, beyond `times_usual` times the usual one.
    """

    fact = AccountFact
    shows_values = False
    params = {
        'new_days': Param(int, 30, 0, 3650),
        'dormant_days': Param(int, 180, 1, 3650),
        'large_amount': Param(float, 100_000.0, 0.0),
        'times_usual': Param(float, 3.0, 1.0, 1000.0),
        'check_payer': Param(bool, True),
    }

    def judge(self, fact, params):
        if params['check_payer'] and fact.payer:
            return Broken(fact.payer, None, 'third_party_payer', {}, {'payer': fact.payer})
        if fact.amount <= Decimal(str(params['large_amount'])):
            return None
        details = {
            'amount': str(fact.amount), 'limit': params['large_amount'], 'usual': str(fact.usual_amount),
            'known': fact.known_days, 'silent': fact.silent_days}
        if not fact.orders_before:
            if fact.known_days > params['new_days']:
                return None
            return Broken(str(fact.amount), str(params['large_amount']), 'large_first_order', {}, details)
        bound = fact.usual_amount * Decimal(str(params['times_usual']))
        if fact.silent_days is None or fact.silent_days < params['dormant_days'] or fact.amount <= bound:
            return None
        return Broken(str(fact.amount), str(bound), 'dormant_account', {}, details)
