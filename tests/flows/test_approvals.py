"""Approvals in the browser: a dealer orders by type on its phone, its agent approves, headquarters sees why."""
import re

from playwright.sync_api import expect


def test_engineering_order_from_pad_to_desk(login_as, shot):
    dealer = login_as('dealer', 'phone', '/my/channel/pad')
    dealer.get_by_role('searchbox', name="Search products").fill("YOG-P-200")
    row = dealer.locator('.o_pad_row[data-sku="YOG-P-200"]')
    expect(row).to_be_visible()
    quantity = row.locator('input')
    quantity.fill('24')
    quantity.press('Tab')
    dealer.get_by_label("Kind of order").select_option('engineering')
    dealer.get_by_role('button', name="Send order").tap()
    expect(dealer.locator('.o_channel_verdict_block')).to_contain_text("Please fill in")
    dealer.locator('[data-field*="Project Number"] input').fill("ENG-2026-099")
    dealer.locator('[data-field*="Client Contact"] input').fill("Wang Fang")
    dealer.locator('[data-field*="Client Contact"] input').press('Tab')
    expect(dealer.locator('[data-field*="Acceptance"]')).to_have_count(0)
    shot(dealer, 'dealer_pad_form')
    dealer.get_by_role('button', name="Send order").tap()
    dealer.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))
    name = dealer.locator('h1').inner_text()
    expect(dealer.locator('.o_channel_form')).to_contain_text("ENG-2026-099")
    expect(dealer.locator('.o_channel_approvals')).to_contain_text("Agent's Review")
    shot(dealer, 'dealer_order_form', full_page=True)

    agent = login_as('agent', 'phone', '/my/channel/approvals')
    card = agent.locator('.o_channel_card').filter(has_text=name)
    expect(card).to_contain_text("Engineering")
    shot(agent, 'agent_approvals')
    card.get_by_text("with a comment").tap()
    card.get_by_label(f"Comment on {name}").fill("Site opens in December")
    card.get_by_role('button', name="Approve").tap()
    expect(agent.locator('.o_channel_card').filter(has_text=name)).to_have_count(0)

    desk = login_as('hq', 'desktop', '/odoo/channel-waits-for-me')
    row = desk.locator('tr.o_data_row').filter(has_text=name)
    expect(row).to_be_visible()
    row.locator('td[name="name"]').click()
    expect(desk.locator('.o_form_view')).to_contain_text("Project Desk")
    desk.get_by_role('tab', name="Approvals").click()
    expect(desk.locator('.o_form_view')).to_contain_text("Site opens in December")
    shot(desk, 'desk_approvals')
    desk.get_by_role('tab', name="Form", exact=True).click()
    expect(desk.locator('.o_field_properties')).to_contain_text("Acceptance")
    shot(desk, 'desk_form')
    desk.locator('button[name="action_channel_approve"]:visible').click()
    expect(desk.locator('button[name="action_channel_approve"]:visible')).to_have_count(0)

    dealer.reload()
    expect(dealer.locator('.o_channel_approvals')).to_contain_text("Site opens in December")
    expect(dealer.locator('.o_channel_state').first).to_have_text("Confirmed")


def test_who_is_away_hands_on_and_comes_back(login_as, shot):
    store = login_as('store_buyer', 'phone', '/my/channel/away')
    expect(store.get_by_text("You decide for")).to_be_visible()
    owner = login_as('store', 'phone', '/my/channel/away')
    expect(owner.get_by_text("decides for you")).to_be_visible()
    shot(owner, 'store_away')


def test_screens_of_approvals_open(login_as, shot):
    admin = login_as('admin', 'desktop', '/odoo/channel-approval-chains')
    row = admin.locator('.o_data_row').filter(has_text="Engineering orders")
    expect(row).to_contain_text("Orders of the type")
    row.locator('td[name="name"]').click()
    expect(admin.locator('.o_form_view .alert-info')).to_contain_text("within 2 working days")
    shot(admin, 'hq_chain')
    admin.get_by_role('button', name="Test With an Order").click()
    expect(admin.locator('.modal')).to_contain_text("Choose an order")
    admin.keyboard.press('Escape')
    for path in ('channel-approvals', 'channel-delegations', 'channel-order-types', 'channel-waits-for-me'):
        admin.goto(f'/odoo/{path}')
        expect(admin.locator('.o_list_view, .o_kanban_view').first).to_be_visible()
        shot(admin, f'hq_{path}')
    admin.goto('/odoo/channel-order-types')
    admin.locator('.o_data_row').first.locator('td[name="name"]').click()
    expect(admin.locator('.o_field_properties')).to_contain_text("Project Number")
    shot(admin, 'hq_order_type')
