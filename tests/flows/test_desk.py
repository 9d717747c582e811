"""The desk in the browser: headquarters works off its queue, learns what it cannot approve, looks at its network."""
import re

from playwright.sync_api import expect

FIGURE = '.o_channel_desk_figure[data-filter="{}"]'


def test_headquarters_works_off_its_queue(login_as, shot):
    desk = login_as('hq', 'desktop', '/odoo/channel-desk')
    rows = desk.locator('tr.o_data_row')
    expect(rows.first).to_be_visible()
    expect(desk.locator(FIGURE.format('cause_late'))).to_contain_text("Overdue to Ship")
    expect(desk.locator(FIGURE.format('cause_returned'))).to_be_visible()
    expect(rows.first.locator('td[name="channel_why_now"]')).not_to_be_empty()
    shot(desk, 'desk_queue')

    # --- several at once: what cannot be done says why
    desk.locator('thead .o_list_record_selector input').check()
    desk.get_by_role('button', name="I Take Them").click()
    expect(desk.locator('.o_notification')).to_contain_text("Assign")
    expect(desk.locator(FIGURE.format('filter_nobody'))).to_contain_text(re.compile(r'^0'))
    desk.locator('.o_notification').get_by_role('button', name="Undo").click()
    expect(desk.locator(FIGURE.format('filter_nobody'))).not_to_contain_text(re.compile(r'^0'))

    # --- one after the other, from the keyboard
    desk.locator(FIGURE.format('filter_for_me')).click()
    expect(desk.locator('.o_facet_value')).to_have_text("Waits for My Decision")
    expect(desk.locator('tr.o_data_row td[name="channel_desk_cause"]', has_text="Overdue")).to_have_count(0)
    rows.first.locator('td[name="name"]').click()
    expect(desk.locator('.o_channel_desk_member')).to_contain_text("Recent Orders")
    shot(desk, 'desk_order_screen')
    title, seen = desk.locator('h1 .o_field_widget[name="name"]'), set()
    for _number in range(5):
        name = title.inner_text()
        assert name not in seen
        seen.add(name)
        expect(desk.get_by_role('button', name="Approve & Next")).to_be_visible()
        desk.keyboard.press('Alt+a')
        expect(title).not_to_have_text(name)
    desk.goto('/odoo/channel-desk')
    expect(rows.first).to_be_visible()
    for name in seen:
        expect(rows.filter(has_text=name)).to_have_count(0)


def test_what_is_on_hold_is_skipped_and_says_so(login_as, shot):
    admin = login_as('admin', 'desktop', '/odoo/channel-desk')
    admin.locator(FIGURE.format('cause_hold')).click()
    expect(admin.locator('tr.o_data_row')).to_have_count(1)
    admin.locator('thead .o_list_record_selector input').check()
    admin.get_by_role('button', name="Approve", exact=True).click()
    expect(admin.locator('.modal .o_channel_desk_skipped')).to_contain_text("On hold")
    shot(admin, 'desk_skipped')
    admin.locator('.modal').get_by_role('button', name="Close", exact=True).last.click()

    admin.goto('/odoo/channel-network')
    expect(admin.locator('.o_hierarchy_node').first).to_contain_text("A01")
    admin.locator('.o_hierarchy_node').first.get_by_role('button', name="Unfold").click()
    expect(admin.locator('.o_hierarchy_node').filter(has_text="D0001").first).to_be_visible()
    shot(admin, 'network_hierarchy')
