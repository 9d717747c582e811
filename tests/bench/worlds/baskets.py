"""What members order: products by Zipf, whole packs, agreed prices."""
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import NamedTuple

from .goods import CHILLED, COMMON, Goods, sellable
from .network import Network
from .shapes import stream

MAX_PACKS, MAX_SINGLE = 5, 40
PAST_DAYS = 730
PAST_LINES = (3, 8)
STORE_SHARE = .3  # of the orders of the past; the others are dealers'
WEEKEND, MONTH_END = .4, 2.0  # how busy such a day is, compared with a plain one


class Past(NamedTuple):
    """An order of the past: who, when, and [(place of a product, quantity)]."""

    tier: str
    place: int
    at: datetime
    basket: list[tuple[int, int]]


class Baskets:
    """The licences, limits and prices of a world at hand, and baskets drawn from them."""

    def __init__(self, network: Network, goods: Goods):
        self.network, self.goods = network, goods
        self.licences = list(network.draw_licences(COMMON, CHILLED, goods.regional))
        self.by_holder = {licence.holder: licence for licence in self.licences}
        self.limits = {(tier, i): limit for tier, i, limit in network.draw_limits()}
        self.prices = {(tier, i): price for tier, i, price in goods.draw_prices()}
        self._sellable = {}

    def get_licence(self, tier: str, i: int):
        """Its own, or that of the nearest member above."""
        holder = (tier, i)
        if holder not in self.by_holder:
            holder = ('dealer', self.network.stores[i].upstream)
        return self.by_holder[holder]

    def draw(self, random, tier: str, i: int, lines: int) -> list[tuple[int, int]]:
        """[(place of a product, quantity in its own unit)], every product once."""
        places, sums = self._get_sellable(self.get_licence(tier, i).categories)
        chosen = {}
        while len(chosen) < min(lines, len(places)):
            place = random.choices(places, cum_weights=sums)[0]
            if place not in chosen:
                chosen[place] = self.draw_qty(random, place)
        return list(chosen.items())

    def draw_qty(self, random, place: int) -> int:
        product = self.goods.products[place]
        if not product.multiple:
            return random.randint(1, MAX_SINGLE)
        return max(product.multiple * random.randint(1, MAX_PACKS), product.minimum)

    def get_amount(self, tier: str, basket: Sequence[tuple[int, int]], tax: float = 0.0) -> float:
        return sum(self.prices[tier, place] * qty for place, qty in basket) * (1 + tax)

    def draw_past(self, today: date) -> Iterator[Past]:
        """The orders of the two years before `today`, in no sequence: large members and month ends have more."""
        random = stream(self.network.seed, 'past')
        days = [today - timedelta(days=ago) for ago in range(2, PAST_DAYS)]
        busy = list(accumulate(_get_load(day) for day in days))
        tiers = {tier: (range(len(nodes)), list(accumulate(node.weight for node in nodes)))
                 for tier, nodes in (('dealer', self.network.dealers), ('store', self.network.stores))}
        for _i in range(self.network.shape.history):
            tier = 'store' if random.random() < STORE_SHARE else 'dealer'
            places, sums = tiers[tier]
            place = random.choices(places, cum_weights=sums)[0]
            moment = time(random.randint(0, 9), random.randrange(60), random.randrange(60))  # UTC: China's day
            at = datetime.combine(random.choices(days, cum_weights=busy)[0], moment)
            yield Past(tier, place, at, self.draw(random, tier, place, random.randint(*PAST_LINES)))

    def _get_sellable(self, categories):
        if categories not in self._sellable:
            places = sellable(self.goods.products, categories)
            self._sellable[categories] = (
                places, list(accumulate(self.goods.products[place].weight for place in places)))
        return self._sellable[categories]


def _get_load(day):
    is_end = (day + timedelta(days=3)).month != day.month
    return (WEEKEND if day.weekday() > 4 else 1.0) * (MONTH_END if is_end else 1.0)
