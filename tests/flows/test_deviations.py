"""A store finds on its home page what does not match and says what it was; headquarters reads it and accepts."""
from io import BytesIO

from PIL import Image
from playwright.sync_api import expect


def draw_photo():
    out = BytesIO()
    Image.new('RGB', (1200, 900), '#7a9ab0').save(out, 'JPEG')
    return {'name': 'bin.jpg', 'mimeType': 'image/jpeg', 'buffer': out.getvalue()}


def test_member_answers_and_headquarters_accepts(server, login_as, shot):
    # --- the store
    store = login_as('store_warehouse', 'phone', '/my/channel')
    store.get_by_role('link', name="Your stock and the book differ").tap()
    store.locator('a.o_channel_card_link', has_text="YOG-C-200").tap()
    expect(store.get_by_text("nothing on record accounts for it")).to_be_visible()
    shot(store, 'store_deviation', full_page=True)
    store.get_by_label("It is").select_option(label="Broken or spoilt and thrown away")
    store.get_by_label("Details").fill("四杯胀气，已丢弃 Four were swollen")
    store.get_by_label("Photo").set_input_files(draw_photo())
    store.get_by_role('button', name="Send the answer").tap()
    expect(store.get_by_text("Four were swollen")).to_be_visible()
    expect(store.locator('.o_channel_timeline img')).to_be_visible()
    store.goto('/my/channel')
    expect(store.get_by_role('link', name="Your stock and the book differ")).to_have_count(0)

    # --- headquarters
    desk = login_as('admin', 'desktop', '/odoo/channel-deviations')
    desk.locator('.o_group_header').first.wait_for()
    shot(desk, 'desk_deviations')
    desk.locator('.o_group_name', has_text="Unexplained").first.click()
    desk.locator('tr.o_data_row').filter(has_text="YOG-C-200").locator('td[name="product_id"]').click()
    desk.locator('div[name="accept_note"] input').fill("Thrown away, the photo shows them")
    shot(desk, 'desk_deviation')
    desk.locator('button[name="action_accept"]:visible').click()
    expect(desk.locator('.o_statusbar_status .o_arrow_button_current')).to_contain_text("Accepted")
