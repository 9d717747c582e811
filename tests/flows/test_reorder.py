"""The next order is short: again in two taps, by a template in three; counted by the browser itself."""
import re

import pytest
from playwright.sync_api import expect

COUNT_TAPS = """
    addEventListener('click', (ev) => {
        if (ev.isTrusted) {
            sessionStorage.setItem('taps', Number(sessionStorage.getItem('taps') || 0) + 1);
        }
    }, true);
"""
WAITS = {'store': "Waits for Upstream", 'store2': "待上级审批"}


@pytest.fixture
def home_of(login_as):
    """home_of(login) -> the home page on a phone, whose taps `count_taps` counts."""
    def open_home(login):
        page = login_as(login, 'phone', '/my/channel')
        page.add_init_script(COUNT_TAPS)
        page.reload()
        return page
    return open_home


def count_taps(page):
    return int(page.evaluate("sessionStorage.getItem('taps') || 0"))


def expect_sent(page, login):
    page.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))
    expect(page.locator('.o_channel_state').first).to_have_text(WAITS[login])


@pytest.mark.parametrize('login', ['store', 'store2'])
def test_repeat_order_takes_two_taps(home_of, shot, login):
    page = home_of(login)
    shot(page, f'{login}_home_again', full_page=True)
    page.locator('.o_home_again').tap()
    expect(page.locator('.o_sheet_line').first).to_be_visible()
    shot(page, f'{login}_sheet')
    page.locator('.o_sheet_send').tap()
    expect_sent(page, login)
    assert count_taps(page) == 2


def test_order_by_template_takes_three_taps(home_of, shot):
    page = home_of('store')
    page.get_by_role('link', name="Templates").first.tap()
    page.wait_for_url('**/my/channel/templates')
    shot(page, 'store_templates')
    page.get_by_role('link', name=re.compile("Order by .*Monday order")).tap()
    page.locator('.o_sheet_send').tap()
    expect_sent(page, 'store')
    assert count_taps(page) == 3


def test_sheet_follows_each_quantity_and_becomes_a_template(home_of, shot):
    page = home_of('store')
    page.locator('.o_home_usual').tap()
    page.wait_for_url('**/my/channel/usual')
    page.wait_for_function("document.body.hasAttribute('is-ready')")  # it hears what is tapped
    row = page.locator('.o_sheet_line[data-sku="MLK-W-1000"]')
    expect(row).to_contain_text("every 9 days, last 11 days ago")
    expect(row.locator('.o_sheet_hint')).to_contain_text("24 more")
    before = page.locator('.o_sheet_total').inner_text()
    for _time in range(4):
        row.get_by_role('button', name=re.compile('^More of')).tap()
    expect(row.locator('input')).to_have_value('48')
    expect(row.locator('.o_sheet_hint')).to_have_text("")
    assert page.locator('.o_sheet_total').inner_text() != before
    row.locator('input').fill('49')
    expect(row.locator('.o_sheet_hint')).to_contain_text("48")
    row.locator('input').press('Enter')  # sends nothing
    row.get_by_role('button', name=re.compile('^Less of')).tap()
    expect(row.locator('input')).to_have_value('48')
    star = row.get_by_role('button', name=re.compile('^Favourite'))
    star.tap()
    expect(star).to_have_attribute('aria-pressed', 'true')
    page.get_by_text("Save as template").tap()
    page.get_by_label("Name of the template").fill("Every nine days")
    page.get_by_role('button', name="Save", exact=True).tap()
    template = page.locator('.o_template[data-name="Every nine days"]')
    template.locator('summary').tap()
    expect(template).to_contain_text("48 × Whole Milk 1 l")
    template.get_by_role('button', name="Delete").tap()
    expect(page.locator('.o_template[data-name="Every nine days"]')).to_have_count(0)
    shot(page, 'store_template_deleted')
    page.get_by_role('button', name="Undo").tap()
    expect(page.locator('.o_template[data-name="Every nine days"]')).to_have_count(1)
    page.goto('/my/channel/favourites')
    expect(page.locator('.o_sheet_line[data-sku="MLK-W-1000"]')).to_be_visible()


def test_pad_shows_favourites_and_becomes_a_template(login_as):
    page = login_as('store2', 'desktop', '/my/channel/pad')
    row = page.locator('.o_pad_row').first
    sku = row.get_attribute('data-sku')
    row.locator('.o_pad_star').click()
    expect(row.locator('.o_pad_star')).to_have_attribute('aria-pressed', 'true')
    only = page.locator('.o_pad_filters button').last
    only.click()
    expect(only).to_have_attribute('aria-pressed', 'true')
    expect(page.locator('.o_pad_row')).to_have_count(2)  # this one and spring water
    page.locator(f'.o_pad_row[data-sku="{sku}"] .o_pad_stepper button').last.click()
    page.locator('.o_pad_template summary').click()
    page.locator('#pad_template').fill("From the pad")
    page.locator('.o_pad_template button').click()
    expect(page.locator('.o_pad_template [role=status]')).to_contain_text("From the pad")
    page.goto('/my/channel/templates')
    expect(page.locator('.o_template[data-name="From the pad"]')).to_be_visible()
