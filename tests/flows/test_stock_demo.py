"""Two years of stock in the demo channel: they add up, look like a real channel's, and can be read at headquarters."""
import json

import pytest
from playwright.sync_api import expect

LONG = 30_000  # a machine that does other things as well
FACTS = """
import json
Stock = env['channel.stock']
again = env['channel.demo']._load()
below = Stock.search([('available', '<', 0)])
env.cr.execute('''
    WITH held AS (SELECT member_id, product_id, SUM(available) AS qty FROM channel_stock GROUP BY 1, 2),
    sold AS (SELECT member_id, product_id, SUM(qty) / 91 AS daily FROM channel_sell_through
              WHERE day > (SELECT MAX(day) FROM channel_sell_through) - 91 GROUP BY 1, 2)
    SELECT h.qty, COALESCE(h.qty / NULLIF(s.daily, 0), 0) FROM held h JOIN sold s USING (member_id, product_id)''')
positions = [(float(qty), float(days)) for qty, days in env.cr.fetchall()]
env.cr.execute('''
    SELECT EXTRACT(isodow FROM s.day)::int, SUM(s.qty) FROM channel_sell_through s
      JOIN channel_member m ON m.id = s.member_id WHERE m.code IN ('S00001', 'S00051', 'D0001') GROUP BY 1''')
weekdays = {day: float(qty) for day, qty in env.cr.fetchall()}
env.cr.execute('SELECT MIN(day), MAX(day), COUNT(*), COUNT(DISTINCT member_id) FROM channel_sell_through')
first, last, rows, members = env.cr.fetchone()
print('facts:', json.dumps({
    'again': again, 'wrong': len(Stock._check()), 'below': below.member_id.mapped('code'),
    'states': {state: sum(Stock.search([(state, '>', 0)]).mapped(state)) for state in (
        'available', 'reserved', 'in_transit', 'inspection', 'frozen', 'damaged', 'expired')},
    'positions': len(positions), 'out': sum(qty <= 0 for qty, days in positions),
    'usual': sum(5 <= days <= 60 for qty, days in positions), 'slow': sum(days > 60 for qty, days in positions),
    'near': Stock.search_count([('lot_id.expiration_date', '<', 'today +14d'), ('available', '>', 0)]),
    'weekdays': [weekdays[day] for day in range(1, 8)], 'days': (last - first).days, 'rows': rows,
    'members': members, 'since': (env.company._channel_get_today() - last).days,
    'deliveries': env['channel.stock.entry'].search_count([('ref_model', '=', 'stock.picking')])}))
"""


@pytest.fixture(scope='module')
def facts(server):
    return json.loads(server.shell(FACTS).partition('facts: ')[2].splitlines()[0])


def test_ledger_adds_up_and_is_loaded_once(facts):
    assert facts['again'] is False
    assert facts['wrong'] == 0
    assert facts['below'] == ['D0013'], "who does not scan in"
    assert facts['deliveries'] > 0, "the orders of the demo are in the ledger, too"


def test_channel_is_plausible(facts):
    assert 720 <= facts['days'] <= 731
    assert facts['since'] <= 3
    assert facts['members'] >= 60
    assert facts['rows'] > 100_000
    assert all(facts['states'].values()), facts['states']
    assert facts['usual'] > .8 * facts['positions']
    assert 0 < facts['out'] < .1 * facts['positions']
    assert facts['slow'] > 10
    assert facts['near'] > 10


def test_weekends_are_busy(facts):
    weekdays = facts['weekdays']
    assert min(weekdays[5:]) > max(weekdays[:5])


def test_headquarters_reads_the_stock(login_as, shot):
    desk = login_as('hq', 'desktop', '/odoo/channel-stock')
    rows = desk.locator('tr.o_data_row')
    expect(rows.first).to_be_visible(timeout=LONG)
    shot(desk, 'stock_of_the_channel')
    desk.locator('.o_searchview_dropdown_toggler').click()
    desk.get_by_role('menuitemcheckbox', name="Less than None").click()
    desk.keyboard.press('Escape')
    expect(desk.locator('.o_facet_value').last).to_contain_text("Less than None", timeout=LONG)
    expect(rows.first).to_contain_text("D0013", timeout=LONG)

    # --- what a balance is the sum of
    rows.first.locator('td[name="product_id"]').click()
    expect(desk.locator('.breadcrumb, .o_breadcrumb').first).to_contain_text("Stock Ledger", timeout=LONG)
    expect(rows.first).to_contain_text("D0013", timeout=LONG)
    expect(desk.locator('.o_facet_value'), "all of its movements, not this month's alone").to_have_count(0)

    # --- the ledger from the menu: this month
    desk.goto('/odoo/channel-stock-ledger')
    expect(desk.locator('.o_facet_value').first).to_be_visible(timeout=LONG)
    expect(rows.first).to_be_visible(timeout=LONG)
    shot(desk, 'stock_ledger')
    desk.locator('button.o_switch_view.o_pivot').click()
    expect(desk.locator('.o_pivot td').first).to_be_visible(timeout=LONG)
    desk.locator('button.o_switch_view.o_graph').click()
    expect(desk.locator('.o_graph_canvas_container canvas')).to_be_visible(timeout=LONG)
