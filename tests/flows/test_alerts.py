"""A dealer fills its order pad with what runs low; headquarters snoozes an alert and opens a case about a leak."""
from playwright.sync_api import expect


def test_dealer_orders_what_runs_low_and_headquarters_decides(server, login_as, shot):
    # --- the dealer
    dealer = login_as('dealer', 'phone', '/my/channel')
    expect(dealer.get_by_text("Running low")).to_be_visible()
    dealer.get_by_role('link', name="See which").tap()
    expect(dealer.get_by_role('heading', name="Stock alerts")).to_be_visible()
    expect(dealer.get_by_text("sold a day").first).to_be_visible()
    shot(dealer, 'dealer_alerts', full_page=True)
    dealer.get_by_role('link', name="Order what runs low").tap()
    expect(dealer.locator('.o_pad_row_chosen').first).to_be_visible()
    shot(dealer, 'dealer_pad_low')

    # --- headquarters
    desk = login_as('admin', 'desktop', '/odoo/channel-alerts')
    row = desk.locator('tr.o_data_row').first
    expect(row).to_contain_text("Units")
    shot(desk, 'desk_alerts')
    row.locator('td[name="member_id"]').click()
    desk.locator('button[name="action_snooze"]:visible').click()
    desk.locator('.modal div[name="reason"] input').fill("代理商周五补货 The agent fills it up on Friday")
    desk.locator('.modal button[name="action_decide"]:visible').click()
    expect(desk.get_by_text("fills it up on Friday").first).to_be_visible()
    desk.goto('/odoo/channel-alerts')
    desk.locator('.o_searchview_input').fill("D0004")
    expect(desk.locator('.o_searchview_autocomplete')).to_contain_text("D0004")
    desk.locator('.o_searchview_input').press('Enter')
    desk.locator('tr.o_data_row', has_text="Leaks").locator('td[name="member_id"]').click()
    expect(desk.get_by_text("without a sale")).to_be_visible()
    desk.locator('button[name="action_make_case"]:visible').click()
    expect(desk.locator('.o_form_view')).to_contain_text("stock-books")
    shot(desk, 'desk_leak_case')
