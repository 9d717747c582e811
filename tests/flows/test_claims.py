"""A store scans in a delivery with two short and one damaged; headquarters accepts; the store sees its credit note."""
import re
from io import BytesIO

from PIL import Image, ImageDraw
from playwright.sync_api import expect

SKU = 'YOG-P-200'


def draw_photo():
    image = Image.new('RGB', (2400, 1800), '#c9a26b')
    ImageDraw.Draw(image).ellipse((700, 500, 1500, 1200), fill='#4e3a1e')
    out = BytesIO()
    image.save(out, 'JPEG')
    return {'name': 'IMG_0001.jpg', 'mimeType': 'image/jpeg', 'buffer': out.getvalue()}


def ship(server):
    """A delivery of 24 to the store; its name."""
    call = server.rpc('integrator')
    answer = call('sale.order', 'channel_submit', [{
        'external_id': 'CLAIM-FLOW', 'member': 'S00001', 'lines': [{'sku': SKU, 'qty': 24}]}])[0]
    return server.shell(f"""
env = env(context=dict(env.context, tracking_disable=True))
order = env['sale.order'].browse({answer['order_id']})
order.with_env(env['channel.demo']._as('dealer'))._channel_decide('upstream', True)
if order.channel_state == 'hq':
    order.with_env(env['channel.demo']._as('hq')).action_channel_approve()
for move in order.picking_ids.move_ids:
    move.quantity, move.picked = move.product_uom_qty, True
order.picking_ids.button_validate()
env.cr.commit()
print('delivery: ' + order.picking_ids.name)
""").partition('delivery: ')[2].splitlines()[0]


def test_difference_at_receipt_becomes_a_credit_note(server, login_as, shot):
    delivery = ship(server)

    # --- the store counts, takes a photo, books
    store = login_as('store_warehouse', 'phone', '/my/channel/receive')
    finder = store.get_by_role('searchbox', name="Scan or type a code")
    finder.fill(delivery)
    finder.press('Enter')
    row = store.locator(f'.o_receive_row[data-sku="{SKU}"]')
    store.get_by_role('button', name="All as shipped").tap()
    for _time in range(2):
        row.get_by_role('button', name=re.compile("^Less of")).tap()
    expect(row.locator('.o_receive_gap')).to_have_text("2 missing")
    store.reload()
    expect(row.locator('.o_receive_count')).to_have_text("22 / 24")
    row.get_by_text("Something wrong with it?").tap()
    row.get_by_label("Of these damaged").fill("1")
    row.get_by_label("Of these damaged").press('Tab')
    row.get_by_label("Reason").select_option(label="Crushed or wet on the way")
    row.locator('input[type=file]').set_input_files(draw_photo())
    expect(row.locator('.o_claim_photo_done')).to_be_visible()
    shot(store, 'store_receive_damaged', full_page=True)
    store.get_by_role('button', name="Book the receipt").tap()
    store.wait_for_url(re.compile(r'/my/channel/claims/\d+$'))
    expect(store.locator('.o_channel_state').first).to_have_text("Being looked at")
    expect(store.locator('.o_claim_line')).to_have_count(2)
    photo = store.locator('.o_claim_photos img').first
    photo.scroll_into_view_if_needed()
    store.wait_for_function("document.querySelector('.o_claim_photos img').naturalWidth === 1600")
    number = store.locator('h1').inner_text()
    path = store.url
    shot(store, 'store_claim', full_page=True)

    # --- headquarters looks at it and accepts; finance posts the credit note
    desk = login_as('hq', 'desktop', '/odoo/channel-claims')
    shot(desk, 'desk_claims')
    desk.locator('tr.o_data_row').filter(has_text=number).locator('td[name="name"]').click()
    desk.get_by_role('tab', name="Photos").click()
    expect(desk.locator('.o_field_widget[name="photo_ids"] img').first).to_be_visible()
    shot(desk, 'desk_claim')
    desk.locator('button[name="action_accept_all"]:visible').click()
    desk.locator('button[name="action_view_moves"]').click()
    desk.locator('button[name="action_post"]:visible').first.click()
    expect(desk.locator('.o_statusbar_status')).to_contain_text("Posted")
    expect(desk.locator('button[name="action_post"]:visible')).to_have_count(0)

    # --- the buyer of the store finds it
    buyer = login_as('store_buyer', 'phone', path)
    expect(buyer.locator('.o_channel_state').first).to_have_text("Settled")
    note = buyer.get_by_role('link', name=re.compile("^Credit note"))
    expect(note).to_be_visible()
    shot(buyer, 'store_claim_settled', full_page=True)
    note.tap()
    buyer.wait_for_url(re.compile(r'/my/channel/invoices/\d+$'))
    expect(buyer.locator('h1')).to_have_text(re.compile('^RINV'))
