"""R13: one order in pieces, one order twice, too many gifts."""
from dataclasses import dataclass
from decimal import Decimal

from ..registry import Broken, Fact, Param, RuleKind, kind


@dataclass(frozen=True, slots=True)
class Sibling:
    """An earlier order of the same member: its name, how many minutes ago, its amount, and what both share.

    `shared` is the share of its products that this order has too; `is_same`: the very same products and quantities.
    """

    name: str
    minutes: int
    amount: Decimal
    shared: Decimal
    is_same: bool


@dataclass(frozen=True)
class SplitFact(Fact):
    """Amounts in the company's currency; quantities over all units, gifts are lines that cost nothing."""

    amount: Decimal
    qty: Decimal
    gift_qty: Decimal
    siblings: tuple[Sibling, ...]


@kind('split')
class WholeOrder(RuleKind):
    """An order is not sent twice, not cut into pieces below a limit, and not made of gifts.

    :param limit_amount: above it an order would be looked at; 0: there is no such limit
    """

    fact = SplitFact
    shows_values = False
    params = {
        'duplicate_hours': Param(int, 4, 0, 24 * 30),
        'window_hours': Param(int, 24, 0, 24 * 30),
        'limit_amount': Param(float, 0.0, 0.0),
        'min_pieces': Param(int, 2, 2, 1000),
        'min_shared': Param(float, 0.5, 0.0, 1.0),
        'gift_share': Param(float, 0.3, 0.0, 1.0),
    }

    def judge(self, fact, params):
        return self._judge_duplicate(fact, params) or self._judge_pieces(fact, params) or self._judge_gifts(
            fact, params)

    def _judge_duplicate(self, fact, params):
        twins = [twin for twin in fact.siblings if twin.is_same and twin.minutes <= params['duplicate_hours'] * 60]
        if not twins:
            return None
        twin = min(twins, key=lambda twin: twin.minutes)
        return Broken(f"{twin.minutes} min", f"{params['duplicate_hours']} h", 'duplicate_order', {
            'other': twin.name}, {'minutes': twin.minutes, 'window': params['duplicate_hours']})

    def _judge_pieces(self, fact, params):
        limit = Decimal(str(params['limit_amount']))
        if not limit or fact.amount >= limit:
            return None
        pieces = [piece for piece in fact.siblings if (
            piece.minutes <= params['window_hours'] * 60 and piece.amount < limit
            and piece.shared >= Decimal(str(params['min_shared'])))]
        total = fact.amount + sum((piece.amount for piece in pieces), Decimal(0))
        if len(pieces) + 1 < params['min_pieces'] or total < limit:
            return None
        return Broken(str(total), str(limit), 'split_order', {'others': ", ".join(piece.name for piece in pieces)}, {
            'pieces': len(pieces) + 1, 'total': str(total), 'limit': str(limit), 'window': params['window_hours']})

    def _judge_gifts(self, fact, params):
        if not fact.qty or fact.gift_qty / fact.qty <= Decimal(str(params['gift_share'])):
            return None
        share = f"{fact.gift_qty / fact.qty * 100:.1f}%"
        return Broken(share, f"{params['gift_share'] * 100:.1f}%", 'too_many_gifts', {}, {'share': share})
