"""Reasons of a difference between book and shelf: facts on record, each with the quantity that it accounts for.

Signs are those of a difference: more than nothing is missing at the node, less is there beyond the book. A fact that is
certain (`is_certain`) happened whatever the count says; the others are possible, and are taken where the sum is exact.
"""
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal

ZERO = Decimal(0)
NOON = time(12)
RECOUNT_DAYS = 7
DOUBLE_SHARE = Decimal('0.9')  # of the rows of either feed that the other has, too
DOUBLE_ROWS = 8  # fewer rows that are alike are the day's luck
USUAL_ROWS = 5  # so many others say what a usual row is
# Of deliveries, where it is not one of Odoo's own.
DOCUMENTS = {'upstream': 'channel.sell.through', 'transfer': 'channel.transfer'}
# A cause with a smaller number is the likelier, where two fit alike.
RANKS = {
    'corrected': 0, 'late': 1, 'double': 1, 'untracked': 1, 'claim': 1, 'returning': 1, 'shifted': 1, 'upstream': 2,
    'unscanned': 2, 'recount': 3, 'unit': 4, 'same_day': 5,
}


@dataclass(frozen=True, slots=True)
class Count:
    """What was found at the node.

    :param day: of `at`, in the node's own time
    :param posted_at: when the book took note
    :param has_traded: some of that day's sales were over by then
    :param followed: what the book has been changed by for this count since, because of what became known later
    :param is_posted: the book was made to say what was found; what another system tells leaves the book as it is
    :param document: (model, id) of what told it, where that is more than the count itself
    """

    key: int
    lot: int | None
    at: datetime
    day: date
    posted_at: datetime
    book: Decimal
    found: Decimal
    has_traded: bool = True
    followed: Decimal = ZERO
    is_posted: bool = True
    document: tuple[str, int] | None = None

    @property
    def missing(self) -> Decimal:
        return self.book - self.found


@dataclass(frozen=True, slots=True)
class Sale:
    """A row that a node has reported: its net change of sales, at `posted_at`.

    :param key: source and external key; rows of the same key correct each other
    :param is_booked: the stock ledger has it, too
    """

    id: int
    key: tuple[int, str]
    feed: int
    product: int
    lot: int | None
    qty: Decimal
    day: date
    posted_at: datetime
    revision: int = 0
    is_booked: bool = True

    @property
    def at(self) -> datetime:
        """When it was, for the ledger: reports know days, not hours."""
        return datetime.combine(self.day, NOON)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods sent to the node by headquarters (`hq`), by the member above (`upstream`), or sideways (`transfer`).

    :param days: how long it may take; as long as any where it is not said
    """

    key: int
    kind: str
    lot: int | None
    shipped: Decimal
    shipped_at: datetime
    arrived: Decimal = ZERO
    received_at: datetime | None = None
    is_booked: bool = True
    ref: str = ''
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the node says was wrong with a delivery, beyond what it said when it scanned it in."""

    key: int
    kind: str
    qty: Decimal
    at: datetime
    is_booked: bool = False
    ref: str = ''


@dataclass(frozen=True, slots=True)
class Return:
    """Goods that the node has sent back; the book learns of it when they arrive."""

    key: int
    qty: Decimal
    sent_at: datetime
    booked_at: datetime | None = None
    ref: str = ''


@dataclass(slots=True)
class Facts:
    """All that is on record of one product at one node, around a count."""

    sales: Sequence[Sale] = ()
    deliveries: Sequence[Delivery] = ()
    claims: Sequence[Claim] = ()
    returns: Sequence[Return] = ()
    counts: Sequence[Count] = ()
    factors: frozenset[Decimal] = frozenset()  # own units in each pack of the product
    doubled: dict[int, int] = field(default_factory=dict)  # feed: the feed it repeats
    available: Decimal | None = None  # what can be sold, by the book


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that a part rests on: `model` and `key` lead to the document."""

    model: str
    key: int
    qty: Decimal
    at: datetime | date | None = None
    ref: str = ''
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a difference has this cause.

    :param correction: what is to be posted, signed, so that the book is right again; the count has adjusted it already
    :param awaits: the correction can only be posted when the document has arrived
    """

    kind: str
    qty: Decimal
    evidence: tuple[Evidence, ...]
    correction: Decimal = ZERO
    awaits: bool = False
    is_certain: bool = False
    note: str = ''


def collect(count: Count, facts: Facts) -> tuple[list[Part], list[Part]]:
    """(causes of which each may be true by itself, causes of which at most one is)"""
    before = max((other for other in facts.counts
                  if other.is_posted and other.lot in (None, count.lot) and other.at < count.at),
                 key=lambda other: other.at, default=None)
    sales = [sale for sale in facts.sales if is_of(sale, count) and (before is None or sale.day > before.day)]
    parts = [
        *_late(count, sales, facts.doubled), *_corrected(count, sales), *_shifted(count, sales),
        *_untracked(count, sales),
        *_doubled(count, sales, facts.doubled), *_unscanned(count, facts.deliveries), *_claimed(count, facts.claims),
        *_returning(count, facts.returns), *_recounted(count, facts.counts), *_units(count, sales, facts),
    ]
    return [part for part in parts if part.qty], _same_day(count, sales, facts.doubled)


def find_doubles(sales: Iterable[Sale]) -> dict[int, int]:
    """{feed: the earlier feed that it repeats}: nearly all rows of one node come again under other keys."""
    feeds: dict[int, Counter] = defaultdict(Counter)
    keys: dict[int, set] = defaultdict(set)
    for sale in sales:
        if not sale.revision:
            feeds[sale.feed][sale.product, sale.lot, sale.day, sale.qty] += 1
            keys[sale.feed].add(sale.key)
    by_row: dict[tuple, list[int]] = defaultdict(list)
    for feed, rows in feeds.items():
        for row in rows:
            by_row[row].append(feed)
    found: dict[int, int] = {}
    for later in sorted(feeds):
        size = feeds[later].total()
        if size < DOUBLE_ROWS:
            continue
        for earlier in sorted({feed for row in feeds[later] for feed in by_row[row] if feed < later}):
            both = (feeds[later] & feeds[earlier]).total()
            larger = max(size, feeds[earlier].total())
            if earlier not in found and both >= max(DOUBLE_ROWS, DOUBLE_SHARE * larger) and not (
                    keys[later] & keys[earlier]):
                found[later] = earlier
                break
    return found


def is_of(fact, count) -> bool:
    """Whether a fact is of the goods that were counted.

    A count of a lot has to do with that lot and with what names none; one without a lot, with all.
    """
    return count.lot is None or fact.lot in (None, count.lot)


def rows_as_evidence(sales: Iterable[Sale]) -> tuple[Evidence, ...]:
    return tuple(Evidence('channel.sell.through', sale.id, sale.qty, sale.day, sale.key[1]) for sale in sales)


def _late(count, sales, doubled):
    """Sold before the count, told after it: one cause per feed. The count has taken it out, the rows once more."""
    by_feed = defaultdict(list)
    for sale in sales:
        if _is_new(sale, count, doubled) and sale.day < count.day:
            by_feed[sale.feed].append(sale)
    for rows in by_feed.values():
        qty = sum(sale.qty for sale in rows)
        yield Part('late', qty, rows_as_evidence(rows), qty, is_certain=True)


def delivery_as_evidence(delivery: Delivery, qty: Decimal) -> Evidence:
    """As a document: what the member above sold is a row of its sales."""
    model = DOCUMENTS.get(delivery.kind, 'stock.picking')
    return Evidence(model, delivery.key, qty, delivery.shipped_at, delivery.ref, delivery.lot)


def count_as_evidence(count: Count, qty: Decimal, ref: str = '') -> Evidence:
    model, key = count.document or ('channel.stock.counted', count.key)
    return Evidence(model, key, qty, count.at, ref)


def _is_new(sale, count, doubled) -> bool:
    """Whether the book learned of this sale after the count."""
    return (sale.is_booked and not sale.revision and sale.posted_at > count.posted_at
            and sale.feed not in doubled)


def _same_day(count, sales, doubled):
    """Sold on the day of the count and told after it: the first rows were sold before, the others after it."""
    rows = sorted((sale for sale in sales if sale.day == count.day and _is_new(sale, count, doubled)),
                  key=lambda sale: sale.key) if count.has_traded else ()
    parts, qty = [], ZERO
    for number, sale in enumerate(rows, 1):
        qty += sale.qty
        if qty:
            parts.append(Part('late', qty, rows_as_evidence(rows[:number]), qty, note='same_day'))
    return parts


def carry(parts: Iterable[Part]) -> list[Part]:
    """What one count has put right and the book was told of later is wrong the other way round at the next count."""
    return [replace(part, qty=-part.qty, correction=ZERO, awaits=False, is_certain=False, note='carried')
            for part in parts if part.correction]


def _corrected(count, sales):
    """Rows of before the count that were corrected after it: what they say more now was gone already."""
    by_key = defaultdict(list)
    for sale in sales:
        if sale.is_booked and sale.revision and sale.day <= count.day and sale.posted_at > count.posted_at:
            by_key[sale.key].append(sale)
    for rows in by_key.values():
        qty = sum(sale.qty for sale in rows)
        yield Part('corrected', qty, rows_as_evidence(rows), qty, is_certain=True)


def _shifted(count, sales):
    """Told before the count and dated after it: sold already, whatever the date says."""
    rows = [sale for sale in sales if sale.is_booked and sale.at > count.at and sale.posted_at <= count.posted_at]
    qty = sum((sale.qty for sale in rows), ZERO)
    yield Part('shifted', qty, rows_as_evidence(rows), qty, is_certain=True)


def _untracked(count, sales):
    """Sold while no stock was kept of the node: the ledger never heard of it."""
    rows = [sale for sale in sales if not sale.is_booked and sale.day <= count.day]
    qty = sum((sale.qty for sale in rows), ZERO)
    yield Part('untracked', qty, rows_as_evidence(rows), is_certain=True)


def _doubled(count, sales, doubled):
    """The same sales told twice: the book is too low by the second time."""
    by_feed = defaultdict(list)
    for sale in sales:
        if sale.feed in doubled and sale.is_booked and sale.posted_at <= count.posted_at and sale.day <= count.day:
            by_feed[sale.feed].append(sale)
    for feed, rows in by_feed.items():
        qty = -sum(sale.qty for sale in rows)
        evidence = (Evidence('channel.feed', doubled[feed], -qty), Evidence('channel.feed', feed, -qty))
        yield Part('double', qty, evidence, is_certain=True)


def _unscanned(count, deliveries):
    """On the shelf already and not scanned in, or by nobody to be scanned: the member above says that it sold it."""
    for delivery in deliveries:
        is_known = delivery.received_at and delivery.received_at <= count.posted_at
        if not is_of(delivery, count) or delivery.shipped_at > count.at or is_known:
            continue
        if delivery.kind == 'upstream' and not delivery.is_booked:
            yield Part('upstream', -delivery.shipped, (delivery_as_evidence(delivery, delivery.shipped),))
        elif delivery.is_booked:
            arrived = delivery.arrived if delivery.received_at else delivery.shipped
            yield Part(
                'unscanned', -arrived, (delivery_as_evidence(delivery, arrived),),
                -arrived if delivery.received_at else ZERO, awaits=not delivery.received_at)


def _claimed(count, claims):
    """Claimed after it was scanned in as if all were well."""
    for claim in claims:
        if claim.is_booked or claim.at > count.at:
            continue
        qty = -claim.qty if claim.kind == 'surplus' else claim.qty
        yield Part(
            'claim', qty, (Evidence('channel.claim', claim.key, claim.qty, claim.at, claim.ref),), is_certain=True)


def _returning(count, returns):
    """Sent back before the count, not booked back before it."""
    for back in returns:
        if back.sent_at > count.at or (back.booked_at and back.booked_at <= count.posted_at):
            continue
        yield Part(
            'returning', back.qty, (Evidence('channel.claim', back.key, back.qty, back.sent_at, back.ref),),
            back.qty if back.booked_at else ZERO, awaits=not back.booked_at, is_certain=True)


def _recounted(count, counts):
    """Another count soon before or after finds the opposite: one of the two was counted wrong."""
    for other in counts:
        if (other.key != count.key and other.lot == count.lot and other.missing == -count.missing
                and abs((other.at - count.at).days) < RECOUNT_DAYS):
            yield Part('recount', count.missing, (count_as_evidence(other, -other.missing),))


def _units(count, sales, facts):
    """Cases told as items or items as cases, in a sale or at a receipt: far from usual as told, usual if converted."""
    known = [sale for sale in sales if sale.posted_at <= count.posted_at and sale.day <= count.day and not sale.revision
             and sale.feed not in facts.doubled and sale.qty > 0]
    quantities = sorted(sale.qty for sale in known)
    for sale in known if len(known) > USUAL_ROWS else ():
        rest = list(quantities)
        rest.remove(sale.qty)
        for factor in sorted(facts.factors):
            true = mistaken_unit(sale.qty, factor, rest)
            if true is not None:
                yield Part('unit', true - sale.qty, rows_as_evidence([sale]), note=str(factor))
    for delivery in facts.deliveries:
        if delivery.received_at and delivery.received_at <= count.posted_at and is_of(delivery, count):
            factor = mistaken_receipt(delivery, facts.factors)
            if factor:
                yield Part('unit', delivery.arrived - delivery.shipped, (delivery_as_evidence(
                    delivery, delivery.arrived),), note=str(factor))


def mistaken_unit(qty: Decimal, factor: Decimal, others: Sequence[Decimal]) -> Decimal | None:
    """What a sale was if it was told in the wrong unit; None if it was not. :param others: sorted, what is usual"""
    low, high = others[0], others[-1]
    if factor <= 1 or low <= qty <= high:
        return None
    true = qty * factor if qty < low else qty / factor
    return true if low <= true <= high and true == true.to_integral_value() else None


def mistaken_receipt(delivery: Delivery, factors: Iterable[Decimal]) -> Decimal | None:
    """The pack in which a delivery was counted though its items were asked for, or the other way round."""
    return next((factor for factor in sorted(factors) if factor > 1 and delivery.arrived and (
        delivery.arrived * factor == delivery.shipped or delivery.arrived == delivery.shipped * factor)), None)
