"""R11 codes scanned outside the territory, R12 cloned codes, R16 offers on marketplaces."""
from dataclasses import dataclass
from decimal import Decimal

from ..geo import covers
from ..registry import Broken, Fact, Param, RuleKind, kind
from .price import _money


@dataclass(frozen=True)
class ScanPlaceFact(Fact):
    """Codes shipped to one member and scanned elsewhere: how many, at how many places, how far from its border.

    :param weight: the scans, an inspector's counted as often as the source says
    """

    sku: str
    member: str
    territories: frozenset[str]
    place: str
    border_km: float
    codes: int
    places: int
    weight: int


@kind('scan_place')
class ScannedInside(RuleKind):
    """A member's codes are not scanned outside its territory, beyond the odd one and the near border."""

    fact = ScanPlaceFact
    shows_values = False
    params = {
        'border_km': Param(float, 20.0, 0.0, 5000.0),
        'min_codes': Param(int, 3, 1, 100_000),
        'min_places': Param(int, 2, 1, 10_000),
    }

    def judge(self, fact, params):
        if covers(fact.territories, fact.place) or fact.border_km <= params['border_km']:
            return None
        if fact.weight < params['min_codes'] or fact.places < params['min_places']:
            return None
        return Broken(fact.place, sorted(fact.territories), 'scanned_outside', {'sku': fact.sku}, {
            'owner': fact.member, 'codes': fact.codes, 'places': fact.places, 'distance': round(fact.border_km),
            'place': fact.place})


@dataclass(frozen=True)
class CloneFact(Fact):
    """One code: its two scans that lie farthest apart for their time, and how often consumers scanned it."""

    sku: str
    code: str
    distance_km: float
    minutes: float
    consumer_scans: int


@kind('clone')
class OneOfACode(RuleKind):
    """A code is at one place at a time, and no whole crowd buys it."""

    fact = CloneFact
    shows_values = False
    params = {
        'max_kmh': Param(float, 900.0, 50.0, 10_000.0),
        'min_km': Param(float, 50.0, 1.0, 5000.0),
        'max_scans': Param(int, 20, 2, 100_000),
    }

    def judge(self, fact, params):
        kmh = fact.distance_km / max(fact.minutes / 60, 1 / 60)
        if fact.distance_km >= params['min_km'] and kmh > params['max_kmh']:
            return Broken(round(kmh), params['max_kmh'], 'code_at_two_places', {'sku': fact.sku, 'given': fact.code}, {
                'speed': round(kmh), 'distance': round(fact.distance_km), 'minutes': round(fact.minutes)})
        if fact.consumer_scans > params['max_scans']:
            return Broken(fact.consumer_scans, params['max_scans'], 'code_scanned_often', {
                'sku': fact.sku, 'given': fact.code}, {'scans': fact.consumer_scans})
        return None


@dataclass(frozen=True)
class OnlineFact(Fact):
    """An offer on a marketplace. `member` is the member it was traced to, '' where to none; `floor` None: none set."""

    sku: str
    shop: str
    member: str
    has_online_licence: bool
    price: Decimal
    floor: Decimal | None
    currency: str


@kind('online_leak')
class NoOnlineLeak(RuleKind):
    """A member sells on marketplaces with a licence only, and nobody below the price that headquarters watches."""

    fact = OnlineFact
    shows_values = False
    needs_basis = True
    params = {'margin': Param(float, 0.0, 0.0, 0.9)}

    def judge(self, fact, params):
        details = {'shop': fact.shop, 'owner': fact.member, 'price': _money(fact.price), 'currency': fact.currency}
        if fact.member and not fact.has_online_licence:
            return Broken(fact.shop, None, 'online_without_licence', {'sku': fact.sku}, details)
        if fact.floor is None or fact.price >= fact.floor * (1 - Decimal(str(params['margin']))):
            return None
        return Broken(_money(fact.price), _money(fact.floor), 'online_below_price', {'sku': fact.sku}, {
            **details, 'floor': _money(fact.floor)})
