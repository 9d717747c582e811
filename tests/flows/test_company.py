"""An owner and its people: invited, at work, gone."""
import json
import re

from playwright.sync_api import expect

EMAIL = 'li.na@example.com'


def mailed_link(server, email):
    """The link of the mail that waits in the queue for this address."""
    answer = server.shell(f"""
import json, re
user = env['res.users'].search([('login', '=', {email!r})])
mails = env['mail.mail'].search(
    ['|', ('recipient_ids', 'in', user.partner_id.ids), ('email_to', 'ilike', {email!r})], order='id desc')
links = re.findall(r'href="([^"]*/web/signup[^"]*)"', mails[0].body_html)
print('mail: ' + json.dumps([links[0], mails[0].state]))
""")
    link, state = json.loads(answer.partition('mail: ')[2].splitlines()[0])
    assert state == 'outgoing'
    return '/' + link.replace('&amp;', '&').partition('://')[2].partition('/')[2]


def test_owner_invites_a_buyer_who_orders_and_is_removed(login_as, browser, server, faults, shot):
    owner = login_as('store', 'phone', '/my/channel/more')
    owner.get_by_role('link', name="People").tap()
    owner.get_by_label("Name").fill("李娜 Li Na")
    owner.get_by_label("E-mail").fill(EMAIL)
    owner.get_by_label("Role", exact=True).last.select_option('buyer')
    owner.get_by_role('button', name="Send the invitation").tap()
    expect(owner.locator('article').filter(has_text=EMAIL)).to_contain_text("Send again")
    shot(owner, 'store_people', full_page=True)

    context = browser.new_context(base_url=server.base_url, viewport={'width': 390, 'height': 844})
    buyer = context.new_page()
    buyer.set_default_timeout(30_000)
    faults.watch(buyer)
    buyer.goto(mailed_link(server, EMAIL))
    buyer.locator('input[name="password"]').fill('a-long-password-1')
    buyer.locator('input[name="confirm_password"]').fill('a-long-password-1')
    buyer.locator('form button[type="submit"]').first.click()
    buyer.wait_for_url(re.compile('/my'))
    buyer.goto('/my/channel/pad')
    answer = buyer.evaluate("""async () => {
        const call = async (path, params) => (await (await fetch(path, {
            method: 'POST', headers: {'Content-Type': 'application/json'},
            body: JSON.stringify({jsonrpc: '2.0', params}),
        })).json()).result;
        const { products } = await call('/my/channel/pad/products', {search: 'YOG'});
        const product = products.find((one) => one.free > 0);
        const qty = Math.max(product.minimum, product.multiple, 1);
        return call('/my/channel/pad/submit', {lines: [{product_id: product.id, qty}], token: 'flow-li-na-0001'});
    }""")
    assert answer['order_id'], answer
    buyer.goto(f"/my/channel/orders/{answer['order_id']}")
    expect(buyer.locator('h1')).to_be_visible()

    owner.reload()
    card = owner.locator('article').filter(has_text=EMAIL)
    expect(card).to_contain_text("Last seen")
    card.get_by_text("Change…").tap()
    card.get_by_role('button', name="Remove").tap()
    expect(owner.locator('article').filter(has_text=EMAIL)).to_have_count(0)
    buyer.goto('/my/channel/orders')
    expect(buyer).to_have_url(re.compile('/web/login'))
    context.close()
    owner.goto('/my/channel/orders?show=all')
    assert owner.locator(f"a[href$='/orders/{answer['order_id']}']").count(), "what it ordered stays"


def test_headquarters_approves_a_change_with_one_tap(login_as, shot):
    desk = login_as('admin', 'desktop', '/odoo/channel-change-requests')
    row = desk.locator('.o_data_row').filter(has_text="Tax number").filter(has_text="S00001")
    shot(desk, 'hq_change_requests')
    row.get_by_role('button', name="Approve").click()
    expect(desk.locator('.o_data_row').filter(has_text="Tax number").filter(has_text="S00001")).to_have_count(0)
    store = login_as('store', 'phone', '/my/channel/profile')
    expect(store.locator('.o_channel_line').filter(has_text="Tax number")).to_contain_text("Approved")
    shot(store, 'store_profile', full_page=True)
    for path in ('channel-limits', 'channel-invitations'):
        desk.goto(f'/odoo/{path}')
        expect(desk.locator('.o_list_view')).to_be_visible()
        shot(desk, f'hq_{path}')
