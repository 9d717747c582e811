"""What is safe, what stands out, what expires unsold, what leaks and how many of the leaks a day's budget finds."""
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

alerts = load_engine('channel_inventory').alerts
D = Decimal
QTY = st.integers(0, 500).map(D)
LOTS = st.lists(st.builds(
    alerts.Lot, st.integers(1, 9), st.integers(1, 200).map(D), st.integers(-3, 90)), max_size=6,
    unique_by=lambda lot: lot.key)
POLICIES = st.builds(
    alerts.Policy, st.sampled_from(alerts.METHODS), qty=QTY, days=st.integers(0, 30).map(D),
    z=st.sampled_from([D('0'), D('1.2816'), D('2.3263')]), lead_days=st.integers(1, 30).map(D),
    lead_deviation=st.integers(0, 5).map(D))
POSITIONS = st.builds(
    alerts.Position, st.integers(-50, 500).map(D), incoming=QTY, pace=st.integers(0, 40).map(D),
    deviation=st.integers(0, 20).map(D), idle_days=st.none() | st.integers(0, 400), held_days=st.integers(0, 400),
    days_out=st.integers(0, 28), reports=st.booleans(), lots=LOTS)
POLICY = alerts.Policy()
LIMITS = D('0.05'), D(10)  # of the rule: a share of all the member had, and units


def kinds(position, policy=POLICY):
    return {alert.kind: alert for alert in alerts.judge(position, policy)}


# --- what is safe

def test_fixed_days_and_service_level():
    assert alerts.safety_stock(alerts.Policy('fixed', qty=D(12)), D(5)) == 12
    assert alerts.safety_stock(alerts.Policy('days', days=D(7)), D(5)) == 35
    z = alerts.z_of(.95)
    assert z == D('1.6449')
    policy = alerts.Policy('service', z=z, lead_days=D(9))
    assert alerts.safety_stock(policy, D(10), D(4)) == 90 + z * D(12)  # 4 × √9
    assert alerts.safety_stock(policy, D(10), D(0)) == 90, "sales that never vary need the lead time's demand alone"


def test_lead_time_that_varies_adds_by_its_square():
    policy = alerts.Policy('service', z=D(1), lead_days=D(9), lead_deviation=D(2))
    assert alerts.safety_stock(policy, D(8), D(4)) == 72 + 20  # √(9 × 16 + 64 × 4)


@given(POLICIES, POSITIONS)
def test_more_sales_need_more_and_an_order_reaches_the_target(policy, position):
    safety = alerts.safety_stock(policy, position.pace, position.deviation)
    assert alerts.safety_stock(policy, position.pace + 1, position.deviation) >= safety
    qty = alerts.order_qty(policy, position)
    after = max(position.available, D(0)) + position.incoming + qty
    assert after >= safety + policy.cover_days * position.pace
    assert qty == 0 or after == safety + policy.cover_days * position.pace


# --- kinds and their limits

def test_short_begins_below_what_is_safe():
    at_limit = alerts.Position(D(35), pace=D(5))
    assert 'short' not in kinds(at_limit)
    below = kinds(replace(at_limit, available=D(34)))['short']
    assert below.qty == 1
    assert 'short' not in kinds(replace(at_limit, available=D(34), incoming=D(1))), "what is on its way counts"


def test_out_of_stock_says_so_and_not_short_as_well():
    found = kinds(alerts.Position(D(0), pace=D(5), days_out=3))
    assert set(found) == {'out'}
    assert found['out'].urgency == 5 * (3 + 7)
    assert kinds(alerts.Position(D(0), pace=D(0))) == {}, "what is not dealt in is not missing"
    fixed = alerts.Policy('fixed', qty=D(10))
    assert kinds(alerts.Position(D(0)), fixed)['short'].qty == 10, "unless somebody has said that it must be there"
    assert kinds(alerts.Position(D(0), incoming=D(10)), fixed) == {}
    assert set(kinds(alerts.Position(D(0), pace=D(1)), fixed)) == {'out'}
    assert 'out' in kinds(alerts.Position(D(0), incoming=D(900), pace=D(5))), "on its way is not on the shelf"


def test_negative_stands_for_itself():
    assert set(kinds(alerts.Position(D(-1), pace=D(5)))) == {'negative'}


def test_longer_out_is_more_urgent_and_dearer_too():
    base = alerts.Position(D(0), pace=D(5), days_out=1)
    urgency = kinds(base)['out'].urgency
    assert kinds(replace(base, days_out=2))['out'].urgency > urgency
    assert kinds(replace(base, price=D(2)))['out'].urgency == 2 * urgency


@pytest.mark.parametrize(('idle', 'held', 'is_slow'), [
    (59, 400, False), (60, 400, True), (60, 60, False), (60, 61, True), (None, 61, True), (None, 60, False)])
def test_slow_after_days_without_a_sale(idle, held, is_slow):
    found = kinds(alerts.Position(D(10), idle_days=idle, held_days=held))
    assert ('slow' in found) == is_slow


def test_slow_above_days_of_supply():
    assert 'slow' not in kinds(alerts.Position(D(120), pace=D(1), idle_days=0))
    assert 'slow' in kinds(alerts.Position(D(121), pace=D(1), idle_days=0))


def test_who_reports_no_sales_is_not_slow():
    assert 'slow' not in kinds(alerts.Position(D(10), held_days=400, reports=False))


def test_lot_that_will_not_sell_in_time():
    position = alerts.Position(D(100), pace=D(5), idle_days=0, lots=[alerts.Lot(1, D(100), 20)])
    assert 'expiry' not in kinds(position), "it just sells"
    assert kinds(replace(position, lots=[alerts.Lot(1, D(101), 20)]))['expiry'].qty == 1
    assert 'expiry' not in kinds(replace(position, lots=[alerts.Lot(1, D(900), 61)])), "too far ahead to say"


def test_lot_near_its_date_is_told_of_whatever_sells():
    position = alerts.Position(D(5), pace=D(50), idle_days=0, reports=False, lots=[alerts.Lot(1, D(5), 3)])
    assert kinds(position)['expiry'].qty == 5
    assert 'expiry' not in kinds(replace(position, lots=[alerts.Lot(1, D(5), 4)]))


def test_the_second_lot_waits_for_the_first():
    lots = [alerts.Lot(2, D(50), 20), alerts.Lot(1, D(60), 10)]
    assert [over for _lot, over in alerts.left_over(lots, D(5))] == [10, 0], "the ten that expire are not sold later"
    lots = [alerts.Lot(2, D(60), 20), alerts.Lot(1, D(50), 10)]
    assert [over for _lot, over in alerts.left_over(lots, D(5))] == [0, 10]


@given(LOTS, st.integers(0, 30).map(D))
def test_left_over_is_what_selling_day_by_day_leaves(lots, pace):
    left = {lot.key: lot.qty for lot in lots}
    order = sorted(lots, key=lambda lot: (lot.days_left, lot.key))
    for day in range(max((lot.days_left for lot in lots), default=0)):
        room = pace
        for lot in order:
            if lot.days_left > day:
                sold = min(room, left[lot.key])
                left[lot.key] -= sold
                room -= sold
    assert {lot.key: over for lot, over in alerts.left_over(lots, pace)} == left


@given(POSITIONS, POLICIES)
def test_a_cause_is_one_alert_and_urgency_is_never_negative(position, policy):
    found = alerts.judge(position, policy)
    assert len({(alert.kind, alert.lot) for alert in found}) == len(found)
    assert len([alert for alert in found if alert.kind in ('out', 'short', 'negative')]) <= 1
    assert all(alert.urgency >= 0 and alert.qty >= 0 for alert in found)


# --- leaks

def test_leak_begins_above_the_greater_of_both_limits():
    book = alerts.Book(D(100), D(100), D(120), D(0), D(70))
    assert book.missing == 10
    assert not alerts.leaks(book, D('0.05'), D(10))
    assert alerts.leaks(replace(book, closing=D(69)), D('0.05'), D(10))
    assert not alerts.leaks(replace(book, closing=D(69)), D('0.06'), D(10))
    assert not alerts.leaks(replace(book, closing=D(69), explained=D(1)), D('0.05'), D(10)), "a cause is on record"


class Shelf:
    """A product at a member, day by day: what is there, what the book says, what counts have put right."""

    def __init__(self, random_, leak=0., flaw=''):
        self.random, self.leak, self.flaw = random_, leak, flaw
        self.pace = random_.lognormvariate(1.6, .8)
        self.price = D(str(round(random_.lognormvariate(2.5, .6), 2)))
        self.there = self.book = round(self.pace * 20) + 5
        self.next_count = random_.randint(1, 10)
        self.days = []  # (book in the morning, came in, sold, adjusted)

    def live(self, day, leaks):
        morning, came = self.book, 0
        if self.book < self.pace * 12:
            came = round(self.pace * 14)
            self.book += came
            # Goods that go on elsewhere do so when they come.
            self.there += came - (round(came * self.leak) if leaks else 0)
        wanted = max(0, round(self.random.gauss(self.pace, self.pace ** .5)))
        sold = min(wanted, max(0, self.there))
        # A till that was offline tells its sales two weeks later.
        told = 0 if self.flaw == 'late' and 32 <= day < 46 else sold
        if self.flaw == 'late' and day == 46:
            told += sum(past for past in self.hidden)
        if self.flaw == 'late' and 32 <= day < 46:
            self.hidden = [*getattr(self, 'hidden', []), sold]
        self.there -= sold
        self.book -= told
        adjusted = None
        self.next_count -= 1
        if self.next_count <= 0:
            self.next_count = self.random.randint(7, 12)
            adjusted = self.count(day) - self.book
            self.book += adjusted
        self.days.append((morning, came, told, adjusted))

    def count(self, day):
        shrinkage = self.random.random() < .3  # broken, stolen: a piece now and then
        self.there = max(0, self.there - shrinkage)
        if self.flaw == 'miscounted' and self.random.random() < .3:
            # A shelf forgotten: the next count finds it.
            return max(0, round(self.there * self.random.uniform(.6, 1.3)))
        return max(0, round(self.there * self.random.gauss(1, .015)))

    def judge(self, days=30):
        past = self.days[-days:]
        came, sold = sum(row[1] for row in past), sum(row[2] for row in past)
        adjusted = sum(row[3] or 0 for row in past)
        closing = past[0][0] + came - sold + adjusted
        book = alerts.Book(D(past[0][0]), D(came), D(sold), D(0), D(closing))
        counts = [D(-row[3]) for row in past if row[3] is not None]
        idle = next((ago for ago, row in enumerate(reversed(past)) if row[2]), None)
        limit = alerts.leak_limit(book.had, *LIMITS)
        if (not alerts.leaks(book, *LIMITS) or not alerts.tells_sales(idle, D(str(self.pace)))
                or not alerts.is_confirmed(book.missing, sum(counts[:-1], D(0)), limit)):
            return None
        value, weight = alerts.weigh_leak(book.missing, book.had, self.price)
        return value * weight


@pytest.mark.parametrize(('missing', 'before', 'is_confirmed'), [(30, 6, True), (30, 5, False), (5, 30, False)])
def test_one_count_alone_is_no_leak(missing, before, is_confirmed):
    assert alerts.is_confirmed(D(missing), D(before), D(10)) == is_confirmed


@pytest.mark.parametrize(('idle', 'pace', 'tells'), [
    (4, 5, True), (5, 5, False), (30, '0.1', True), (31, '0.1', False), (None, 5, False), (None, 0, True)])
def test_who_is_late_with_its_sales_is_no_suspect_yet(idle, pace, tells):
    assert alerts.tells_sales(idle, D(pace)) == tells


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_leaks_are_found_within_a_month_at_twenty_alerts_a_day(seed):
    """Planted: 40 positions of which 10 to 30 % go on elsewhere, among 4,000 that are clean; 400 of these look alike:
    tills that tell their sales two weeks late, shelves that are forgotten in a count."""
    random_ = random.Random(seed)
    shelves = [
        *(Shelf(random_, leak=random_.uniform(.10, .30)) for _number in range(40)),
        *(Shelf(random_, flaw='late') for _number in range(200)),
        *(Shelf(random_, flaw='miscounted') for _number in range(200)),
        *(Shelf(random_) for _number in range(3600))]
    dealt = set()
    for day in range(60):
        for shelf in shelves:
            shelf.live(day, leaks=day >= 30)
        if day < 30:
            continue
        found = sorted(((weight, number) for number, shelf in enumerate(shelves)
                        if number not in dealt and (weight := shelf.judge()) is not None), reverse=True)
        dealt |= {number for _weight, number in found[:20]}
    found = {number for number in dealt if shelves[number].leak}
    # What took fewer than ten pieces in the month is within the rule's limit.
    grave = {number for number, shelf in enumerate(shelves)
             if shelf.leak and sum(row[1] for row in shelf.days[30:]) * shelf.leak > LIMITS[1]}
    recall, precision = len(found & grave) / len(grave), len(found) / len(dealt)
    print(f"seed {seed}: {len(dealt)} alerts in 30 days, {len(found)} of 40 leaks, of those beyond the limit "
          f"{recall:.2f}, precision {precision:.2f}")
    assert recall >= .8
    assert precision >= .2
    assert not any(number for number in dealt if not shelves[number].leak and not shelves[number].flaw)
