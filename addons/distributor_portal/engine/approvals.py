"""Who must approve an order: chains with conditions and steps, what was given already, and who stands in for whom.

A chain demands something of an order (its tier, its amount, a verdict…) and names steps. Chains are looked at in their
sequence; every one that the order meets adds its steps. Each demand is also a piece of a sentence, so that what
decides and what people read are the same thing.
"""
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .verdicts import DECISIONS


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: its key, and the plain values that fill its blanks (ids, codes, decimals as text)."""

    text: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a chain demands; empty is no demand. Demands of different sorts must all be met, of one sort any."""

    tiers: frozenset[int] = frozenset()
    confirmed_tiers: bool = False  # only tiers whose orders headquarters confirms
    members: frozenset[int] = frozenset()  # these and all below
    places: frozenset[str] = frozenset()  # codes of divisions: delivered there or inside
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    decision: str = ''  # a verdict at least this hard
    rules: frozenset[int] = frozenset()
    discount_over: Decimal | None = None  # a share of 1
    types: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    form_field: str = ''
    form_value: str = ''  # '' is: filled in at all


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What conditions look at. Only what some chain asks for need be filled in."""

    key: int
    tier: int = 0
    tier_is_confirmed: bool = False
    line: frozenset[int] = frozenset()  # the member and all above it
    place: str = ''
    amount: Decimal = Decimal(0)
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()  # of the products, with those above
    verdicts: frozenset[tuple[int, str]] = frozenset()  # (rule, decision)
    discount: Decimal = Decimal(0)  # the highest of its lines, a share of 1
    type: int = 0
    source: int = 0
    form: Mapping[str, str] = field(default_factory=dict)
    # --- who is who
    member: int = 0
    upstream: int = 0
    upstream_reviews: bool = False
    salesperson: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain. `options` are the caller's own: deadline, escalation and the like."""

    key: int
    sequence: int
    kind: str  # upstream, member, group, users, salesperson
    role: str = ''
    group: int = 0
    users: tuple[int, ...] = ()
    needs_all: bool = False
    only_reviewing: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chain:
    key: int
    condition: Condition
    steps: tuple[Step, ...]
    is_final: bool = False  # once it applies, no later chain is looked at


@dataclass(slots=True)
class Asked:
    """One decision that an order needs: by whom, in which sequence, and which chains asked for it and why."""

    step: Step
    side: str  # upstream, member, hq
    member: int = 0
    group: int = 0
    users: tuple[int, ...] = ()
    reasons: list[tuple[int, list[Part]]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The same decision asked for by two chains, or again at the next check, has the same key."""
        who = f'{self.member}:{self.step.role}' if self.member else f'g{self.group}' if self.group else (
            'u' + ','.join(map(str, self.users)))
        person = ':' + ','.join(map(str, self.users)) if self.users and (self.member or self.group) else ''
        return f'{self.step.sequence}/{self.side}/{who}{person}'


@dataclass(frozen=True, slots=True)
class Given:
    """A decision that is on record. `amount`: what the order came to when it was approved; None is not recorded."""

    key: str
    state: str  # pending, approved, refused, void, outgrown
    amount: Decimal | None = None
    asks_again: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left to do: keys to ask for anew, to void, whose approval the order has outgrown, and still pending."""

    new: tuple[str, ...]
    void: tuple[str, ...]
    outgrown: tuple[str, ...]
    pending: tuple[str, ...]


# --- conditions


def explain(condition: Condition, facts: OrderFacts) -> list[tuple[Part, bool]]:
    """Each demand, and whether the order meets it."""
    return [(part, test(facts)) for part, test in _demands(condition)]


def match(condition: Condition, facts: OrderFacts) -> list[Part] | None:
    """The demands that the order meets, if it meets all of them; else None. No demand is met by every order."""
    parts = []
    for part, test in _demands(condition):
        if not test(facts):
            return None
        parts.append(part)
    return parts


def describe(condition: Condition) -> list[Part]:
    """The demands as pieces of a sentence."""
    return [part for part, _test in _demands(condition)]


def looks_at(chains: Iterable[Chain]) -> set[str]:
    """Keys of the demands in use: facts that nothing looks at need not be read."""
    return {part.text for chain in chains for part in describe(chain.condition)}


def _demands(c: Condition) -> Iterator[tuple[Part, Callable[[OrderFacts], bool]]]:
    if c.types:
        yield Part('types', {'types': sorted(c.types)}), lambda facts: facts.type in c.types
    if c.tiers:
        yield Part('tiers', {'tiers': sorted(c.tiers)}), lambda facts: facts.tier in c.tiers
    if c.confirmed_tiers:
        yield Part('confirmed_tiers'), lambda facts: facts.tier_is_confirmed
    if c.members:
        yield Part('members', {'members': sorted(c.members)}), lambda facts: bool(facts.line & c.members)
    if c.places:
        yield Part('places', {'places': sorted(c.places)}), lambda facts: facts.place.startswith(tuple(c.places))
    yield from _amount_demands(c)
    if c.products or c.categories:
        yield _goods_part(c), lambda facts: bool(facts.products & c.products or facts.categories & c.categories)
    if c.discount_over is not None:
        yield (
            Part('discount_over', {'discount': str(c.discount_over)}), lambda facts: facts.discount > c.discount_over)
    if c.decision or c.rules:
        yield _verdict_part(c), lambda facts: _has_verdict(c, facts)
    if c.sources:
        yield Part('sources', {'sources': sorted(c.sources)}), lambda facts: facts.source in c.sources
    if c.form_field:
        args = {'field': c.form_field, 'value': c.form_value}
        yield Part('form_is' if c.form_value else 'form_filled', args), lambda facts: _has_form_value(c, facts)


def _amount_demands(c):
    low, high = c.amount_from, c.amount_to
    if low is not None and high is not None:
        part = Part('amount_between', {'low': str(low), 'high': str(high)})
    elif low is not None:
        part = Part('amount_over', {'low': str(low)})
    elif high is not None:
        part = Part('amount_up_to', {'high': str(high)})
    else:
        return
    yield part, lambda facts: (low is None or facts.amount > low) and (high is None or facts.amount <= high)


def _goods_part(c):
    if c.products and c.categories:
        return Part('goods', {'products': sorted(c.products), 'categories': sorted(c.categories)})
    if c.products:
        return Part('products', {'products': sorted(c.products)})
    return Part('categories', {'categories': sorted(c.categories)})


def _verdict_part(c):
    if c.rules and c.decision:
        return Part('verdict_of', {'decision': c.decision, 'rules': sorted(c.rules)})
    if c.rules:
        return Part('broken', {'rules': sorted(c.rules)})
    return Part('verdict', {'decision': c.decision})


def _has_verdict(c, facts):
    least = DECISIONS.index(c.decision or 'signal')
    return any(
        DECISIONS.index(decision) >= least and (not c.rules or rule in c.rules) for rule, decision in facts.verdicts)


def _has_form_value(c, facts):
    value = facts.form.get(c.form_field, '')
    return value.casefold() == c.form_value.casefold() if c.form_value else bool(value)


# --- steps


def plan(chains: Sequence[Chain], facts: OrderFacts, people: Mapping[tuple, Collection[int]] | None = None,
         fallback_group: int = 0) -> list[Asked]:
    """The decisions that an order needs, in sequence.

    :param people: {('member', id, role) | ('group', id): users}, for the steps that need all of them
    :param fallback_group: who decides where an order has no salesperson
    """
    asked: dict[str, Asked] = {}
    for chain in chains:
        parts = match(chain.condition, facts)
        if parts is None:
            continue
        for step in chain.steps:
            for one in _ask(step, facts, people or {}, fallback_group):
                asked.setdefault(one.key, one).reasons.append((chain.key, parts))
        if chain.is_final:
            break
    return sorted(asked.values(), key=lambda one: one.step.sequence)


def _ask(step, facts, people, fallback_group):
    if step.kind == 'upstream':
        if not facts.upstream or (step.only_reviewing and not facts.upstream_reviews):
            return []
        return _each(step, people.get(('member', facts.upstream, step.role)), 'upstream', member=facts.upstream)
    if step.kind == 'member':
        return _each(step, people.get(('member', facts.member, step.role)), 'member', member=facts.member)
    if step.kind == 'users':
        users = [(user,) for user in step.users] if step.needs_all else [step.users]
        return [Asked(step, 'hq', users=some) for some in users if some]
    if step.kind == 'salesperson' and facts.salesperson:
        return [Asked(step, 'hq', users=(facts.salesperson,))]
    group = step.group if step.kind == 'group' else fallback_group
    return _each(step, people.get(('group', group)), 'hq', group=group)


def _each(step, users, side, **who):
    if step.needs_all and users:
        return [Asked(step, side, users=(user,), **who) for user in sorted(users)]
    return [Asked(step, side, **who)]


def settle(asked: Sequence[Asked], given: Iterable[Given], amount: Decimal) -> Settled:
    """What of `asked` is still open, given what is on record.

    An approval stays, unless its step asks again when the amount grows and it has grown since.
    """
    wanted = {one.key: one for one in asked}
    states: dict[str, str] = {}
    void, outgrown = [], []
    for row in given:
        if row.state == 'pending':
            if row.key in wanted:
                states[row.key] = 'pending'
            else:
                void.append(row.key)
        elif row.state == 'approved' and row.key in wanted:
            if row.asks_again and row.amount is not None and amount > row.amount:
                outgrown.append(row.key)
            else:
                states.setdefault(row.key, 'approved')
    new = tuple(key for key in wanted if key not in states)
    pending = tuple(key for key in wanted if states.get(key) == 'pending')
    return Settled(new, tuple(void), tuple(outgrown), pending)


# --- delegation


@dataclass(frozen=True, slots=True)
class Delegation:
    """From `start` to `end` (included), `to` decides for `user`."""

    user: int
    to: int
    start: datetime
    end: datetime


def stands_in_for(user: int, delegations: Iterable[Delegation], now: datetime) -> list[int]:
    """Whom `user` decides for now, nearest first: who is away hands on also what was handed to it."""
    waiting = [d for d in delegations if d.start <= now <= d.end]
    found, layer = [], [user]
    while layer:
        layer = sorted({d.user for d in waiting if d.to in layer} - {user, *found})
        found += layer
    return found


def closes_circle(new: Delegation, delegations: Iterable[Delegation]) -> bool:
    """Whether `new` would hand decisions back, over others at the same time, to who hands them on."""
    others = list(delegations)

    def reaches(person, start, end, seen):
        if person == new.user:
            return True
        return any(
            reaches(d.to, max(start, d.start), min(end, d.end), seen | {person})
            for d in others
            if d.user == person and d.to not in seen and max(start, d.start) <= min(end, d.end))

    return reaches(new.to, new.start, new.end, frozenset())
