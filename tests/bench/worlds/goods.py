"""Products, prices and stock of a world."""
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .network import Network
from .shapes import Shape, stream, zipf

COMMON = ('Yoghurt', 'Milk', 'Drinks', 'Snacks', 'Chilled', 'Health')
CHILLED = 'Chilled'
REGIONS = 5  # in how many provinces region-only products are sold, at most
PACKS = (0, 0, 6, 12, 12, 24)
SHARES = {'agent': .68, 'dealer': .76, 'store': .86}  # of the list price
OLD_RATE, SCARCE_RATE = .02, .02
ALWAYS_THERE = .2  # the best-selling fifth is missing nowhere
MISSING = (.05, .15)  # share of the other products that a warehouse lacks
SCARCE_QTY = 24


class Product(NamedTuple):
    """`state`: sold, old (not sold any more) or archived; `weight` is its share of the lines (Zipf)."""

    sku: str
    gtin: str
    case_gtin: str
    name: str
    category: str
    price: float
    multiple: int
    minimum: int
    case: int
    state: str
    is_scarce: bool
    weight: float


class Goods:
    """What is sold, at which price, and how much of it lies where."""

    def __init__(self, shape: Shape, seed: int, network: Network):
        self.shape, self.seed = shape, seed
        random = stream(seed, 'goods')
        provinces = [agent.territory for agent in network.agents]
        self.regional = {
            province: f'Regional {province}'
            for province in sorted(random.sample(provinces, min(REGIONS, len(provinces) - 1)))}
        self.products = self._draw_products(random)
        self.warehouses = self._draw_warehouses(random, network)

    @property
    def categories(self) -> list[str]:
        return [*COMMON, *self.regional.values()]

    def _draw_products(self, random) -> list[Product]:
        count = self.shape.products
        weights = zipf(count)
        random.shuffle(weights)
        special = random.sample(range(1, count), self._special(random))  # the first is the pattern of all: plain
        regional = dict.fromkeys(special[:-2 * self._rate_count(OLD_RATE)], 'regional')
        old = special[len(regional):len(regional) + self._rate_count(OLD_RATE)]
        scarce = set(special[len(regional) + len(old):])
        states = {number: ('old', 'archived')[i % 2] for i, number in enumerate(old)}
        return [self._draw_product(random, i, weights[i], i in regional, states.get(i, 'sold'), i in scarce)
                for i in range(count)]

    def _special(self, random):
        return random.randint(*self.shape.regional) + 2 * self._rate_count(OLD_RATE)

    def _rate_count(self, rate):
        return max(2, round(rate * self.shape.products))

    def _draw_product(self, random, i, weight, is_regional, state, is_scarce):
        category = random.choice(list(self.regional.values())) if is_regional else random.choice(COMMON)
        multiple = 12 if is_scarce else random.choice(PACKS)
        # Units of the trade, not of one shelf: from half a yuan to a few hundred.
        minimum = multiple * 2 if multiple and not is_scarce and random.random() < .2 else 0
        price = round(min(max(random.lognormvariate(math.log(9), .8), 1.2), 300), 1)
        return Product(
            f'W{i + 1:05}', with_check_digit(f'69119{i + 1:07}'), with_check_digit(f'169119{i + 1:07}'),
            f"{category} No. {i + 1}", category, price, multiple, minimum, multiple or 12, state, is_scarce, weight)

    def _draw_warehouses(self, random, network) -> list[tuple[str, str]]:
        """(code, district): most where the agents are, a tenth anywhere."""
        provinces = [agent.territory for agent in network.agents]
        everywhere = sorted(network.districts)
        drawn = []
        for i in range(self.shape.warehouses):
            province = random.choice(everywhere) if i % 10 == 9 else provinces[i % len(provinces)]
            drawn.append((f'W{i + 1:03}', random.choice(network.districts[province])))
        return drawn

    def draw_prices(self) -> Iterator[tuple[str, int, float]]:
        """(tier, place of the product, agreed price): one for every product and tier."""
        random = stream(self.seed, 'prices')
        for tier, share in SHARES.items():
            for i, product in enumerate(self.products):
                yield tier, i, round(product.price * share * random.uniform(.97, 1.03), 2)

    def draw_stock(self) -> Iterator[tuple[int, int, int]]:
        """(warehouse, product, quantity) where there is some."""
        random = stream(self.seed, 'stock')
        top = sorted((product.weight for product in self.products), reverse=True)[
            round(ALWAYS_THERE * len(self.products))]
        most = max(product.weight for product in self.products)
        for i in range(len(self.warehouses)):
            missing = random.uniform(*MISSING)
            for j, product in enumerate(self.products):
                if product.is_scarce:
                    if i == j % len(self.warehouses):
                        yield i, j, SCARCE_QTY
                    continue
                if product.weight < top and random.random() < missing:
                    continue
                qty = random.lognormvariate(math.log(400), .5) * (1 + 40 * product.weight / most)
                yield i, j, 12 * round(qty)


def with_check_digit(digits: str) -> str:
    """A GTIN: the digits and their check digit (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(digits)))
    return f'{digits}{-total % 10}'


def sellable(products: Sequence[Product], categories: Sequence[str]) -> list[int]:
    """Places of the products that a member licensed for `categories` orders without harm."""
    wanted = set(categories)
    return [i for i, product in enumerate(products)
            if product.state == 'sold' and not product.is_scarce and (not wanted or product.category in wanted)]
