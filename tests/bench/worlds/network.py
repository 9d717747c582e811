"""Agents, dealers and stores of a world, their licences and credit."""
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .shapes import DEALER_SIGMA, Shape, share_out, stream

STORE_SPREAD = .3  # exponent: a dealer of a hundred times the volume has four times the stores
MIN_STREETS = 200  # a province must be large enough for an agent's dealers
NO_COLD_STORE = .25  # share of dealers without a licence for chilled goods
NEIGHBOUR_RATE = .1  # share of dealers with a second licence, for the district next to theirs
TIGHT_RATE = .06  # share of dealers whose credit does not suffice for a usual order
STORE_CREDIT_RATE = .25  # share of stores with a credit line of their own
# Median of the limits in CNY and their spread (sigma of a log-normal distribution).
LIMITS = {'agent': (300_000_000, .3), 'dealer': (8_000_000, .5), 'store': (400_000, .4)}
TIGHT_LIMIT = 100


class Node(NamedTuple):
    """A member. `upstream` is its place in the list of the tier above; `weight` its share of the volume."""

    code: str
    tier: str
    upstream: int | None
    territory: str
    place: str
    name: str
    street: str
    phone: str
    segment: str
    weight: float


class Licence(NamedTuple):
    """`holder` is (tier, place in its list); no categories means everything."""

    contract: str
    holder: tuple[str, int]
    categories: tuple[str, ...]
    territories: tuple[str, ...]


class Network:
    """:param divisions: {code: name} of provinces to streets
    :param words: {'dealer': […], 'dealer_kind': […], 'store': […], 'store_kind': […], 'road': […]}
    """

    def __init__(self, shape: Shape, seed: int, divisions: Mapping[str, str], words: Mapping[str, Sequence[str]]):
        self.shape, self.seed, self.names, self.words = shape, seed, divisions, words
        self.streets = defaultdict(list)
        for code in divisions:
            if len(code) == 9:
                self.streets[code[:6]].append(code)
        self.districts = defaultdict(list)
        for district in sorted(self.streets):
            self.districts[district[:2]].append(district)
        self.random = stream(seed, 'network')
        self.agents = list(self._draw_agents())
        self.dealers = list(self._draw_dealers())
        self.stores = list(self._draw_stores())

    @property
    def tiers(self) -> dict[str, list[Node]]:
        return {'agent': self.agents, 'dealer': self.dealers, 'store': self.stores}

    def _draw_agents(self) -> Iterator[Node]:
        sizes = {province: sum(len(self.streets[district]) for district in districts)
                 for province, districts in self.districts.items()}
        large = sorted(province for province, size in sizes.items() if size >= MIN_STREETS)
        for i, province in enumerate(sorted(self.random.sample(large, self.shape.agents))):
            place = self.random.choice(self.districts[province])
            name = f"{self.names[province]}{self.random.choice(self.words['dealer'])}总代理 {i + 1:02}"
            yield self._draw_node(f'A{i + 1:02}', 'agent', None, province, place, name, 0.0)

    def _draw_dealers(self) -> Iterator[Node]:
        """As many below each agent, in turn in each of its province's districts."""
        number = 0
        for i, count in enumerate(share_out(self.shape.dealers, [1] * self.shape.agents)):
            districts = list(self.districts[self.agents[i].territory])
            self.random.shuffle(districts)
            for j in range(count):
                number += 1
                district = districts[j % len(districts)]
                name = (f"{self.names[district]}{self.random.choice(self.words['dealer'])}"
                        f"{self.random.choice(self.words['dealer_kind'])} {number}")
                weight = self.random.lognormvariate(0, DEALER_SIGMA)
                yield self._draw_node(f'D{number:05}', 'dealer', i, district, district, name, weight)

    def _draw_stores(self) -> Iterator[Node]:
        number = 0
        counts = share_out(self.shape.stores, [dealer.weight ** STORE_SPREAD for dealer in self.dealers])
        for i, count in enumerate(counts):
            district = self.dealers[i].territory
            for _j in range(count):
                number += 1
                street = self.random.choice(self.streets[district])
                name = (f"{self.random.choice(self.words['store'])}{self.random.choice(self.words['store_kind'])}"
                        f"（{self.names[street]}{number}店）")
                yield self._draw_node(
                    f'S{number:06}', 'store', i, district, street, name, self.dealers[i].weight / count)

    def _draw_node(self, code, tier, upstream, territory, place, name, weight):
        road = self.random.choice(self.words['road'])
        # Numbers from 140 on belong to machines: nobody is called by mistake.
        phone = f'+86 140 {self.random.randrange(10**4):04} {self.random.randrange(10**4):04}'
        segment = self.random.choice(('vip', 'core', 'core', 'regular', 'regular', 'regular'))
        return Node(code, tier, upstream, territory, place, name,
                    f"{self.names[place]}{road} {self.random.randrange(1, 300)} 号", phone, segment, weight)

    # === LICENCES, CREDIT === #

    def draw_licences(self, common: Sequence[str], chilled: str, regional: Mapping[str, str]) -> Iterator[Licence]:
        """:param common: categories sold everywhere, `chilled` among them
        :param regional: {province: category that is sold only there}
        """
        random = stream(self.seed, 'licences')
        neighbours = _some(random, len(self.dealers), NEIGHBOUR_RATE)
        number = 0
        for tier in ('agent', 'dealer'):
            for i, node in enumerate(self.tiers[tier]):
                number += 1
                own = [regional[node.territory[:2]]] if node.territory[:2] in regional else []
                warm = [category for category in common if category != chilled]
                has_cold = tier == 'agent' or random.random() >= NO_COLD_STORE
                territories = [node.territory]
                if tier == 'dealer' and i in neighbours:
                    districts = self.districts[node.territory[:2]]
                    next_one = districts[(districts.index(node.territory) + 1) % len(districts)]
                    territories = sorted({node.territory, next_one})
                yield Licence(f'W-{number:05}', (tier, i), (*(common if has_cold else warm), *own), tuple(territories))

    def draw_limits(self) -> Iterator[tuple[str, int, float]]:
        """(tier, place in its list, limit) of those who have a credit line."""
        random = stream(self.seed, 'credit')
        tight = _some(random, len(self.dealers), TIGHT_RATE)
        for tier, nodes in self.tiers.items():
            median, sigma = LIMITS[tier]
            for i in range(len(nodes)):
                if tier == 'store' and random.random() >= STORE_CREDIT_RATE:
                    continue
                if tier == 'dealer' and i in tight:
                    yield tier, i, float(TIGHT_LIMIT)
                    continue
                amount = random.lognormvariate(math.log(median), sigma)
                yield tier, i, float(round(min(max(amount, median / 4), median * 4), -3))


def _some(random, count, rate):
    """Places of a share of `count`, of one at least."""
    return set(random.sample(range(count), max(1, round(rate * count))))
