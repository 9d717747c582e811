"""A consumer checks a code and reports it; a store scans; headquarters finds the case in the wrong province."""
import re

from playwright.sync_api import expect

CODES = """
codes = env['channel.code'].search([('level', '=', 1), ('current_state', '=', 'received')], order='id')
cloned = env['channel.code'].search([('is_suspect', '=', True)], limit=1)
print('codes: ' + codes[-1].code + ' ' + cloned.code)
"""


def test_code_is_checked_by_everybody(server, login_as, browser, faults, shot):
    good, copied = server.shell(CODES).partition('codes: ')[2].split()[:2]

    # --- a consumer, without login
    context = browser.new_context(
        base_url=server.base_url, viewport={'width': 390, 'height': 844}, locale='en-US', has_touch=True,
        is_mobile=True, geolocation={'latitude': 22.53, 'longitude': 113.93}, permissions=['geolocation'])
    page = context.new_page()
    faults.watch(page)
    page.goto(f'/channel/code/{good}')
    expect(page.locator('h1')).to_have_text("Genuine")
    page.get_by_role('button', name="Share my place once").tap()
    expect(page.locator('.said')).to_have_text("Thank you.")
    shot(page, 'code_genuine', full_page=True)
    page.get_by_text("Something seems wrong with it?").tap()
    page.get_by_label("What seems wrong?").fill("The print looks pale")
    page.get_by_role('button', name="Report it").tap()
    expect(page.locator('h1')).to_have_text("Thank you")
    page.goto(f'/channel/code/{copied}')
    expect(page.locator('h1')).to_contain_text("maybe a copy")
    shot(page, 'code_copied', full_page=True)
    assert not context.cookies(), "nothing is left in the browser"
    context.close()

    # --- the dealer that holds it
    dealer = login_as('dealer', 'phone', '/my/channel/codes')
    dealer.get_by_label("Code", exact=True).fill(good)
    dealer.get_by_role('button', name="Check", exact=True).tap()
    expect(dealer.locator('.o_code_result').first).to_be_visible()
    dealer.get_by_label("Code", exact=True).fill(copied)
    dealer.get_by_role('button', name="Check", exact=True).tap()
    expect(dealer.locator('.o_code_result[data-verdict="suspect"]')).to_be_visible()
    shot(dealer, 'dealer_codes', full_page=True)

    # --- headquarters
    desk = login_as('hq', 'desktop', '/odoo/channel-code-findings')
    expect(desk.locator('tr.o_data_row').first).to_be_visible()
    shot(desk, 'desk_code_findings')
    desk.goto('/odoo/channel-code-reports')
    expect(desk.locator("tr.o_data_row").filter(has_text=re.compile("pale")).first).to_be_visible()
