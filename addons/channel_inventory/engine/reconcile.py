"""What should lie at a node, what is found there, and why that differs.

    opening + shipped + transfers in − transfers out − sold − returned − closing = deviation

More than nothing is missing. Each deviation is taken apart into causes on record (`causes`) whose quantities sum up
to it exactly; what no facts account for stays unexplained. Nothing is estimated: the same facts give the same answer.
"""
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from . import causes
from .causes import ZERO, Claim, Count, Delivery, Evidence, Facts, Part, Return, Sale

MAX_PARTS = 3  # possible causes in one explanation, beside the certain ones
MAX_POSSIBLE = 24
MAX_LEFT_OUT = 2
EXPLAINED, UNEXPLAINED = 'explained', 'open'
# What the ledger calls what, and the sign with which it changes what should lie at a node.
FLOWS = {
    'opening': ('opening', 1), 'shipment': ('shipped', 1), 'transfer_in': ('transfers_in', 1),
    'transfer_out': ('transfers_out', -1), 'sale': ('sold', -1), 'sale_return': ('sold', -1),
    'return': ('returned', -1), 'merge': ('transfers_in', 1),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """What went in and out of a node in a period, all as quantities; what customers brought back is sold less."""

    opening: Decimal = ZERO
    shipped: Decimal = ZERO
    transfers_in: Decimal = ZERO
    transfers_out: Decimal = ZERO
    sold: Decimal = ZERO
    returned: Decimal = ZERO
    closing: Decimal = ZERO

    @property
    def expected(self) -> Decimal:
        return self.opening + self.shipped + self.transfers_in - self.transfers_out - self.sold - self.returned

    @property
    def deviation(self) -> Decimal:
        return self.expected - self.closing

    @property
    def throughput(self) -> Decimal:
        return (abs(self.shipped) + abs(self.transfers_in) + abs(self.transfers_out) + abs(self.sold)
                + abs(self.returned))


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause of one difference, or what is left of one without a cause (`kind` is 'unexplained').

    :param key: the same cause has the same key, tonight and tomorrow
    :param candidates: what might account for it and does not, by the sum or because several fit alike
    """

    key: str
    kind: str
    qty: Decimal
    day: date
    lot: int | None
    evidence: tuple[Evidence, ...]
    correction: Decimal = ZERO
    awaits: bool = False
    note: str = ''
    candidates: tuple[Part, ...] = ()

    @property
    def state(self) -> str:
        return UNEXPLAINED if self.kind in ('unexplained', 'overdue') else EXPLAINED


def balance(sums: Mapping[str, Decimal], opening: Decimal, closing: Decimal) -> Balance:
    """:param sums: {kind of movement: signed change of the physical stock} of the period, as the ledger has them"""
    values: dict[str, Decimal] = defaultdict(Decimal)
    values['opening'] = opening
    for kind, qty in sums.items():
        if kind in FLOWS:
            name, sign = FLOWS[kind]
            values[name] += sign * qty
    return Balance(**values, closing=closing)


def rate(balances: Iterable[Balance]) -> Decimal:
    """How much of what was moved is not where it should be: the sum of deviations over that of the throughput."""
    deviation = throughput = ZERO
    for one in balances:
        deviation += abs(one.deviation)
        throughput += one.throughput
    return deviation / throughput if throughput else ZERO


def explain(
        count: Count, facts: Facts, carried: Sequence[Part] = ()) -> tuple[list[Part], Decimal, tuple[Part, ...]]:
    """(causes of what is missing at a count, what is left without one, candidates)

    First all certain causes, then as few of the possible ones as sum up exactly. Where several sets of causes fit
    alike none is taken: a person decides.

    :param carried: `causes.carry` of what explained the count before
    """
    if not count.missing:
        return [], ZERO, ()
    parts, same_day = causes.collect(count, facts)
    certain = [part for part in parts if part.is_certain]
    possible = [*carried, *(part for part in parts if not part.is_certain)]
    possible = sorted(possible, key=lambda part: (_get_rank(part), part.evidence[0].key))[:MAX_POSSIBLE]
    found = _find_exact(count.missing, certain, possible, same_day)
    if len(found) == 1:
        return found[0], ZERO, ()
    if not found:
        left = count.missing - sum((part.qty for part in certain), ZERO)
        if certain and abs(left) < abs(count.missing):
            return certain, left, tuple(possible)
    return [], count.missing, tuple(certain + possible)


def _find_exact(missing, certain, possible, same_day):
    """The sets of causes that sum up and leave the fewest certain ones out, then have the fewest possible ones."""
    by_qty = {}
    for part in same_day:
        by_qty.setdefault(part.qty, part)  # the first rows: a later sum that is the same adds nothing
    for left_out in range(min(MAX_LEFT_OUT, len(certain)) + 1):
        for number in range(MAX_PARTS + 1):
            found = []
            for out in combinations(certain, left_out):
                kept = [part for part in certain if part not in out]
                found += _complete(missing, kept, combinations(possible, number), {})
                # The first sales of a day are one possible cause more.
                if number and by_qty:
                    found += _complete(missing, kept, combinations(possible, number - 1), by_qty)
            if found:
                return _keep_likeliest(found)
    return []


def _complete(missing, kept, choices, by_qty):
    """Sets of kept and chosen causes that sum up, with the one in `by_qty` that is left over, where it is given."""
    for chosen in choices:
        parts = [*kept, *chosen]
        left = missing - sum((part.qty for part in parts), ZERO)
        if by_qty:
            if left in by_qty:
                yield [*parts, by_qty[left]]
        elif not left and parts:
            yield parts


def _keep_likeliest(found):
    best = min(_get_likelihood(parts) for parts in found)
    return [parts for parts in found if _get_likelihood(parts) == best]


def _get_likelihood(parts):
    return max((_get_rank(part) for part in parts), default=0), len(parts)


def _get_rank(part):
    return causes.RANKS[part.note if part.note in causes.RANKS else part.kind]


def evaluate(facts: Facts, now: datetime, lead: timedelta) -> list[Finding]:
    """All that does not match of one product at one node: counts, deliveries, sales, a book below nothing."""
    findings, parts = [], {}
    for count in sorted(facts.counts, key=lambda count: (count.at, count.key)):
        own, left, candidates = explain(count, facts, causes.carry(parts.get(count.lot, ())))
        if count.is_posted:
            parts[count.lot] = own
        findings += _follow(count, list(_check_count(count, facts, own, left, candidates)))
    findings = _match_lots(findings)
    findings += _check_deliveries(facts, now, lead)
    findings += _check_sales(facts)
    if facts.available is not None and facts.available < 0 and not any(
            finding.kind in ('double', 'untracked') for finding in findings):
        findings += _check_negative(facts, -facts.available, now.date())
    kept: dict[str, Finding] = {}
    for finding in findings:
        kept.setdefault(finding.key, finding)
    return list(kept.values())


def _check_count(count, facts, parts, left, candidates):
    is_last = not any(
        other.is_posted and other.at > count.at and other.lot in (None, count.lot) for other in facts.counts)
    for part in parts:
        # A later count has put right what this one would have to.
        yield Finding(_get_key(part, count), part.kind, part.qty, count.day, count.lot, part.evidence,
                      _get_correction(part, count) if is_last else ZERO, part.awaits and is_last, part.note)
    counted = causes.count_as_evidence(count, count.found, _show(count))
    if left:
        yield Finding(f'unexplained:{count.key}', 'unexplained', left, count.day, count.lot, (counted,),
                      ZERO if count.is_posted or not is_last else -left, candidates=candidates)
    else:
        used = {evidence.key for part in parts for evidence in part.evidence}
        yield from _check_unseen(count, counted, facts, used)


def _get_correction(part, count):
    """Where the book was not made to follow, it is still wrong by all that no later posting puts right."""
    return part.correction if count.is_posted else ZERO if part.awaits else part.correction - part.qty


def _show(count):
    """What was counted and what the book said: 36 / 40"""
    return ' / '.join(f'{qty.normalize():f}' for qty in (count.found, count.book))


def _follow(count, findings):
    """What the book has been changed by already is not done again; what it was changed by wrongly is taken back."""
    done, result = count.followed, []
    for finding in findings:
        if finding.kind in ('late', 'corrected') and done:
            used = min(finding.correction, done) if done > 0 else max(finding.correction, done)
            if used * done > 0:
                finding, done = replace(finding, correction=finding.correction - used), done - used
        result.append(finding)
    for place, finding in enumerate(result):
        if done and (finding.kind == 'edge' or finding.note == 'same_day'):
            result[place], done = replace(finding, correction=finding.correction - done), ZERO
    return result


def _check_unseen(count, counted, facts, used):
    """Sales told after the count that it does not show: of the day before sold after it in truth, else a riddle."""
    edge = count.day - timedelta(days=1)
    since = max((other.day for other in facts.counts if other.at < count.at), default=None)
    rows = [sale for sale in facts.sales if sale.id not in used and sale.day <= edge
            and (since is None or sale.day > since) and sale.is_booked and sale.posted_at > count.posted_at
            and sale.feed not in facts.doubled and causes.is_of(sale, count)]
    for kind, some in (('edge', [sale for sale in rows if sale.day == edge and not sale.revision]),
                       ('unexplained', [sale for sale in rows if sale.day < edge or sale.revision])):
        qty = sum((sale.qty for sale in some), ZERO)
        if qty:
            yield Finding(f'{kind}:{count.key}:after', kind, -qty, count.day, count.lot, (
                *causes.rows_as_evidence(some), counted))


def _get_key(part, count):
    """By the document it rests on; those that a count alone brings to light have its number."""
    document = part.evidence[-1]
    if part.kind in ('late', 'corrected', 'shifted', 'untracked', 'recount') or part.note == 'carried':
        return f'{part.kind}:{count.key}:{document.key}'
    return _get_document_key(part.kind, document)


def _get_document_key(kind, document):
    if document.model in ('stock.picking', 'channel.transfer') and kind == 'unit':
        kind = 'receipt'  # one cause, whatever it turns out to be
    return f'{kind}:{document.model}:{document.key}:{document.lot or 0}'


def _match_lots(findings):
    """Lots of the same count that are wrong against each other are mixed up: nothing is missing in all."""
    by_day = defaultdict(list)
    for finding in findings:
        if finding.kind == 'unexplained' and finding.lot:
            by_day[finding.day].append(finding)
    mixed = {}
    for same in by_day.values():
        if len(same) > 1 and not sum(finding.qty for finding in same):
            evidence = tuple(finding.evidence[0] for finding in same)
            mixed |= {finding.key: replace(finding, key=finding.key.replace('unexplained', 'lots'), kind='lots',
                                           evidence=evidence, candidates=()) for finding in same}
    return [mixed.get(finding.key, finding) for finding in findings]


def _check_deliveries(facts, now, lead):
    """Shipped against received: on the way within its time is no difference, everything else is one."""
    for delivery in facts.deliveries:
        document = causes.delivery_as_evidence(delivery, delivery.shipped)
        is_late = delivery.shipped_at + (lead if delivery.days is None else timedelta(delivery.days)) < now
        kind, qty, correction = None, delivery.shipped, ZERO
        if not delivery.is_booked and (is_late or delivery.kind != 'upstream'):
            kind, qty, correction = ('upstream' if delivery.kind == 'upstream' else 'unbooked'), -qty, qty
        elif delivery.is_booked and not delivery.received_at and is_late:
            kind, correction = 'overdue', -qty
        elif delivery.is_booked and delivery.received_at and delivery.arrived != delivery.shipped:
            yield _check_receipt(delivery, facts, document)
        if kind:
            # The same cause as where a count has found the goods: a delivery that nobody has scanned in.
            key = _get_document_key('unscanned' if kind == 'overdue' else kind, document)
            yield Finding(key, kind, qty, delivery.shipped_at.date(), delivery.lot, (document,), correction)


def _check_receipt(delivery, facts, document):
    missing, day = delivery.shipped - delivery.arrived, delivery.received_at.date()
    claims = [claim for claim in facts.claims if claim.is_booked and claim.ref == delivery.ref]
    is_counted = any(count.is_posted and count.posted_at >= delivery.received_at for count in facts.counts)
    factor = None if claims or is_counted else causes.mistaken_receipt(delivery, facts.factors)
    if factor:
        return Finding(_get_document_key('unit', document), 'unit', missing, day, delivery.lot, (document,), missing,
                       note=str(factor))
    proof = tuple(Evidence('channel.claim', claim.key, claim.qty, claim.at, claim.ref) for claim in claims)
    return Finding(_get_document_key('receipt', document), 'receipt', missing, day, delivery.lot, (*proof, document))


def _check_sales(facts):
    """Sold twice by what was told, or sold without a trace in the ledger. What a count has put right needs no more."""
    doubled, untracked = defaultdict(list), defaultdict(list)
    for sale in facts.sales:
        if not sale.is_booked:
            untracked[sale.feed].append(sale)
        elif sale.feed in facts.doubled:
            doubled[sale.feed].append(sale)
    for feed, rows in doubled.items():
        qty = sum(sale.qty for sale in rows)
        if qty:
            pair = Evidence('channel.feed', facts.doubled[feed], qty), Evidence('channel.feed', feed, qty)
            open_ = sum((sale.qty for sale in rows if not _is_counted(sale, facts)), ZERO)
            yield Finding(_get_document_key('double', pair[1]), 'double', -qty, max(sale.day for sale in rows), None,
                          pair, open_)
    for feed, rows in untracked.items():
        open_ = [sale for sale in rows if not _is_counted(sale, facts)]
        qty = sum((sale.qty for sale in open_), ZERO)
        if qty:
            yield Finding(f'untracked:{feed}', 'untracked', qty, max(sale.day for sale in open_), None,
                          causes.rows_as_evidence(open_), -qty)


def _is_counted(sale, facts):
    """Whether a count came after it, which has set the book to what was found."""
    return any(
        count.is_posted and causes.is_of(sale, count) and count.posted_at >= sale.posted_at and count.day >= sale.day
        for count in facts.counts)


def _check_negative(facts, below, day):
    """More sold than was there: from deliveries that are not scanned in yet, or the book began without stock."""
    waiting = [one for one in facts.deliveries if one.kind != 'upstream' and one.is_booked and not one.received_at]
    if sum((one.shipped for one in waiting), ZERO) >= below:
        evidence = tuple(causes.delivery_as_evidence(one, one.shipped) for one in waiting)
        yield Finding('negative', 'sold_early', -below, day, None, evidence, awaits=True)
    elif facts.sales and not facts.counts and not any(one.received_at for one in facts.deliveries):
        yield Finding('negative', 'no_opening', -below, day, None, causes.rows_as_evidence(facts.sales[:1]), below)
    else:
        yield Finding('negative', 'unexplained', -below, day, None, ())


__all__ = [
    'Balance', 'Claim', 'Count', 'Delivery', 'Evidence', 'Facts', 'Finding', 'Part', 'Return', 'Sale', 'balance',
    'evaluate', 'explain', 'rate',
]
