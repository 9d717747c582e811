"""A finance person pays and orders go through again; a store disputes a line, signs the rest, gets an answer."""
import re

from playwright.sync_api import expect


def test_overdue_invoices_are_paid_and_the_hold_lifts(login_as, shot):
    page = login_as('agent2_finance', 'phone', '/my/channel/money')
    expect(page.get_by_text("Your orders are on hold")).to_be_visible()
    shot(page, 'money', full_page=True)
    page.get_by_role('link', name=re.compile("Pay all overdue")).tap()
    expect(page.locator('.o_channel_line').first).to_be_visible(timeout=30_000)
    shot(page, 'money_pay', full_page=True)
    page.locator('label.o_payment_option_label').filter(has_text="Demo").tap()
    page.locator('button[name="o_payment_submit_button"]').tap()
    # The status page in between is Odoo's, with bundles of its own.
    page.wait_for_url(re.compile(r'/my/channel/pay/\d+$'), timeout=90_000)
    expect(page.locator('h1')).to_have_text("Thank you, your payment is in")
    expect(page.get_by_text("Nothing holds your orders")).to_be_visible()
    shot(page, 'money_paid', full_page=True)
    page.goto('/my/channel/invoices?show=paid')
    expect(page.locator('.o_channel_state').first).to_have_text(re.compile("Paid|Payment received"))
    page.goto('/my/channel/money')
    expect(page.get_by_text("Your orders are on hold")).to_have_count(0)


def test_line_is_disputed_the_rest_signed_and_headquarters_answers(login_as, shot):
    # --- the store
    store = login_as('store', 'phone', '/my/channel')
    store.get_by_role('link', name=re.compile("A statement waits for you")).tap()
    store.locator('a.o_channel_card_link').first.tap()
    line = store.locator('.o_money_line').filter(has_text="1,240.00")
    line.locator('summary').tap()
    line.get_by_label("What is wrong?").select_option(label="Wrong quantity")
    line.get_by_label("What happened?").fill("Two cases were missing")
    line.get_by_role('button', name="Dispute this line").tap()
    disputes = store.locator('#disputes')
    expect(disputes).to_contain_text("Waits for Headquarters")
    expect(store.locator('#sign')).to_contain_text(re.compile(r"You agree to\W*120\.00"))
    shot(store, 'money_statement', full_page=True)
    store.get_by_label("Your name").fill("Chen Xiaoyu")
    store.get_by_label(re.compile("I agree to this balance")).check()
    store.get_by_role('button', name="Sign", exact=True).tap()
    expect(store.locator('.o_channel_state').first).to_have_text("Signed, 1 disputed")

    # --- headquarters
    desk = login_as('hq', 'desktop', '/odoo/channel-disputes')
    row = desk.locator('tr.o_data_row').filter(has_text="Two cases were missing")
    shot(desk, 'desk_disputes')
    row.get_by_role('button', name="Answer").click()
    dialog = desk.get_by_role('dialog')
    dialog.locator('div[name="answer"] textarea').fill("You are right, a credit note follows")
    dialog.get_by_role('button', name="Accept").click()
    expect(row).to_have_count(0)
    desk.goto('/odoo/channel-sign-offs')
    expect(desk.locator('.o_kanban_renderer')).to_contain_text("S00001")
    shot(desk, 'desk_sign_offs')

    # --- the store again
    store.reload()
    expect(disputes).to_contain_text("You are right, a credit note follows")
    disputes.get_by_role('button', name="Done, close it").tap()
    expect(disputes).to_contain_text("Closed")
