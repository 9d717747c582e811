"""A fridge is written down, gets its secret and signs its first reading; its store sees what it shows."""
import hashlib
import hmac
import json
import time
import urllib.request

from playwright.sync_api import expect


def send(server, code, secret, value):
    body, stamp = json.dumps({'value': value}).encode(), str(int(time.time()))
    key = hashlib.sha256(secret.encode()).hexdigest()
    signature = hmac.new(key.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(f'{server.base_url}/channel/iot/readings', body, {
        'Content-Type': 'application/json', 'X-Odoo-Database': server.db, 'X-Channel-Device': code,
        'X-Channel-Timestamp': stamp, 'X-Channel-Signature': signature})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_new_fridge_sends_and_its_store_sees_it(server, login_as, shot):
    store = server.rpc('admin')('channel.member', 'search', [('code', '=', 'S00001')])[0]
    device = server.rpc('admin')('channel.device', 'create', {
        'name': "Fridge of the story", 'code': 'STORY-1', 'member_id': store, 'has_high': True, 'high': 8})
    desk = login_as('admin', 'desktop', f'/odoo/channel-devices/{device}')
    desk.get_by_role('button', name="New Secret").click()
    secret = desk.locator('.modal [name=secret]').inner_text().strip()
    expect(desk.locator('.modal [name=qr] img')).to_be_visible()
    desk.get_by_role('button', name="It Is in the Device").click()
    assert send(server, 'STORY-1', secret, 5.5)['accepted'] == 1
    phone = login_as('store', 'phone', '/my/channel/devices')
    shot(phone, 'devices')
    card = phone.locator('a.o_channel_card_link', has_text="Fridge of the story")
    expect(card).to_contain_text("5.5 °C")
    card.click()
    expect(phone.get_by_role('heading', level=1)).to_have_text("Fridge of the story")
