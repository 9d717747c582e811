"""R9: many accounts behind one line. R10: a login from where the member cannot be."""
from dataclasses import dataclass

from ..geo import covers
from ..registry import Broken, Fact, Param, RuleKind, kind


@dataclass(frozen=True)
class OriginFact(Fact):
    """Who else ordered from the same network (/24 or /64) or device within `window_hours`, this order included."""

    network: str
    members_by_network: int
    orders_by_network: int
    members_by_device: int
    orders_by_device: int
    others: tuple[str, ...]
    window_hours: int


@kind('origin')
class OwnLine(RuleKind):
    """Not too many members or orders come from one network or one device.

    Facts leave out the networks that headquarters knows to be shared.
    """

    fact = OriginFact
    shows_values = False
    params = {
        'max_members': Param(int, 3, 2, 10_000),
        'max_orders': Param(int, 50, 2, 1_000_000),
        'window_hours': Param(int, 24, 1, 24 * 90),
    }

    def judge(self, fact, params):
        for text, members, orders in (
                ('same_device', fact.members_by_device, fact.orders_by_device),
                ('same_network', fact.members_by_network, fact.orders_by_network)):
            if members >= params['max_members'] or orders >= params['max_orders']:
                return Broken(f"{members}/{orders}", f"{params['max_members']}/{params['max_orders']}", text, {}, {
                    'members': members, 'orders': orders, 'network': fact.network, 'window': fact.window_hours,
                    'others': list(fact.others)})
        return None


@dataclass(frozen=True)
class TravelFact(Fact):
    """The latest login and the one before: where, and how far apart in km and minutes (None where unknown).

    `place` is a division code, '' when unknown; `is_abroad`: another country than headquarters'.
    `territories`: the member's own.
    """

    place: str
    place_name: str
    is_abroad: bool
    territories: frozenset[str]
    distance_km: float | None
    minutes: float | None


@kind('travel')
class PlausibleTravel(RuleKind):
    """Nobody travels faster than a plane, and a member logs in where it does business.

    :param min_km: nearer than this two places are one: the positions of networks are rough
    """

    fact = TravelFact
    shows_values = False
    params = {
        'max_kmh': Param(float, 900.0, 50.0, 10_000.0),
        'min_km': Param(float, 100.0, 1.0, 5000.0),
        'check_region': Param(bool, True),
        'window_hours': Param(int, 72, 1, 24 * 90),
    }

    def judge(self, fact, params):
        details = {
            'place': fact.place_name, 'distance': round(fact.distance_km or 0), 'minutes': round(fact.minutes or 0)}
        if fact.distance_km is not None and fact.distance_km >= params['min_km']:
            kmh = fact.distance_km / max(fact.minutes / 60, 1 / 60)
            if kmh > params['max_kmh']:
                return Broken(round(kmh), params['max_kmh'], 'impossible_travel', {}, {**details, 'speed': round(kmh)})
        if not params['check_region']:
            return None
        if fact.is_abroad:
            return Broken(fact.place_name, None, 'login_elsewhere', {}, details)
        provinces = {territory[:2] for territory in fact.territories}
        if not fact.place or not provinces or covers(provinces, fact.place):
            return None
        return Broken(fact.place, sorted(provinces), 'login_elsewhere', {}, details)
