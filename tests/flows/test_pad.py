"""The order pad with lists: pasted with mistakes and mended, uploaded with thousands of rows, scanned by hand."""
import io
import re
import time
from urllib.parse import urlsplit

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

MANY = 5000
SCRIPT = """
category = env['product.product'].search([('default_code', '=', 'YOG-P-200')]).categ_id
env['product.product'].with_context(tracking_disable=True).create([{
    'name': f'Bulk {number}', 'default_code': f'BULK-{number:04}', 'list_price': 0.1, 'type': 'consu',
    'is_storable': False, 'categ_id': category.id, 'taxes_id': False,
} for number in range(0 if env['product.product'].search_count([('default_code', '=', 'BULK-0000')]) else %(count)s)])
env.cr.commit()
"""


def open_list(page):
    page.get_by_role('button', name="Paste or upload a list").click()
    return page.get_by_label("Paste rows from a spreadsheet")


def read(page, text):
    open_list(page).fill(text)
    page.get_by_role('button', name="Read the rows").click()


def empty(page):
    button = page.get_by_role('button', name="Empty the pad")
    if button.count():
        button.click()


def scan(page, code):
    """What a hand scanner types. The keys carry its own times, however slowly they get through to the page."""
    keyboard = page.context.new_cdp_session(page)
    pressed = time.time()
    for key in [*code, 'Enter']:
        pressed += 0.01
        text = '\r' if key == 'Enter' else key
        keyboard.send('Input.dispatchKeyEvent', {'type': 'keyDown', 'key': key, 'text': text, 'timestamp': pressed})
        keyboard.send('Input.dispatchKeyEvent', {'type': 'keyUp', 'key': key, 'timestamp': pressed})
    keyboard.detach()


def test_a_pasted_list_is_mended_and_sent(login_as, shot):
    page = login_as('store', 'phone', '/my/channel/pad')
    expect(page.locator('.o_pad_row').first).to_be_visible(timeout=30_000)
    empty(page)
    read(page, "YOG-P-200\t24\nYOG-B-200\t13\nYOG-P-20O\t12\nYOG-P-1000\tmany\nYOG-P-200\t12")
    expect(page.locator('.o_pad_counter')).to_have_text("1 line fine, 3 to mend")
    expect(page.get_by_text("One product stands in several rows")).to_contain_text("1 + 5")
    shot(page, 'store_pad_list', full_page=True)
    # Nothing leaves while rows are open.
    page.get_by_role('button', name="Send order").click()
    expect(page.locator('.o_channel_verdict_block')).to_contain_text("3 rows of your list")
    troubles = page.locator('.o_pad_trouble')
    troubles.filter(has_text="Blueberry").get_by_role('button', name="Order 24").click()
    expect(troubles).to_have_count(2)
    troubles.filter(has_text="YOG-P-20O").get_by_role('button', name=re.compile('^YOG-B-200')).click()
    expect(troubles).to_have_count(1)
    page.get_by_role('button', name="No", exact=True).click()
    last = troubles.first
    # The day of arrival comes while somebody types, and the pad is drawn again: what was typed stays.
    last.get_by_label("Quantity").fill('6')
    page.wait_for_timeout(1_500)
    expect(page.locator('.o_pad_arrival')).to_contain_text("Here on")
    expect(last.get_by_label("Quantity")).to_have_value('6')
    last.get_by_label("Quantity").press('Enter')
    expect(troubles).to_have_count(0)
    expect(page.locator('.o_pad_row[data-sku="YOG-P-200"] input')).to_have_value('36')
    expect(page.locator('.o_pad_row[data-sku="YOG-B-200"] input')).to_have_value('36')
    expect(page.locator('.o_pad_sum')).to_contain_text("3 products")
    note = page.get_by_label("Note for headquarters")
    note.press_sequentially("Ring twice")
    page.wait_for_timeout(1_500)
    expect(note).to_have_value("Ring twice")
    expect(page.locator('.o_pad_arrival')).to_contain_text("Here on")
    page.get_by_role('button', name="Send order").click()
    page.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))


def test_a_hand_scanner_works_anywhere(login_as):
    page = login_as('store', 'desktop', '/my/channel/pad')
    row = page.locator('.o_pad_row[data-sku="YOG-P-200"]')
    page.get_by_role('searchbox', name="Search products").fill("YOG-P-200")
    expect(row).to_be_visible(timeout=30_000)
    empty(page)
    expect(row).to_be_visible()
    field = row.locator('input')
    field.fill('24')
    field.focus()
    scan(page, 'YOG-P-200')
    expect(field).to_have_value('36')
    page.locator('h1').evaluate('document.activeElement.blur()')
    scan(page, '4006381333931')
    expect(page.locator('.o_channel_verdict_block')).to_contain_text("No product with the code 4006381333931")
    expect(field).to_have_value('36')
    empty(page)


def order_packs(page, packs=1):
    """Put yoghurt on the pad, twelve to a pack."""
    page.get_by_role('searchbox', name="Search products").fill("YOG-P-200")
    field = page.locator('.o_pad_row[data-sku="YOG-P-200"] input')
    expect(field).to_be_visible(timeout=30_000)
    field.fill(str(12 * packs))
    field.blur()
    return field


def send(page):
    page.get_by_role('button', name="Send order").click()
    page.wait_for_url(re.compile(r'/my/channel/orders/\d+$'))
    return urlsplit(page.url).path


def test_a_second_order_from_another_tab_is_told_and_kept(login_as):
    page = login_as('store', 'desktop', '/my/channel/pad')
    expect(page.locator('.o_pad_row').first).to_be_visible(timeout=30_000)
    empty(page)
    order_packs(page)
    other = page.context.new_page()
    other.goto('/my/channel/pad')
    expect(other.locator('.o_pad_sum')).to_contain_text("1 product", timeout=30_000)
    first = send(page)
    field = order_packs(other, 2)
    other.get_by_role('button', name="Send order").click()
    told = other.locator('.o_channel_verdict_block')
    expect(told).to_contain_text("This was not sent")
    expect(told.get_by_role('link')).to_have_attribute('href', first)
    expect(field).to_have_value('24')
    assert send(other) != first


def test_an_unsent_order_is_put_aside_and_comes_back(login_as):
    page = login_as('store', 'desktop', '/my/channel/pad')
    expect(page.locator('.o_pad_row').first).to_be_visible(timeout=30_000)
    empty(page)
    order_packs(page, 3)
    number = send(page).rsplit('/', 1)[1]
    page.goto('/my/channel/pad')
    order_packs(page)
    note = page.get_by_label("Note for headquarters")
    note.fill("Not sent yet")
    page.goto(f'/my/channel/pad?again={number}')
    aside = page.locator('.o_pad_aside')
    expect(aside).to_contain_text("1 product", timeout=30_000)
    expect(note).to_have_value('')
    field = page.locator('.o_pad_row[data-sku="YOG-P-200"] input')
    expect(field).to_have_value('36')
    field.fill('48')
    field.blur()
    page.reload()
    page.get_by_role('button', name="Only what is chosen").click()
    expect(field).to_have_value('48', timeout=30_000)
    expect(aside).to_have_count(1)
    aside.get_by_role('button', name="Bring it back").click()
    expect(note).to_have_value("Not sent yet", timeout=30_000)
    page.get_by_role('button', name="Only what is chosen").click()
    expect(field).to_have_value('12')
    aside.get_by_role('button', name="Discard").click()
    expect(aside).to_have_count(0)
    empty(page)


def test_credit_that_stays_counts_taxes(login_as):
    page = login_as('store', 'desktop', '/my/channel/pad')
    expect(page.locator('.o_pad_row').first).to_be_visible(timeout=30_000)
    total, taxed = page.evaluate('''() => {
        const { PadLines } = odoo.loader.modules.get('@distributor_portal/pad/pad_lines');
        const lines = new PadLines();
        lines.learn([{ id: 1, price: 95, steps: [[10, 90]], tax_factor: 1.13 }]);
        lines.set(1, 10);
        return [lines.total, lines.taxed];
    }''')
    assert (total, round(taxed, 6)) == (900, 1017)


@pytest.mark.alone  # 5,000 products that no other test expects
def test_five_thousand_rows(login_as, server, capsys):
    server.shell(SCRIPT % {'count': MANY})
    page = login_as('store', 'desktop', '/my/channel/pad')
    expect(page.locator('.o_pad_row').first).to_be_visible(timeout=30_000)
    empty(page)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(['SKU', 'Quantity'])
    for number in range(MANY - 8):
        sheet.append([f'BULK-{number:04}', number % 9 + 1])
    for number in range(8):
        sheet.append([f'NONE-{number}', 1])
    file = io.BytesIO()
    book.save(file)
    times = {}
    open_list(page)
    start = time.perf_counter()
    page.get_by_label("Or upload a file").set_input_files(
        {'name': 'list.xlsx', 'mimeType': 'application/octet-stream', 'buffer': file.getvalue()})
    expect(page.locator('.o_pad_counter')).to_have_text("4,992 lines fine, 8 to mend", timeout=60_000)
    times['5,000 rows read and shown'] = time.perf_counter() - start
    rows = page.locator('.o_pad_row')
    assert rows.count() < 80, "only what is in sight is drawn"
    with page.expect_download() as download:
        page.get_by_role('button', name="Download as XLSX").click()
    assert download.value.suggested_filename == 'to-mend.xlsx'
    page.get_by_role('button', name="Remove all").click()
    field = rows.nth(3).locator('input')
    field.focus()
    times['a keystroke in 4,992 lines'] = page.evaluate('''async () => {
        const field = document.activeElement;
        const before = document.querySelector('.o_pad_total .o_channel_figure').textContent;
        const start = performance.now();
        field.value = '77';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        while (document.querySelector('.o_pad_total .o_channel_figure').textContent === before) {
            await new Promise(requestAnimationFrame);
        }
        return (performance.now() - start) / 1000;
    }''')
    page.locator('[aria-posinset="1"]').evaluate(
        "row => row.closest('.o_pad_rows').lastElementChild.scrollIntoView({block: 'end'})")
    expect(page.locator('[data-sku="BULK-4991"]')).to_be_attached(timeout=30_000)
    assert rows.count() < 80
    kept = page.evaluate('''() => {
        window.dispatchEvent(new Event('pagehide'));
        const key = Object.keys(localStorage).find((one) => one.startsWith('channel.draft'));
        return JSON.parse(localStorage.getItem(key));
    }''')
    expected = {number: number % 9 + 1 for number in range(MANY - 8)}
    assert len(kept['lines']) == len(expected), "no row is lost"
    assert abs(sum(line['qty'] for line in kept['lines']) - sum(expected.values()) - 77 + 4) < 1e-6
    page.get_by_label("Note for headquarters").fill("Five thousand")
    start = time.perf_counter()
    page.get_by_role('button', name="Send order").click()
    page.wait_for_url(re.compile(r'/my/channel/orders/\d+$'), timeout=240_000)
    times['4,992 lines sent, checked and shown'] = time.perf_counter() - start
    order = int(page.url.rsplit('/', 1)[1])
    lines = server.rpc('hq')('sale.order.line', 'search_read', [('order_id', '=', order)], ['product_uom_qty'])
    assert len(lines) == len(expected), "no row is lost"
    assert sum(line['product_uom_qty'] for line in lines) == sum(expected.values()) + 77 - 4
    with capsys.disabled():
        print('', *(f"{name}: {seconds:.2f} s" for name, seconds in times.items()), sep='\n    ')
