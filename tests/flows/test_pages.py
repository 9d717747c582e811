"""Every page of the dealer centre, in both sizes and languages, light and dark: its looks and its access."""
import pytest
from axe_playwright_python.base import AXE_SCRIPT

from .pages import PAGES, READY

OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) { return []; }
    const right = (one) => Math.round(one.getBoundingClientRect().right);
    return [...document.body.querySelectorAll('*')].filter((one) => right(one) > width + 1)
        .slice(0, 5).map((one) => `${one.tagName}.${one.className} ${right(one)} > ${width}`);
}"""
# But the warning sign of a payment provider in test mode, which is Odoo's own.
AXE = """async () => (await axe.run(
    {include: [['html']], exclude: [['#o_channel_payment .text-warning']]}, {resultTypes: ['violations']})).violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => one.id + ': ' + one.nodes.slice(0, 4)
        .map((node) => `${node.target} ${node.any[0] ? node.any[0].message : ''}`).join(' | '))"""
FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    return {
        name: (one.getAttribute('aria-label') || one.innerText || one.id || one.tagName).trim().slice(0, 40),
        tag: one.tagName,
        shown: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none',
    };
}"""

each_page = pytest.mark.parametrize('entry', PAGES, ids=[entry[0] for entry in PAGES])


@pytest.fixture
def visit(login_as):
    """visit(entry, device, prefix='', **options) -> the page of an entry of PAGES, when it has come to rest."""

    def visit(entry, device, prefix='', **options):
        _name, login, path, *selector = entry
        page = login_as(login, device, prefix + path, reduced_motion='reduce', **options)
        if selector:
            page.goto(page.locator(selector[0]).first.get_attribute('href'))
        page.wait_for_function(READY)
        return page
    return visit


@each_page
def test_page_fits_and_everybody_can_use_it(entry, visit, shot):
    name = entry[0]
    for device in ('phone', 'desktop'):
        page = visit(entry, device, color_scheme='light')
        page.evaluate(AXE_SCRIPT)
        for scheme in ('light', 'dark'):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(f"document.documentElement.dataset.bsTheme === '{scheme}'")
            assert page.evaluate(OVERFLOW) == [], f"{device}: wider than the screen"
            if (device, scheme) != ('desktop', 'dark'):  # the colours are those of the phone
                assert page.evaluate(AXE) == [], f"{device}, {scheme}"
            shot(page, f'page_{name}_{device}_{scheme}', full_page=True)
        assert page.locator('h1').count() == 1, "a page has one h1"
        assert page.title().split(' · ')[0]


@each_page
def test_page_fits_in_chinese_and_on_other_screens(entry, visit, shot):
    page = visit(entry, 'phone', prefix='/zh_CN')
    shot(page, f'page_{entry[0]}_phone_zh', full_page=True)
    for width in (360, 390, 768, 1920):
        page.set_viewport_size({'width': width, 'height': 844})
        assert page.evaluate(OVERFLOW) == [], f"wider than {width} px"


def test_keyboard_alone_orders(login_as):
    page = login_as('store', 'desktop', '/my/channel')
    page.wait_for_function(READY)
    walk = _walk(page, 120)
    assert walk[0]['name'] == "Skip to content"
    assert walk[-1]['tag'] == 'BODY', "the focus does not come back to the window's frame"
    _tab_to(page, "Order", 'A')
    page.keyboard.press('Enter')
    page.wait_for_url('**/my/channel/pad')
    page.locator('.o_pad_row').first.wait_for()
    quantity = page.locator('.o_pad_row input').first.get_attribute('aria-label')
    _tab_to(page, quantity[:40], 'INPUT')
    page.keyboard.type('12')
    _tab_to(page, "Send order", 'BUTTON')
    page.keyboard.press('Enter')
    page.wait_for_function("location.pathname.includes('/orders/') || document.querySelector('.o_pad_problem')")


def _walk(page, most):
    """What is focused, Tab after Tab, once round the page."""
    seen = []
    for _ in range(most):
        page.keyboard.press('Tab')
        seen.append(page.evaluate(FOCUS))
        if seen[-1]['tag'] == 'BODY':
            break
        assert seen[-1]['shown'], f"no focus is seen on {seen[-1]}"
    return seen


def _tab_to(page, name, tag, most=400):
    for _ in range(most):
        page.keyboard.press('Tab')
        focus = page.evaluate(FOCUS)
        if focus['name'] == name and focus['tag'] == tag:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")
