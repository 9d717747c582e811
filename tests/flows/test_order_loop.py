"""A store orders on its phone, its dealer approves, headquarters confirms and ships, the store scans in: 4 logins."""
import re

from playwright.sync_api import expect

PLAIN = {'sku': 'YOG-P-200', 'gtin': None}


def add(page, sku, times=1):
    row = page.locator(f'.o_pad_row[data-sku="{sku}"]')
    for _time in range(times):
        row.get_by_role('button', name=re.compile(r'^More of')).tap()
    return row


def test_order_goes_all_the_way_to_receipt(login_as, shot):
    # --- the store orders
    store = login_as('store', 'phone', '/my/channel')
    expect(store.get_by_text("Credit left")).to_be_visible()
    shot(store, 'store_home')
    store.get_by_role('link', name="Order", exact=True).tap()
    search = store.get_by_role('searchbox', name="Search products")
    search.fill("YOG")
    expect(store.locator('.o_pad_row[data-sku="YOG-P-200"]')).to_be_visible()
    add(store, 'YOG-P-200', 2)
    add(store, 'YOG-B-200', 1)
    expect(store.locator('.o_pad_sum')).to_contain_text("2 products")
    shot(store, 'store_pad')
    store.get_by_role('button', name="Send order").tap()
    store.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))
    expect(store.locator('.o_channel_state').first).to_have_text("Waits for Upstream")
    order_path = '/my/channel/orders/' + store.url.rsplit('/', 1)[1]
    name = store.locator('h1').inner_text()
    shot(store, 'store_order_waiting')

    # --- the dealer approves
    dealer = login_as('dealer', 'phone', '/my/channel')
    dealer.get_by_role('link', name=re.compile("to approve")).tap()
    card = dealer.locator('.o_channel_card').filter(has_text=name)
    expect(card).to_contain_text("24 ×")
    shot(dealer, 'dealer_approvals')
    card.get_by_role('button', name="Approve").tap()
    expect(dealer.locator('.o_channel_card').filter(has_text=name)).to_have_count(0)

    # --- headquarters confirms and ships
    desk = login_as('hq', 'desktop', '/odoo/channel-orders')
    row = desk.locator('tr.o_data_row').filter(has_text=name)
    expect(row).to_be_visible()
    shot(desk, 'desk_orders')
    row.locator('td[name="name"]').click()
    desk.get_by_role('tab', name="Sourcing").click()
    expect(desk.locator('.o_form_view')).to_contain_text("Nearest with the whole order")
    shot(desk, 'desk_order')
    desk.locator('button[name="action_channel_approve"]:visible').click()
    expect(desk.locator('button[name="action_channel_approve"]:visible')).to_have_count(0)
    desk.locator('button[name="action_view_delivery"]').click()
    desk.locator('button[name="button_validate"]:visible').click()
    expect(desk.locator('.o_statusbar_status')).to_contain_text("Done")
    expect(desk.locator('button[name="button_validate"]:visible')).to_have_count(0)

    # --- the store scans in
    store.goto('/my/channel/receive')
    store.locator('.o_channel_card').filter(has_text=name).tap()
    line = store.locator('.o_receive_row[data-sku="YOG-P-200"]')
    expect(line.locator('.o_receive_count')).to_have_text("0 / 24")
    code = line.locator('.text-muted').inner_text().split('·')[1].strip()
    scanner = store.get_by_role('textbox', name="Code")
    scanner.fill(code)
    scanner.press('Enter')
    expect(line.locator('.o_receive_count')).to_have_text("1 / 24")
    scanner.fill("4006381333931")
    scanner.press('Enter')
    expect(store.get_by_text("does not belong to this delivery")).to_be_visible()
    store.get_by_role('button', name="All as shipped").tap()
    expect(line.locator('.o_receive_count')).to_have_text("24 / 24")
    shot(store, 'store_receive')
    store.get_by_role('button', name="Book the receipt").tap()
    store.wait_for_url(re.compile(order_path))
    expect(store.locator('.o_channel_state').first).to_have_text("Received")
    timeline = store.locator('.o_channel_timeline')
    for event in (
        "Submitted", "Approved by the upstream", "Approved by headquarters",
        "Confirmed", "Shipped", "Received", "Invoiced",
    ):
        expect(timeline.get_by_text(event, exact=True)).to_be_visible()
    invoice = store.get_by_role('link', name=re.compile('^INV'))
    expect(invoice).to_be_visible()
    shot(store, 'store_order_received', full_page=True)
    invoice.tap()
    store.wait_for_url(re.compile(r'/my/channel/invoices/\d+$'))
    expect(store.get_by_role('link', name="Download the document")).to_be_visible()


def test_mistakes_are_mended_in_the_row(login_as, shot):
    store = login_as('store2', 'phone', '/my/channel/pad')
    row = store.locator('.o_pad_row').first
    quantity = row.locator('input')
    quantity.fill('1')
    quantity.press('Tab')
    expect(row.locator('.o_pad_hint')).to_be_visible()
    store.locator('.o_channel_bar button').tap()
    row = store.locator('.o_pad_row_chosen').first
    expect(row.locator('.o_pad_problem')).to_be_visible()
    expect(store.locator('.o_channel_verdict_block')).to_have_text("订单未提交：请检查标出的问题。")
    shot(store, 'store_pad_refused')
    row.locator('.o_pad_stepper button').last.tap()
    expect(row.locator('.o_pad_problem')).to_have_count(0)


def test_pad_survives_a_closed_page(login_as):
    store = login_as('store', 'phone', '/my/channel/pad')
    sku = store.locator('.o_pad_row').first.get_attribute('data-sku')
    add(store, sku)
    store.reload()
    expect(store.locator(f'.o_pad_row[data-sku="{sku}"]')).to_have_class(re.compile('o_pad_row_chosen'))
    store.get_by_role('button', name="Empty the pad").tap()
    store.reload()
    expect(store.locator('.o_pad_row').first).to_be_visible()
    expect(store.locator('.o_pad_row_chosen')).to_have_count(0)


def test_back_office_opens_every_screen(login_as, shot):
    admin = login_as('admin', 'desktop', '/odoo/channel-orders')
    expect(admin.locator('.o_list_view')).to_be_visible()
    for path, picture in (
            ('channel-members', 'hq_members'), ('channel-rules', 'hq_rules'), ('channel-verdicts', 'hq_verdicts'),
            ('channel-credit-lines', 'hq_credit'), ('channel-territories', None), ('channel-authorizations', None),
            ('channel-receipts', None)):
        admin.goto(f'/odoo/{path}')
        expect(admin.locator('.o_list_view')).to_be_visible()
        expect(admin.locator('.o_data_row, .o_view_nocontent').first).to_be_visible()
        if picture:
            shot(admin, picture)
