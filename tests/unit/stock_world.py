"""A channel of three tiers over 66 days, seen twice: what lies on the shelf, and what the systems were told of it.

Every deviation is planted by changing what is told, never by writing down a difference: the difference follows from two
simulations that know nothing of each other. Another seed gives other nodes, days and quantities of the same shape.
"""
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from devkit.engines import load_engine

engine = load_engine('channel_inventory')
reconcile = engine.reconcile
START = date(2026, 8, 3)
DAYS = 66
LEAD = timedelta(days=7)
COUNT_DAYS = (31, 62)
FACTORS = (Decimal(12), Decimal(24))
NOW = datetime.combine(START + timedelta(days=DAYS), time(3))
SHAPE = {'agent': 2, 'dealer': 6, 'store': 28}
PRODUCTS = 8
PLANTS = (
    'late', 'same_day', 'corrected', 'shifted', 'edge', 'untracked', 'double', 'unscanned', 'overdue', 'claim',
    'receipt', 'unit_sale', 'unit_receipt', 'returning', 'upstream', 'recount', 'lots', 'sold_early', 'no_opening',
    'unbooked', 'late_and_unit', 'carried')
LOOKALIKES = (
    'on_the_way', 'real_shortage', 'twins', 'few_alike', 'small_sale', 'huge_sale', 'late_after', 'corrected_after',
    'claim_booked', 'return_booked', 'clean_lots')


def at(day, hour, minute=0):
    return datetime.combine(START + timedelta(days=day), time(hour, minute))


@dataclass
class Told:
    """One sale: when it left the shelf, and how it was told (several times where it was corrected)."""

    sold_at: datetime
    qty: Decimal
    rows: list


@dataclass
class Cell:
    node: str
    product: int
    plant: str | None = None
    lot_tracked: bool = False
    opening: Decimal = Decimal(0)
    booked_opening: Decimal = Decimal(0)
    sales: list = field(default_factory=list)
    deliveries: list = field(default_factory=list)  # (Delivery, when it really came, how much really came)
    claims: list = field(default_factory=list)
    returns: list = field(default_factory=list)
    wrong_counts: dict = field(default_factory=dict)  # {when: so much more is written down than is there}
    count_at: list = field(default_factory=list)
    leaks: list = field(default_factory=list)  # (when, how much): no document says so
    lots: list = field(default_factory=list)
    expected: list = field(default_factory=list)  # (kind, quantity)

    def shelf(self, moment):
        """What really lies there."""
        came = sum((qty for _one, when, qty in self.deliveries if when and when <= moment), Decimal())
        sold = sum((sale.qty for sale in self.sales if sale.sold_at <= moment), Decimal())
        sent = sum((back.qty for back in self.returns if back.sent_at <= moment), Decimal())
        gone = sum((qty for when, qty in self.leaks if when <= moment), Decimal())
        return self.opening + came - sold - sent - gone

    def rows(self):
        return [row for sale in self.sales for row in sale.rows]

    def book(self, moment, adjusted):
        """What the ledger says of that moment, as far as it had been told then."""
        came = sum((one.arrived for one, _when, _qty in self.deliveries
                    if one.is_booked and one.received_at and one.received_at <= moment), Decimal())
        sold = sum((row.qty for row in self.rows() if row.is_booked and row.posted_at <= moment
                    and datetime.combine(row.day, time(12)) <= moment), Decimal())
        sent = sum((back.qty for back in self.returns if back.booked_at and back.booked_at <= moment), Decimal())
        return self.booked_opening + came - sold - sent + adjusted

    def counts(self):
        if self.lot_tracked:
            return self.lots
        found, adjusted = [], Decimal()
        for number, moment in enumerate(sorted({*self.count_at, *self.wrong_counts})):
            seen = self.shelf(moment) + self.wrong_counts.get(moment, 0)
            book = self.book(moment, adjusted)
            found.append(reconcile.Count(number + 1, None, moment, moment.date(), moment, book, seen, moment.hour > 8))
            adjusted += seen - book
        return found

    def available(self):
        adjusted = sum((count.found - count.book for count in self.counts()), Decimal())
        return self.book(NOW, adjusted)


class World:
    """:param leaks: how many cells lose goods without any document"""

    def __init__(self, seed, leaks=0):
        self.random = random.Random(seed)
        self.ids = iter(range(1, 10**9))
        self.nodes = [f'{tier[0].upper()}{n}' for tier, number in SHAPE.items() for n in range(1, number + 1)]
        self.feeds, self.known_doubles = {}, {}
        self.cells = {(node, product): self.make_cell(node, product)
                      for node in self.nodes for product in range(1, PRODUCTS + 1)}
        self.double_nodes = self.random.sample(self.nodes, 2)
        free = [cell for cell in self.cells.values() if cell.node not in self.double_nodes]
        self.random.shuffle(free)
        for plant in (*(plant for plant in PLANTS if plant != 'double'), *LOOKALIKES):
            for _number in range(2):
                cell = free.pop()
                cell.plant = plant
                getattr(self, f'plant_{plant}')(cell)
        self.leaked = [free.pop() for _number in range(leaks)]
        for cell in self.leaked:
            cell.plant = 'leak'
            cell.leaks.append((at(self.draw(33, 60), 12), Decimal(self.draw(3, 40))))
        for node in self.double_nodes:
            self.plant_double(node)

    def draw(self, low, high):
        return self.random.randint(low, high)

    # --- what is usual

    def make_cell(self, node, product):
        cell = Cell(node, product)
        cell.opening = cell.booked_opening = Decimal(self.draw(4000, 6000))
        self.usual = self.draw(12, 20)
        for day in range(DAYS):
            for number in range(self.draw(1, 2)):
                self.sell(cell, day, 9 + 5 * number + self.draw(0, 3), self.draw(self.usual, 3 * self.usual))
        for day in range(self.draw(1, 9), DAYS - 12, self.draw(9, 14)):
            self.deliver(cell, day, self.draw(5, 30) * 24)
        cell.count_at = [at(day, 8) for day in COUNT_DAYS]
        return cell

    def sell(self, cell, sold_on, hour, qty, **values):
        """Told the next night, with the other sales of that day."""
        sold_at = at(sold_on, hour, self.draw(0, 59))
        feed = values.pop('feed', None) or self.feeds.setdefault((cell.node, sold_on), 1000 + len(self.feeds))
        number = next(self.ids)
        row = reconcile.Sale(
            number, (1, f'{sold_at:%y%m%d%H%M}-{number:09}'), feed, cell.product, None, Decimal(qty), sold_at.date(),
            at(sold_on + 1, 2))
        sale = Told(sold_at, Decimal(qty), [replace(row, **values)])
        cell.sales.append(sale)
        return sale

    def deliver(self, cell, day, qty, **values):
        """Shipped in the morning, there two days later, scanned in at once."""
        come = values.pop('come', at(day + 2, 10))
        number, qty = next(self.ids), Decimal(qty)
        delivery = reconcile.Delivery(
            number, 'hq', None, qty, at(day, 8), arrived=qty, received_at=come and come + timedelta(hours=1),
            ref=f'OUT{number}')
        cell.deliveries.append((replace(delivery, **values), come, values.get('came', qty)))
        return len(cell.deliveries) - 1

    def tell(self, cell, place, came=None, **values):
        """Change what is told of a delivery, and perhaps how much of it really came."""
        delivery, when, qty = cell.deliveries[place]
        cell.deliveries[place] = replace(delivery, **values), when, qty if came is None else Decimal(came)
        return cell.deliveries[place][0]

    def pick_sale(self, cell, low=36, high=58):
        return self.random.choice([sale for sale in cell.sales if at(low, 0) <= sale.sold_at < at(high, 0)])

    # --- planted

    def plant_late(self, cell):
        """The till was offline: the sales of three days come after the count."""
        day = self.draw(50, 57)
        qty, feed = Decimal(), 900_000 + next(self.ids)
        for sale in cell.sales:
            if at(day, 0) <= sale.sold_at < at(day + 3, 0):
                sale.rows = [replace(row, posted_at=at(64, 2), feed=feed) for row in sale.rows]
                qty += sale.qty
        cell.expected.append(('late', qty))

    def plant_same_day(self, cell):
        """Counted in the afternoon: what was sold in the morning is told at night."""
        cell.count_at[-1] = at(62, 21)
        self.sell(cell, 62, 10, 17)
        self.sell(cell, 62, 22, 19)
        cell.expected.append(('late', sum(sale.qty for sale in cell.sales if at(62, 0) <= sale.sold_at <= at(62, 21))))

    def plant_corrected(self, cell):
        sale = self.pick_sale(cell)
        told = sale.qty + self.draw(-9, -3)
        row = replace(sale.rows[0], qty=told)
        sale.rows = [row, replace(row, id=next(self.ids), qty=-told, revision=1, posted_at=at(63, 2)),
                     replace(row, id=next(self.ids), qty=sale.qty, revision=1, posted_at=at(63, 2))]
        cell.expected.append(('corrected', sale.qty - told))

    def plant_shifted(self, cell):
        """A till whose clock runs ahead."""
        sale = self.sell(cell, 61, 18, 23, posted_at=at(62, 2), day=START + timedelta(days=63))
        cell.expected.append(('shifted', sale.qty))

    def plant_edge(self, cell):
        """A till whose clock is behind."""
        sale = self.sell(cell, 62, 19, 29, posted_at=at(63, 2), day=START + timedelta(days=61))
        cell.expected.append(('edge', -sale.qty))

    def plant_untracked(self, cell):
        day = self.draw(35, 45)
        qty = Decimal()
        for sale in cell.sales:
            if at(day, 0) <= sale.sold_at < at(day + 5, 0):
                sale.rows = [replace(row, is_booked=False) for row in sale.rows]
                qty += sale.qty
        cell.expected.append(('untracked', qty))

    def plant_double(self, node):
        """A file sent again under new keys."""
        day = self.draw(40, 55)
        feed = 900_000 + next(self.ids)
        for cell in (self.cells[node, product] for product in range(1, PRODUCTS + 1)):
            cell.plant, qty = 'double', Decimal()
            for sale in [sale for sale in cell.sales if at(day, 0) <= sale.sold_at < at(day + 1, 0)]:
                row = sale.rows[0]
                cell.sales.append(Told(at(DAYS + 99, 0), Decimal(), [replace(
                    row, id=next(self.ids), key=(1, f'again-{row.key[1]}'), feed=feed, posted_at=at(day + 2, 2))]))
                qty += row.qty
            if qty:
                cell.expected.append(('double', -qty))

    def plant_unscanned(self, cell):
        place = self.deliver(cell, 58, 480)
        self.tell(cell, place, received_at=at(63, 9))
        cell.expected.append(('unscanned', Decimal(-480)))

    def plant_overdue(self, cell):
        self.deliver(cell, self.draw(40, 55), 240, come=None, arrived=Decimal(), received_at=None)
        cell.expected.append(('overdue', Decimal(240)))

    def plant_claim(self, cell):
        place = self.deliver(cell, 50, 120)
        short = self.draw(2, 9)
        delivery = self.tell(cell, place, came=120 - short)
        cell.claims.append(reconcile.Claim(next(self.ids), 'short', Decimal(short), at(55, 9), ref=delivery.ref))
        cell.expected.append(('claim', Decimal(short)))

    def plant_receipt(self, cell):
        place = self.deliver(cell, 50, 120)
        short = self.draw(2, 9)
        delivery = self.tell(cell, place, came=120 - short, arrived=Decimal(120 - short))
        cell.claims.append(reconcile.Claim(next(self.ids), 'short', Decimal(short), at(52, 12), True, delivery.ref))
        cell.expected.append(('receipt', Decimal(short)))

    def plant_unit_sale(self, cell):
        """Two cases are told as two items."""
        sale = self.sell(cell, self.draw(36, 58), 13, 24)
        sale.rows = [replace(sale.rows[0], qty=Decimal(2))]
        cell.expected.append(('unit', Decimal(22)))

    def plant_unit_receipt(self, cell):
        place = self.deliver(cell, 45, 240)
        self.tell(cell, place, arrived=Decimal(20))
        cell.expected.append(('unit', Decimal(-220)))

    def plant_returning(self, cell):
        qty = Decimal(self.draw(20, 90))
        cell.returns.append(reconcile.Return(next(self.ids), qty, at(60, 9), at(64, 9)))
        cell.expected.append(('returning', qty))

    def plant_upstream(self, cell):
        """The dealer sold it to the store and no delivery of anybody's system went with it."""
        qty = Decimal(self.draw(30, 90))
        self.deliver(cell, self.draw(40, 50), qty, kind='upstream', is_booked=False, received_at=None)
        cell.expected.append(('upstream', -qty))

    def plant_recount(self, cell):
        wrong = self.draw(30, 70)
        cell.wrong_counts[at(58, 8)] = -wrong
        cell.count_at.append(at(60, 8))
        cell.expected += [('recount', Decimal(wrong)), ('recount', Decimal(-wrong))]

    def plant_lots(self, cell, mixed=True):
        cell.lot_tracked, qty = True, Decimal(self.draw(4, 40) if mixed else 0)
        cell.sales, cell.deliveries = [], []
        moment = at(62, 8)
        cell.lots = [
            reconcile.Count(1, 71, moment, moment.date(), moment, Decimal(100), Decimal(100) - qty),
            reconcile.Count(2, 72, moment, moment.date(), moment, Decimal(50), Decimal(50) + qty)]
        cell.opening = cell.booked_opening = Decimal(150)
        if mixed:
            cell.expected += [('lots', qty), ('lots', -qty)]

    def plant_sold_early(self, cell):
        """On the shelf and sold before anybody has scanned it in."""
        cell.count_at, cell.opening, cell.booked_opening = [], Decimal(400), Decimal(400)
        cell.sales, cell.deliveries = [], []
        self.deliver(cell, 60, 960, received_at=None, arrived=Decimal())
        for day in range(50, DAYS - 1):
            self.sell(cell, day, 12, 40)
        cell.expected.append(('sold_early', Decimal(-200)))

    def plant_no_opening(self, cell):
        """Its sales are reported from the first day, what it had then by nobody."""
        cell.count_at, cell.booked_opening, cell.deliveries, cell.sales = [], Decimal(), [], []
        for day in range(50, DAYS - 1):
            self.sell(cell, day, 12, 40)
        cell.expected.append(('no_opening', Decimal(-600)))

    def plant_unbooked(self, cell):
        """Shipped before the ledger began to listen."""
        qty = Decimal(self.draw(3, 9) * 24)
        cell.count_at = []
        self.deliver(cell, 63, qty, is_booked=False, received_at=None)
        cell.expected.append(('unbooked', -qty))

    def plant_late_and_unit(self, cell):
        self.plant_late(cell)
        self.plant_unit_sale(cell)

    def plant_carried(self, cell):
        """Told after one count, which had found it already, and before the next, which finds it twice."""
        sale = self.sell(cell, 25, 12, 21, feed=900_000 + next(self.ids), posted_at=at(40, 2))
        cell.expected += [('late', sale.qty), ('late', -sale.qty)]

    # --- what looks alike and is in order

    def plant_on_the_way(self, cell):
        self.deliver(cell, 61, 240, come=None, arrived=Decimal(), received_at=None)

    def plant_real_shortage(self, cell):
        """One case of twelve came, and headquarters has found the others."""
        place = self.deliver(cell, 50, 24)
        delivery = self.tell(cell, place, came=2, arrived=Decimal(2))
        cell.claims.append(reconcile.Claim(next(self.ids), 'short', Decimal(22), at(52, 12), True, delivery.ref))
        cell.expected.append(('receipt', Decimal(22)))

    def plant_twins(self, cell):
        for _twin in range(4):
            self.sell(cell, 50, 12, 15)

    def plant_few_alike(self, cell):
        """Another feed of the same day has two rows that look like two of this one's."""
        feed = 900_000 + next(self.ids)
        for sale in [sale for sale in cell.sales if sale.sold_at.date() == START + timedelta(days=50)][:1]:
            self.sell(cell, 50, 13, sale.qty, feed=feed)
        for number in range(4):
            self.sell(cell, 50, 14, 31 + number, feed=feed)

    def plant_small_sale(self, cell):
        self.sell(cell, 50, 12, 2)

    def plant_huge_sale(self, cell):
        self.sell(cell, 50, 12, 287)

    def plant_late_after(self, cell):
        """Late, and sold after the count."""
        sale = self.pick_sale(cell, 63, 65)
        sale.rows = [replace(row, posted_at=at(65, 22)) for row in sale.rows]

    def plant_corrected_after(self, cell):
        sale = self.pick_sale(cell)
        row = replace(sale.rows[0], qty=sale.qty - 5)
        seen = row.posted_at + timedelta(hours=9)  # on the next morning
        sale.rows = [row, replace(row, id=next(self.ids), qty=5 - sale.qty, revision=1, posted_at=seen),
                     replace(row, id=next(self.ids), qty=sale.qty, revision=1, posted_at=seen)]

    def plant_claim_booked(self, cell):
        self.plant_receipt(cell)

    def plant_return_booked(self, cell):
        cell.returns.append(reconcile.Return(next(self.ids), Decimal(50), at(40, 9), at(43, 9)))

    def plant_clean_lots(self, cell):
        self.plant_lots(cell, mixed=False)

    # --- what the engine is told

    def facts(self, cell):
        if cell.node not in self.known_doubles:
            rows = [row for product in range(1, PRODUCTS + 1) for row in self.cells[cell.node, product].rows()]
            self.known_doubles[cell.node] = engine.causes.find_doubles(rows)
        return reconcile.Facts(
            sales=cell.rows(), deliveries=[one for one, _when, _qty in cell.deliveries], claims=cell.claims,
            returns=cell.returns, counts=cell.counts(), factors=frozenset(FACTORS),
            doubled=self.known_doubles[cell.node], available=cell.available())

    def findings(self):
        """{cell: what the engine finds}"""
        found = defaultdict(list)
        for key, cell in self.cells.items():
            found[key] = reconcile.evaluate(self.facts(cell), NOW, LEAD)
        return found

    def balances(self):
        """Of each cell from the first to the last day; the last count, where there is one, is what closes it."""
        for cell in self.cells.values():
            shipped = sum((one.shipped for one, _when, _qty in cell.deliveries if one.is_booked), Decimal())
            sold = sum((row.qty for row in cell.rows() if row.is_booked), Decimal())
            returned = sum((back.qty for back in cell.returns if back.booked_at), Decimal())
            counts = cell.counts()
            adjusted = sum((count.found - count.book for count in counts), Decimal())
            lost = sum((one.shipped - one.arrived for one, _when, _qty in cell.deliveries
                        if one.received_at and one.is_booked), Decimal())
            expected = cell.booked_opening + shipped - sold - returned
            yield reconcile.Balance(opening=cell.booked_opening, shipped=shipped, sold=sold, returned=returned,
                                    closing=expected + adjusted - lost)
