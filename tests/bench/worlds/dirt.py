"""A day's orders, one in five faulty in a known way; and how well the checks have told them apart."""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .baskets import Baskets
from .network import TIGHT_LIMIT
from .shapes import share_out, stream

# Fault → (share of the day, rule that must find it, status it must end in).
FAULTS = {
    'unknown SKU': (.04, 'product', 'rejected'),
    'old SKU': (.02, 'product', 'rejected'),
    'pack multiple': (.04, 'pack', 'rejected'),
    'credit': (.03, 'credit', 'rejected'),
    'short stock': (.03, 'stock', 'held'),
    'territory': (.02, 'territory', 'rejected'),
    'price': (.01, 'price', 'rejected'),
    'duplicate': (.01, None, 'duplicate'),
}
# Clean orders that look like faulty ones → share of the day.
LOOKS = {
    'price within tolerance': .01,
    'delivered to another street': .01,
    'licensed for the next district': .005,
    'scarce, but there': .003,
    'within a small credit': .003,
    'same products again': .01,
    'names the agreed price': .15,
}
TAX = .13
TOLERANCE = .004  # of the agreed price; the rule lets .005 pass
ORDERING_AGENTS = .03
LONG_LIST = 10


@dataclass(frozen=True, slots=True)
class Order:
    """`lines` are [SKU, quantity, price or None]; `truth` is a fault or 'clean', `look` what it resembles."""

    number: str
    member: str
    lines: list[list[Any]]
    street: str | None = None
    truth: str = 'clean'
    look: str = ''

    def as_raw(self) -> dict[str, Any]:
        """As an integrator sends it."""
        return {
            'external_id': self.number, 'member': self.member,
            'lines': [{'sku': sku, 'qty': qty, **({} if price is None else {'price': price})}
                      for sku, qty, price in self.lines],
            **({'ship_to': {'street_code': self.street}} if self.street else {}),
        }


class Day:
    """Draws `count` orders of `lines` lines, of dealers and agents: nobody but the checks has to look at them."""

    def __init__(self, baskets: Baskets, seed: int, count: int, lines: int, prefix: str = 'DAY'):
        self.baskets, self.network, self.goods = baskets, baskets.network, baskets.goods
        self.random, self.count, self.lines, self.prefix = stream(seed, 'day'), count, lines, prefix
        self.number = 0
        self.used = Counter()
        limits = baskets.limits
        self.tight = [i for i in range(len(self.network.dealers)) if limits['dealer', i] <= TIGHT_LIMIT]
        tight = set(self.tight)
        self.buyers = [i for i in range(len(self.network.dealers)) if i not in tight]
        self.buyer_weights = [self.network.dealers[i].weight for i in self.buyers]
        scarce = [i for i, product in enumerate(self.goods.products) if product.is_scarce]
        # What one order takes another must not miss: near-misses and shortages have products of their own.
        self.scarce_there, self.scarce_short = scarce[::2], scarce[1::2]
        self.unused_tight = list(self.tight)
        self.last = None

    def draw(self) -> list[Order]:
        """In random sequence; a duplicate comes after its first."""
        names = [*FAULTS, 'clean']
        shares = [share for share, _rule, _status in FAULTS.values()]
        counts = dict(zip(names, share_out(self.count, [*shares, 1 - sum(shares)]), strict=True))
        kinds = [name for name in names if name != 'duplicate' for _i in range(counts[name])]
        self.random.shuffle(kinds)
        looks = self._draw_looks(counts['clean'])
        orders = [self.draw_clean(next(looks)) if kind == 'clean' else self._draw_faulty(kind) for kind in kinds]
        for _i in range(counts['duplicate']):
            self._repeat(orders)
        return orders

    def _draw_looks(self, count):
        looks = [name for name, share in LOOKS.items() for _i in range(max(1, round(share * self.count)))][:count]
        looks += [''] * (count - len(looks))
        self.random.shuffle(looks)
        return iter(looks)

    def _repeat(self, orders):
        """Send a clean order of the day once more, later."""
        place = self.random.choice([i for i, order in enumerate(orders) if order.truth == 'clean'])
        orders.insert(self.random.randint(place + 1, len(orders)), replace(orders[place], truth='duplicate', look=''))

    # === CLEAN === #

    def draw_clean(self, look=''):
        if look == 'scarce, but there' and self.scarce_there:
            return self._draw_scarce_there()
        if look == 'within a small credit' and self.unused_tight:
            return self._draw_small()
        if look == 'same products again' and self.last:
            return self._draw_again()
        tier, i = self._draw_buyer()
        if look == 'licensed for the next district':
            tier, i = self._draw_neighbour() or (tier, i)
        basket = self._draw_affordable(tier, i)
        if basket is None:
            return self.draw_clean(look)
        order = self._write(tier, i, basket, look=look)
        if look in ('price within tolerance', 'names the agreed price'):
            shift = TOLERANCE if look == 'price within tolerance' else 0
            for line, (place, _qty) in zip(order.lines, basket, strict=True):
                line[2] = round(self.baskets.prices[tier, place] * (1 + shift * self.random.uniform(-1, 1)), 4)
        if look in ('delivered to another street', 'licensed for the next district'):
            district = self.baskets.get_licence(tier, i).territories[-1]
            if tier == 'dealer' and look == 'licensed for the next district':
                district = next(code for code in self.baskets.get_licence(tier, i).territories
                                if code != self.network.dealers[i].territory)
            inside = [district] if district in self.network.streets else self.network.districts[district]
            order = replace(order, street=self.random.choice(self.network.streets[self.random.choice(inside)]))
        self.last = (tier, i, basket)
        return order

    def _draw_buyer(self):
        if self.random.random() < ORDERING_AGENTS:
            return 'agent', self.random.randrange(len(self.network.agents))
        return 'dealer', self.random.choices(self.buyers, self.buyer_weights)[0]

    def _draw_neighbour(self):
        wide = [i for i in self.buyers if len(self.baskets.by_holder['dealer', i].territories) > 1]
        return ('dealer', self.random.choice(wide)) if wide else None

    def _draw_affordable(self, tier, i):
        """A basket that fits into what is left of the credit; None where nothing does."""
        basket = self.baskets.draw(self.random, tier, i, self.lines)
        amount = self.baskets.get_amount(tier, basket, TAX)
        if self.used[tier, i] + 2 * amount > self.baskets.limits[tier, i]:
            return None
        self.used[tier, i] += amount
        return basket

    def _draw_again(self):
        """A member orders what it has just ordered, in other quantities, under another number."""
        tier, i, basket = self.last
        basket = [(place, self.baskets.draw_qty(self.random, place)) for place, _qty in basket]
        self.used[tier, i] += self.baskets.get_amount(tier, basket, TAX)
        return self._write(tier, i, basket, look='same products again')

    def _draw_scarce_there(self):
        place = self.scarce_there.pop()
        tier, i = self._draw_licensed(place)
        return self._write(tier, i, [(place, self.goods.products[place].multiple)], look='scarce, but there')

    def _draw_small(self):
        i = self.unused_tight.pop()
        for _try in range(200):
            basket = self.baskets.draw(self.random, 'dealer', i, 1)
            if self.baskets.get_amount('dealer', basket, TAX) <= TIGHT_LIMIT:
                return self._write('dealer', i, basket, look='within a small credit')
        return self.draw_clean()

    def _draw_licensed(self, place):
        """A dealer that may buy this product."""
        while True:
            i = self.random.choice(self.buyers)
            if self.goods.products[place].category in self.baskets.by_holder['dealer', i].categories:
                return 'dealer', i

    # === FAULTY === #

    def _draw_faulty(self, kind):
        tier, i = ('dealer', self.random.choice(self.tight)) if kind == 'credit' else self._draw_buyer()
        if kind == 'short stock':
            place = self.random.choice(self.scarce_short)
            tier, i = self._draw_licensed(place)
        basket = self.baskets.draw(self.random, tier, i, self.lines)
        if kind == 'short stock':
            basket[self.random.randrange(len(basket))] = (place, self.goods.products[place].multiple * 10)
        if kind == 'credit':
            while self.baskets.get_amount(tier, basket, TAX) <= 2 * TIGHT_LIMIT:
                basket = self.baskets.draw(self.random, tier, i, self.lines)
        order = self._write(tier, i, basket, truth=kind)
        spoil = getattr(self, f"_spoil_{kind.replace(' ', '_').lower()}", None)
        return (spoil and spoil(order, tier, basket)) or order

    def _spoil_unknown_sku(self, order, _tier, _basket):
        line = self.random.choice(order.lines)
        # A slip of the finger: two signs swapped, or one too many.
        line[0] = self.random.choice((f'{line[0]}0', f'X{line[0][1:]}', line[0].replace('W', 'V', 1)))

    def _spoil_old_sku(self, order, _tier, _basket):
        old = [product.sku for product in self.goods.products if product.state != 'sold']
        self.random.choice(order.lines)[0] = self.random.choice(old)

    def _spoil_pack_multiple(self, order, tier, basket):
        packed = [k for k, (place, _qty) in enumerate(basket) if self.goods.products[place].multiple]
        if not packed:
            return self._draw_faulty('pack multiple')
        k = self.random.choice(packed)
        order.lines[k][1] += self.random.randint(1, self.goods.products[basket[k][0]].multiple - 1)
        return order

    def _spoil_territory(self, order, tier, _basket):
        own = order.member
        licence = next(licence for licence in self.baskets.licences
                       if self.network.tiers[licence.holder[0]][licence.holder[1]].code == own)
        while True:
            street = self.random.choice(self.network.streets[self.random.choice(list(self.network.streets))])
            if not any(street.startswith(code) for code in licence.territories):
                return replace(order, street=street)

    def _spoil_price(self, order, tier, basket):
        k = self.random.randrange(len(basket))
        share = self.random.choice((-1, 1)) * self.random.uniform(.05, .3)
        order.lines[k][2] = round(self.baskets.prices[tier, basket[k][0]] * (1 + share), 4)

    # === BOTH === #

    def _write(self, tier, i, basket, truth='clean', look=''):
        self.number += 1
        products = self.goods.products
        return Order(f'{self.prefix}-{self.number:06}', self.network.tiers[tier][i].code,
                     [[products[place].sku, qty, None] for place, qty in basket], None, truth, look)


# === SCORING === #

@dataclass(slots=True)
class Score:
    """What became of a day. `faults`: fault → counts of planted, caught, other (stopped by another rule), accepted."""

    faults: dict[str, Counter] = field(default_factory=lambda: {name: Counter() for name in FAULTS})
    clean: int = 0
    untouched: int = 0
    wrongly_held: list[tuple[str, str, str]] = field(default_factory=list)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    without_fix: list[str] = field(default_factory=list)

    @property
    def wrong_acceptances(self) -> int:
        return sum(counts['accepted'] for counts in self.faults.values())

    @property
    def untouched_rate(self) -> float:
        return self.untouched / self.clean if self.clean else 0.0

    def get_failures(self) -> list[str]:
        """The goals that were not reached, a sentence each."""
        failures = []
        if self.untouched_rate < .98:
            failures.append(f"only {self.untouched_rate:.2%} of the clean orders went through untouched (goal: 98 %)")
        if self.wrong_acceptances:
            failures.append(f"{self.wrong_acceptances} faulty orders were accepted (goal: none)")
        missed = sum(counts['other'] for counts in self.faults.values())
        if missed:
            failures.append(f"{missed} faulty orders were stopped, but not by the rule that is meant for them")
        if self.without_fix:
            failures.append(f"{len(self.without_fix)} rejections do not say what to do")
        return failures


def score(orders: Sequence[Order], answers: Sequence[Mapping[str, Any]]) -> Score:
    """`answers` as `channel_submit` gave them, in the sequence of `orders`."""
    result, first = Score(), {}
    for order, answer in zip(orders, answers, strict=True):
        rules = {verdict['rule'] for verdict in answer['verdicts'] if verdict['decision'] in ('block', 'approve')}
        told = (order.number, order.look or order.truth, ", ".join(sorted(rules)) or answer['status'])
        if answer['status'] == 'rejected' and not _says_what_to_do(answer):
            result.without_fix.append(order.number)
        if order.truth == 'clean':
            first[order.number] = answer['order_id']
            result.clean += 1
            if answer['status'] == 'accepted':
                result.untouched += 1
            else:
                result.wrongly_held.append(told)
            continue
        counts = result.faults[order.truth]
        counts['planted'] += 1
        _share, rule, status = FAULTS[order.truth]
        is_stopped = answer['status'] == status
        if order.truth == 'duplicate':
            is_stopped = is_stopped and answer['order_id'] == first.get(order.number)
        if is_stopped and (rule is None or rule in rules):
            counts['caught'] += 1
        else:
            counts['accepted' if answer['status'] in ('accepted', 'duplicate') else 'other'] += 1
            result.missed.append(told)
    return result


def _says_what_to_do(answer):
    blocks = [verdict for verdict in answer['verdicts'] if verdict['decision'] == 'block']
    return bool(blocks) and all(verdict['message'] and verdict['fix'] for verdict in blocks)


def table(result: Score) -> str:
    """The score as Markdown."""
    rows = ["| planted fault | planted | caught by its rule | stopped by another | accepted |", "|---|---|---|---|---|"]
    rows += [f"| {name} | {counts['planted']} | {counts['caught']} | {counts['other']} | {counts['accepted']} |"
             for name, counts in result.faults.items()]
    rows.append(f"\nClean orders: {result.clean}, untouched by hand {result.untouched} ({result.untouched_rate:.2%}), "
                f"held or sent back {len(result.wrongly_held)}; rejections without a fix: {len(result.without_fix)}")
    for title, told in (("wrongly held", result.wrongly_held), ("missed", result.missed)):
        rows += [f"  {title}: {' · '.join(one)}" for one in told[:LONG_LIST]]
    return "\n".join(rows)
