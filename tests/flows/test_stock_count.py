"""Headquarters asks; a store looks at what came in and counts, twice where it differs much; headquarters sees it."""
import re

from playwright.sync_api import expect

ROW = '.o_count_row[data-sku="{}"]'


def test_store_inspects_and_counts(server, login_as, shot):
    store = login_as('store_warehouse', 'phone', '/my/channel/inspection')
    card = store.locator('.o_count_inspection').first
    card.get_by_label("Good", exact=True).fill('11')
    card.get_by_label("Not good").fill('1')
    card.get_by_label("Note").fill("One pouch is swollen")
    shot(store, 'store_inspection', full_page=True)
    card.get_by_role('button', name="Book").tap()
    expect(store.locator('.o_channel_empty')).to_be_visible()

    # --- the count: scanned and typed, kept on the device, counted again where it differs much
    store.goto('/my/channel/stock/count')
    store.locator('a.o_count_asked').first.tap()
    scan = store.locator('.o_count_scan')
    expect(scan).to_be_visible()
    for _item in range(2):
        scan.fill('YOG-P-200')
        scan.press('Enter')
    expect(store.locator('.o_count_said')).to_contain_text("2")
    store.reload()
    plain = store.locator(ROW.format('YOG-P-200')).locator('input[type=number]')
    expect(plain).to_have_value('2')
    expect(store.locator('.o_count_said')).to_contain_text("left on this device")
    shot(store, 'store_count', full_page=True)
    store.get_by_role('button', name="Book the count").tap()
    expect(store.get_by_role('alert')).to_contain_text("count again")
    expect(plain).to_have_value('')
    plain.fill('40')
    shot(store, 'store_count_again', full_page=True)
    store.get_by_role('button', name="Book the count").tap()
    store.wait_for_url(re.compile(r'done=1'))
    expect(store.get_by_role('status').first).to_contain_text("Thank you")
    expect(store.locator('a.o_count_asked')).to_have_count(0)

    # --- headquarters looks at it
    desk = login_as('hq', 'desktop', '/odoo/channel-counted')
    row = desk.locator('tr.o_data_row').filter(has_text="YOG-P-200").first
    expect(row.locator('td[name="counted_qty"]')).to_contain_text("40")
    shot(desk, 'desk_counted')
