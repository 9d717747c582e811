"""A dealer approves two and refuses one; the store changes it and sends it again; parcels and figures are followed."""
import re

import pytest
from playwright.sync_api import expect

LINES = [{'sku': 'YOG-P-200', 'qty': 24}, {'sku': 'MLK-W-250', 'qty': 48}]


@pytest.fixture
def waiting(server):
    """The names of three orders of the store that wait for its dealer."""
    call = server.rpc('integrator')
    answers = call('sale.order', 'channel_submit', [
        {'external_id': f'FOLLOW-{i}', 'member': 'S00001', 'lines': LINES} for i in range(3)])
    return [answer['name'] for answer in answers]


def test_dealer_decides_store_mends(login_as, waiting, shot):
    dealer = login_as('dealer', 'phone', '/my/channel/approvals')
    for name in waiting[:2]:
        dealer.get_by_label(f"Tick {name}").check()
    expect(dealer.locator('.o_channel_ticked')).to_contain_text("2 ticked")
    dealer.get_by_role('button', name="Approve what is ticked").tap()
    expect(dealer.locator('.o_channel_card').filter(has_text=waiting[1])).to_have_count(0)
    card = dealer.locator('.o_channel_card').filter(has_text=waiting[2])
    expect(card).to_contain_text("Before:")
    card.get_by_text("Refuse…").tap()
    card.get_by_label("Why?").fill("Half of it is enough")
    shot(dealer, 'dealer_approvals_refuse')
    card.get_by_role('button', name="Refuse the order").tap()
    expect(dealer.locator('.o_channel_card').filter(has_text=waiting[2])).to_have_count(0)

    store = login_as('store', 'phone', f'/my/channel/orders?show=cancelled&search={waiting[2]}')
    store.locator('a.o_channel_card_link').tap()
    expect(store.locator('.o_channel_timeline')).to_contain_text("Half of it is enough")
    expect(store.locator('.o_channel_progress')).to_contain_text("stopped here")
    shot(store, 'store_order_refused', full_page=True)
    store.get_by_role('link', name="Change it and send it again").tap()
    row = store.locator('.o_pad_row[data-sku="YOG-P-200"]')
    expect(row).to_have_class(re.compile('o_pad_row_chosen'))
    expect(row.locator('input')).to_have_value('24')
    row.get_by_role('button', name=re.compile(r'^Less of')).tap()
    store.get_by_role('button', name="Send order").tap()
    store.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))
    expect(store.locator('.o_channel_state').first).to_have_text("Waits for Upstream")


def test_parcels_shortages_and_messages(login_as, shot):
    store = login_as('store', 'phone', '/my/channel/orders?show=all')
    link = store.get_by_role('link', name=re.compile('^Follow HY2026'))
    pages = [card.get_attribute('href') for card in store.locator('a.o_channel_card_link').all()]
    for page in pages:  # numbers of the pad mean nothing: found by its parcel
        store.goto(page)
        if link.count() and store.locator('.o_channel_shortage').count():
            break
    expect(link.first).to_have_attribute('href', re.compile(r'^https://track\.example\.com/'))
    expect(store.locator('.o_channel_shortage')).to_contain_text("follow later")
    expect(store.locator('.o_channel_shortage')).to_contain_text("do not come")
    shot(store, 'store_order_short', full_page=True)
    store.get_by_label("To headquarters").fill("Please leave it at the back door")
    store.get_by_role('button', name="Send the message").tap()
    expect(store.locator('#messages')).to_contain_text("Please leave it at the back door")


def test_figures_say_how_one_does(login_as, shot):
    dealer = login_as('dealer', 'phone', '/my/channel/more')
    dealer.get_by_role('link', name="Figures").tap()
    dealer.get_by_role('link', name="Earlier").tap()
    expect(dealer.locator('.o_figures_chart')).to_be_visible()
    expect(dealer.get_by_text(re.compile(r'of 24$'))).to_have_count(2)
    shot(dealer, 'dealer_figures', full_page=True)
    dealer.get_by_role('link', name="Member by member").tap()
    expect(dealer.locator('.o_channel_card').first).to_be_visible()
    with dealer.expect_download() as download:
        dealer.get_by_role('link', name="XLSX").tap()
    assert download.value.suggested_filename.endswith('.xlsx')
    desk = login_as('dealer', 'desktop', '/my/channel/orders?show=all')
    expect(desk.locator('.o_channel_order_titles')).to_be_visible()
    shot(desk, 'dealer_orders_desktop')


def test_headquarters_sees_figures_and_rankings(login_as):
    admin = login_as('admin', 'desktop', '/odoo/channel-figures')
    expect(admin.locator('.o_data_row').first).to_be_visible()
    for path in ('channel-rankings', 'channel-cancel-requests', 'channel-promise-changes'):
        admin.goto(f'/odoo/{path}')
        expect(admin.locator('.o_data_row, .o_view_nocontent').first).to_be_visible()
