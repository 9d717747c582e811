"""The drawn worlds: sizes, skew, seeds; a dirty day's plan and its score."""
import csv
import gzip
import io
import sys
from collections import Counter
from datetime import date

import pytest
from devkit.base import ADDONS, ROOT

sys.path.insert(0, str(ROOT / 'tests' / 'bench'))

from worlds import bulk, clients, dirt  # noqa: E402
from worlds.baskets import Baskets  # noqa: E402
from worlds.goods import Goods, with_check_digit  # noqa: E402
from worlds.network import Network  # noqa: E402
from worlds.shapes import SHAPES, share_out, zipf  # noqa: E402

ADDON = ADDONS / 'distributor_portal'
WORDS = {kind: [f'{kind} {i}' for i in range(5)] for kind in ('dealer', 'dealer_kind', 'store', 'store_kind', 'road')}


@pytest.fixture(scope='session')
def divisions():
    with open(ADDON / 'data/geo/divisions.csv', encoding='utf-8') as file:
        names = {row['code']: row['name'] for row in csv.DictReader(file)}
    with gzip.open(ADDON / 'data/geo/streets.csv.gz') as file:
        return names | {row['code']: row['name'] for row in csv.DictReader(io.TextIOWrapper(file, 'utf-8'))}


@pytest.fixture(scope='session')
def draw(divisions):
    def draw(name, seed=1):
        network = Network(SHAPES[name], seed, divisions, WORDS)
        return Baskets(network, Goods(SHAPES[name], seed, network))
    return draw


@pytest.fixture(scope='session')
def chain(draw):
    return draw('C')


# === SHAPES === #

@pytest.mark.parametrize('name', ['S', 'C'])
def test_a_world_has_the_sizes_it_states(draw, name):
    world, shape = draw(name), SHAPES[name]
    network, goods = world.network, world.goods
    assert [len(nodes) for nodes in network.tiers.values()] == [shape.agents, shape.dealers, shape.stores]
    assert (len(goods.products), len(goods.warehouses)) == (shape.products, shape.warehouses)
    regional = [product for product in goods.products if product.category.startswith('Regional')]
    assert shape.regional[0] <= len(regional) <= shape.regional[1]
    assert len({node.code for nodes in network.tiers.values() for node in nodes}) == (
        shape.agents + shape.dealers + shape.stores)
    assert len({code for product in goods.products for code in (product.sku, product.gtin, product.case_gtin)}) == (
        3 * shape.products)


def test_the_same_seed_gives_the_same_world_another_seed_another(draw):
    first, again, other = draw('S'), draw('S'), draw('S', 2)
    assert first.network.stores == again.network.stores and first.goods.products == again.goods.products
    assert list(first.goods.draw_stock()) == list(again.goods.draw_stock())
    assert first.network.stores != other.network.stores and first.goods.products != other.goods.products


def test_a_member_stands_inside_its_upstream(chain):
    network = chain.network
    for node in network.dealers:
        assert node.territory.startswith(network.agents[node.upstream].territory)
    for node in network.stores:
        assert node.place.startswith(network.dealers[node.upstream].territory) and len(node.place) == 9


def test_the_largest_dealers_buy_half(draw, divisions):
    network = Network(SHAPES['M'], 1, divisions, WORDS)
    weights = sorted((dealer.weight for dealer in network.dealers), reverse=True)
    assert .4 < sum(weights[:len(weights) // 20]) / sum(weights) < .6
    below = Counter(store.upstream for store in network.stores)
    assert len(below) == 12_000 and min(below.values()) > 0


def test_warehouses_lack_what_is_stated(chain):
    goods = chain.goods
    there = Counter(warehouse for warehouse, _product, _qty in goods.draw_stock())
    plain = [product for product in goods.products if not product.is_scarce]
    for count in there.values():
        assert .03 < 1 - count / len(plain) < .16
    assert all(qty > 0 for _warehouse, _product, qty in goods.draw_stock())


def test_shares_add_up():
    assert share_out(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(share_out(500_000, zipf(12_000))) == 500_000


def test_check_digits():
    assert with_check_digit('690000000001') == '6900000000014'
    assert with_check_digit('1690000000001') == '16900000000011'


# === BASKETS === #

def test_baskets_hold_what_the_member_may_order_in_whole_packs(chain):
    dealer = 3
    licence = chain.get_licence('dealer', dealer)
    basket = chain.draw(chain.network.random, 'dealer', dealer, 12)
    assert len(dict(basket)) == 12
    for place, qty in basket:
        product = chain.goods.products[place]
        assert product.category in licence.categories and product.state == 'sold' and not product.is_scarce
        assert qty >= max(1, product.minimum) and (not product.multiple or qty % product.multiple == 0)


def test_the_past_lies_in_the_past(draw):
    past = list(draw('S').draw_past(date(2026, 11, 22)))
    assert len(past) == SHAPES['S'].history
    assert max(order.at.date() for order in past) < date(2026, 11, 22)
    weekend = sum(order.at.weekday() > 4 for order in past)
    assert weekend < len(past) * .25


# === THE DIRTY DAY === #

@pytest.fixture(scope='session')
def day(chain):
    return dirt.Day(chain, 1, 1000, 12).draw()


def test_a_fifth_of_the_day_is_faulty_in_the_stated_shares(day):
    truths = Counter(order.truth for order in day)
    assert len(day) == 1000 and truths['clean'] == 800
    assert {name: truths[name] for name in dirt.FAULTS} == {
        name: round(share * 1000) for name, (share, _rule, _status) in dirt.FAULTS.items()}
    assert set(dirt.LOOKS) <= {order.look for order in day}


def test_each_fault_is_planted_and_alone(chain, day):
    products = {product.sku: product for product in chain.goods.products}
    places = {product.sku: i for i, product in enumerate(chain.goods.products)}
    nodes = {node.code: (tier, i) for tier, all_ in chain.network.tiers.items() for i, node in enumerate(all_)}
    for order in day:
        tier, i = nodes[order.member]
        faults = set()
        for sku, qty, price in order.lines:
            product = products.get(sku)
            if not product:
                faults.add('unknown SKU')
                continue
            if product.state != 'sold':
                faults.add('old SKU')
            elif product.multiple and qty % product.multiple:
                faults.add('pack multiple')
            if product.is_scarce and qty > 24:
                faults.add('short stock')
            agreed = chain.prices[tier, places[sku]]
            if price is not None and abs(price - agreed) > agreed * .005:
                faults.add('price')
        licence = chain.by_holder[tier, i]
        if order.street and not order.street.startswith(licence.territories):
            faults.add('territory')
        if order.truth in ('clean', 'duplicate', 'credit'):
            assert not faults, (order, faults)
        else:
            assert faults == {order.truth}, (order, faults)


def test_clean_orders_fit_their_credit(chain, day):
    nodes = {node.code: (tier, i) for tier, all_ in chain.network.tiers.items() for i, node in enumerate(all_)}
    places = {product.sku: i for i, product in enumerate(chain.goods.products)}
    used = Counter()
    for order in day:
        tier, i = nodes[order.member]
        amount = chain.get_amount(tier, [(places.get(sku, 0), qty) for sku, qty, _price in order.lines], dirt.TAX)
        if order.truth == 'clean':
            used[tier, i] += amount
        if order.truth == 'credit':
            assert amount > chain.limits[tier, i]
    assert all(amount <= chain.limits[member] for member, amount in used.items())


def test_a_duplicate_follows_its_first(day):
    first = {}
    for place, order in enumerate(day):
        if order.truth == 'duplicate':
            assert first[order.number] < place
        else:
            assert order.number not in first
            first[order.number] = place


def _answer(status, *rules, order_id=1, fix="Do this."):
    return {'status': status, 'order_id': order_id, 'verdicts': [
        {'rule': rule, 'decision': 'approve' if status == 'held' else 'block', 'message': "Wrong.", 'fix': fix}
        for rule in rules]}


def test_the_score_knows_caught_from_missed():
    def order(number, truth):
        return dirt.Order(number, 'D1', [['A', 1, None]], None, truth)

    orders = [order('1', 'clean'), order('2', 'clean'), order('3', 'price'), order('4', 'price'), order('5', 'credit'),
              order('1', 'duplicate'), order('2', 'duplicate')]
    answers = [_answer('accepted', order_id=11), _answer('held', 'stock', order_id=12), _answer('rejected', 'price'),
               _answer('accepted'), _answer('rejected', 'pack', fix=""), _answer('duplicate', order_id=11),
               _answer('accepted', order_id=13)]
    result = dirt.score(orders, answers)
    assert (result.clean, result.untouched, len(result.wrongly_held)) == (2, 1, 1)
    assert result.faults['price'] == {'planted': 2, 'caught': 1, 'accepted': 1}
    assert result.faults['credit'] == {'planted': 1, 'other': 1}
    assert result.faults['duplicate'] == {'planted': 2, 'caught': 1, 'accepted': 1}
    assert result.wrong_acceptances == 2 and result.without_fix == ['5']
    assert len(result.get_failures()) == 4
    assert 'wrongly held: 2' in dirt.table(result)
    perfect = dirt.score(orders[:1], answers[:1])
    assert not perfect.get_failures()


# === LOADING, MEASURING === #

def test_copy_reads_back_what_was_written():
    row = (1, None, True, False, 'a\tb\\c\nd', {'en': '源'}, 2.5)
    assert bulk.as_line(row) == '1\t\\N\tt\tf\ta\\tb\\\\c\\nd\t{"en": "源"}\t2.5\n'
    rows = bulk.Rows((i, 'x' * 50) for i in range(1000))
    text = ''.join(iter(lambda: rows.read(77), ''))
    assert text.count('\n') == rows.count == 1000 and text.endswith('999\t' + 'x' * 50 + '\n')


def test_percentiles():
    assert clients.percentile([5, 1, 2, 3, 4], .5) == 3
    assert clients.percentile(list(range(1, 101)), .95) == 95
    assert clients.percentile([7], .95) == 7
