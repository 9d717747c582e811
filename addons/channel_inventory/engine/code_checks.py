"""What a scanned code means for whoever scans it: one function for shop, inspector, consumer and packer.

Checks run in a fixed sequence; the first that blocks decides, every warning is kept.
"""
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from typing import Any

STATES = ('new', 'shipped', 'received', 'sold', 'returned', 'void')
# A thing's own end: it counts whatever becomes of the container it once lay in.
TERMINAL = ('sold', 'void')
# kind of event: (states from which it can happen, state after it)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    'ship': (frozenset({'new', 'returned'}), 'shipped'),
    'receive': (frozenset({'shipped'}), 'received'),
    'transfer': (frozenset({'shipped', 'received'}), 'shipped'),
    'sell': (frozenset({'shipped', 'received'}), 'sold'),
    'sell_return': (frozenset({'sold'}), 'received'),
    'return': (frozenset({'shipped', 'received', 'sold'}), 'returned'),
    'void': (frozenset({'new', 'shipped', 'received', 'returned'}), 'void'),
}
WHO = ('consumer', 'store', 'inspector', 'hq')
PURPOSES = ('look', 'pack', 'receive', 'sell', 'sell_return', 'return', 'transfer')
BLOCK, WARN, OK = 'block', 'warn', 'ok'
# In the sequence in which they are looked at. Which of them block depends on what somebody is about to do.
CHECKS = (
    'unreadable', 'check_digit', 'product_code', 'unknown', 'void', 'recalled', 'cloned', 'suspect', 'sold', 'expired',
    'near_expiry', 'not_shipped', 'other_member', 'not_sold', 'outside', 'twice', 'at_member', 'other_delivery',
    'wrong_product', 'wrong_lot', 'over_quantity', 'inside', 'opened', 'in_transit')
ALWAYS_BLOCK = {'unreadable', 'check_digit', 'product_code', 'unknown', 'void'}
BLOCKS = {
    'look': {'recalled', 'cloned', 'sold', 'other_member', 'not_shipped', 'expired'},
    # Into a delivery: only what can leave with it.
    'pack': {
        'recalled', 'sold', 'expired', 'twice', 'at_member', 'other_delivery', 'wrong_product', 'wrong_lot',
        'over_quantity', 'inside'},
    'receive': {'recalled', 'sold', 'not_shipped', 'other_member', 'twice', 'other_delivery', 'wrong_product'},
    # Back to headquarters: what is recalled, above all.
    'return': {'not_shipped', 'other_member', 'twice'},
    'sell': {'recalled', 'sold', 'expired', 'not_shipped', 'other_member', 'twice', 'cloned'},
    # Back from a customer, in whatever state: what is recalled comes back, and is not sold again.
    'sell_return': {'not_shipped', 'other_member', 'not_sold', 'twice'},
    # Out to another member: only what is known to lie there.
    'transfer': {
        'recalled', 'sold', 'expired', 'not_shipped', 'other_member', 'in_transit', 'twice', 'cloned', 'other_delivery',
        'wrong_product', 'wrong_lot', 'over_quantity'},
}
NEAR_DAYS = 30


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a code: its own state, or else that of the outermost container it lies in.

    :param holder: whoever it was shipped to, None at headquarters; ids are whatever the caller uses
    :param delivery: the delivery it is packed for, or has left with
    :param lot: None without one, or for a container of several
    :param contents: {product: quantity} of a container of several products
    :param expiry: of a container of several lots the first; so it is with `is_recalled`: one is enough
    :param is_closed: it lies in a container that was not opened
    :param is_opened: things that were in it were taken out
    :param is_cloned: people we know have seen it at two places at once
    :param is_suspect: so has whoever opens the public page, and anybody can: that warns, and stops nobody
    """

    code: int
    product: int | None
    lot: int | None
    state: str
    holder: int | None = None
    delivery: int | None = None
    expiry: date | None = None
    qty: float = 1.0
    is_closed: bool = False
    is_opened: bool = False
    is_recalled: bool = False
    is_cloned: bool = False
    is_suspect: bool = False
    contents: Mapping[int, float] = field(default_factory=dict)

    @property
    def holds(self) -> Mapping[int | None, float]:
        """{product: quantity}"""
        return self.contents or {self.product: self.qty}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who scans, to do what.

    :param members: for whom a store scans: the member itself and those above and below that share its goods
    :param products: {product: quantity still missing} of the delivery at hand; None without one
    :param lots: lots that the delivery at hand takes; empty: any
    :param seen: codes scanned already on this occasion
    :param border_km: how far outside the holder's territory this is; 0: inside, or nobody knows
    """

    who: str
    purpose: str
    today: date
    members: frozenset[int] = frozenset()
    delivery: int | None = None
    products: Mapping[int, float] | None = None
    lots: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    border_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to make of a code: `level` ok, warn or block, `key` the sentence, `warnings` the keys of further ones."""

    level: str
    key: str
    warnings: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return self.level != BLOCK


def judge(known: Known | None, asker: Asker, problem: str = '') -> Verdict:
    """What a code means for whoever scans it.

    :param known: None where nobody has ever made it
    :param problem: why it could not even be read
    """
    wrong = [problem or 'unknown'] if known is None or problem else _find(known, asker)
    blocks = ALWAYS_BLOCK | BLOCKS[asker.purpose]
    warnings = tuple(key for key in wrong if key not in blocks)
    first = next((key for key in wrong if key in blocks), None)
    if first:
        return Verdict(BLOCK, first, warnings)
    return Verdict(WARN, warnings[0], warnings[1:]) if warnings else Verdict(OK, 'good')


def _find(known: Known, asker: Asker) -> list[str]:
    """Keys of all checks that fail, in the sequence of CHECKS."""
    is_ours = asker.who in ('store', 'consumer')
    mine = known.holder in asker.members
    days = (known.expiry - asker.today).days if known.expiry else None
    missing = asker.products
    fails = {
        'void': known.state == 'void',
        'recalled': known.is_recalled,
        'cloned': known.is_cloned,
        'suspect': known.is_suspect and not known.is_cloned,
        'sold': known.state == 'sold' and asker.purpose != 'sell_return',
        'not_sold': asker.purpose == 'sell_return' and known.state != 'sold',
        'expired': days is not None and days < 0,
        'near_expiry': days is not None and 0 <= days < NEAR_DAYS,
        'not_shipped': is_ours and known.state in ('new', 'returned'),
        'other_member': asker.who == 'store' and known.holder is not None and not mine,
        'outside': asker.border_km > 0,
        'twice': known.code in asker.seen,
        'at_member': asker.purpose == 'pack' and not can_happen('ship', known.state),
        'other_delivery': asker.delivery is not None and known.delivery is not None
        and known.delivery != asker.delivery and known.state in ('new', 'returned', 'shipped'),
        'wrong_product': missing is not None and any(product not in missing for product in known.holds),
        'wrong_lot': bool(asker.lots) and known.lot is not None and known.lot not in asker.lots,
        'over_quantity': missing is not None and any(
            qty > missing[product] for product, qty in known.holds.items() if product in missing),
        'inside': known.is_closed,
        'opened': known.is_opened,
        'in_transit': asker.purpose in ('look', 'sell', 'transfer') and mine and known.state == 'shipped',
    }
    return [key for key in CHECKS if fails.get(key)]


def take(missing: MutableMapping[int, float], known: Known) -> None:
    """What is scanned is no longer missing."""
    for product, qty in known.holds.items():
        if product in missing:
            missing[product] -= qty


def can_happen(kind: str, state: str) -> bool:
    """Whether an event of this kind can happen to something in this state."""
    return state in TRANSITIONS[kind][0]


# --- what the public is told


@dataclass(frozen=True, slots=True)
class Public:
    """What somebody without a login learns of a code: nothing of members, prices, deliveries or other codes.

    :param key: 'genuine', 'sold', 'recalled', 'expired', 'suspect' or 'unconfirmed'
    :param shows_product: whether the product is named
    """

    key: str
    shows_product: bool
    checks: int = 0
    first: datetime | None = None


def network_of(address: str) -> str:
    """Of whom an address is: of the sixth version somebody has a whole network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, 'ipv4_mapped', None) or parsed
    return str(parsed) if parsed.version == 4 else str(ip_network((int(parsed) >> 64 << 64, 64)))


def tell_public(
    known: Known | None, checks: int, first: datetime | None, lately: int, today: date, max_checks: int,
) -> Public:
    """Unknown, void, returned and not yet shipped read the same: whoever makes codes up learns nothing by asking.

    :param checks: from how many addresses it was checked before
    :param lately: from how many in the last weeks, since somebody has looked into it
    :param max_checks: more than so many are no single buyer
    """
    if known is None or known.state in ('new', 'void', 'returned'):
        return Public('unconfirmed', False)
    if known.is_recalled:
        return Public('recalled', True, checks, first)
    if known.is_cloned or known.is_suspect or lately > max_checks:
        return Public('suspect', True, checks, first)
    if known.expiry and known.expiry < today:
        return Public('expired', True, checks, first)
    return Public('genuine', True, checks, first)
