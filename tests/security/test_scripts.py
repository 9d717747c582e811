"""Scripts in every text that a dealer can send, looked at by headquarters and by the dealer above: none runs."""
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from devkit.visitor import Visitor, fill
from playwright.sync_api import Error, TimeoutError, sync_playwright

BROWSERS = 2
MARK = 'xssq'  # FIND looks for it
RUN = 'window.xssran&&xssran()'
PAYLOADS = (
    f'<script>{RUN}</script>',
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f'</script><script>{RUN}</script>',
    f'<img src=x onerror="{RUN}">',
    f'<img src=x onerror={RUN}>',
    f'"><img src=x onerror="{RUN}">',
    f"' onerror='{RUN}",
    f'" onmouseover="{RUN}" autofocus onfocus="{RUN}',
    f'<svg onload="{RUN}">',
    f'<svg/onload={RUN}>',
    f'<svg><script>{RUN}</script></svg>',
    f'<math><mtext></p><img src=x onerror="{RUN}">',
    f'<body onload="{RUN}">',
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f'<iframe src="javascript:parent.{RUN}">',
    f'<details open ontoggle="{RUN}">',
    f'<video><source onerror="{RUN}">',
    f'<audio src=x onerror="{RUN}">',
    f'<input autofocus onfocus="{RUN}">',
    f'<select autofocus onfocus="{RUN}">',
    f'<marquee onstart="{RUN}">',
    f'<object data="javascript:{RUN}">',
    f'<embed src="javascript:{RUN}">',
    f'<a href="javascript:{RUN}" id=x>x</a>',
    f'<style>@keyframes x{{}}</style><b style="animation-name:x" onanimationstart="{RUN}">',
    f'{{{{constructor.constructor("{RUN}")()}}}}',
    f'${{{RUN}}}',
    f'<t t-out="{RUN}"/><t t-esc="1"/>',
    f'<scr<script>ipt>{RUN}</scr</script>ipt>',
    f'<ScRiPt>{RUN}</sCrIpT>',
    f'%3Cscript%3E{RUN}%3C/script%3E',
    f'&lt;script&gt;{RUN}&lt;/script&gt;',
    f'\\u003cscript\\u003e{RUN}\\u003c/script\\u003e',
    f'<!--><img src=x onerror="{RUN}">-->',
    f'<form><button formaction="javascript:{RUN}">x',
    f'javascript:{RUN}',
)
DRAWN = "document.querySelector('body[is-ready], .o_view_controller, .o_error_dialog')"
ARGUMENTS = ('--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage')
# Where the texts have come to rest, by model: the newest records that hold one.
FIND = """
import json
from odoo.tools import SQL
found = {}
for name, model in env.items():
    if model._abstract or model._transient or not model._auto or model._table_query:
        continue
    for field in model._fields.values():
        is_text = field.store and field.type in ('char', 'text', 'html') and field.column_type
        if is_text and not field.translate and not field.company_dependent:
            env.cr.execute(SQL("SELECT id FROM %s WHERE %s ILIKE '%%xssq%%' ORDER BY id DESC LIMIT 2",
                               SQL.identifier(model._table), SQL.identifier(field.name)))
            found.setdefault(name, set()).update(row[0] for row in env.cr.fetchall())
actions = env['ir.ui.menu'].search([('id', 'child_of', env.ref('distributor_portal.menu_root').id)]).mapped('action')
print('found: ' + json.dumps([
    {name: sorted(ids) for name, ids in found.items() if ids}, [action.id for action in actions if action]]))
"""


@pytest.fixture(scope='module')
def sprayed(server, routes):
    """Every form and call of ours was sent with payloads in all its texts; ({model: ids}, actions of headquarters)"""
    numbers = iter(range(10**6))

    def payload():
        number = next(numbers)
        return f'{MARK}{number} {PAYLOADS[number % len(PAYLOADS)]}'
    own = server.shell("""
import json
member = env['channel.member'].search([('code', '=', 'S00001')])
print('own: ' + json.dumps({
    'sale.order': env['sale.order'].search([('channel_member_id', '=', member.id)], limit=4).ids,
    'channel.member.user': member.user_link_ids.filtered(lambda link: link.role != 'owner').ids[:1],
    'res.partner': env['res.partner'].search([('parent_id', '=', member.partner_id.id), ('type', '=', 'delivery')]).ids,
    'product': env['product.product'].search([('default_code', '=', 'YOG-P-200')]).ids,
    'zone': member.street_code}))
""")
    own = json.loads(own.partition('own: ')[2].splitlines()[0])
    ids = own['sale.order'] + own['res.partner']
    client = Visitor(server, 'store')
    for route in routes:
        if 'POST' not in route['methods'] or route['path'].endswith(('/withdraw', '/erase', '/remove')):
            continue
        for id_ in ids if route['ids'] else ids[:1]:
            if route['type'] == 'jsonrpc':
                given = {name: payload() for name in route['params'] if name not in ('lines', 'form', 'token', 'type')}
                client.call(fill(route['path'], id_), {
                    **given, 'lines': [{'product_id': own['product'][0], 'qty': 24}]})
            else:
                client.post(fill(route['path'], id_), {
                    name: payload() for name in route['params'] if name != 'form_token'})
    # Forms whose other fields must be right for the text to be kept.
    texts = [payload() for _one in PAYLOADS]
    for number, text in enumerate(texts):
        client.post('/my/channel/people/invite', {'name': text, 'email': f'x{number}@example.com', 'role': 'buyer'})
        client.post('/my/channel/profile/addresses', {
            'name': text, 'street': text, 'street2': text, 'phone': text, 'city': text, 'division': own['zone']})
    for name in ('name', 'vat', 'street', 'acc_number'):
        client.post('/my/channel/profile/changes', {name: payload(), 'acc_holder_name': payload()})
    client.post('/my/channel/money/raise', {'amount': '5', 'date_to': '2026-12-24', 'reason': payload()})
    for text in texts[:6]:
        client.call('/my/channel/pad/submit', {'lines': [{'product_id': own['product'][0], 'qty': 24}], 'note': text})
    answer = server.shell(FIND)
    return json.loads(answer.partition('found: ')[2].splitlines()[0])


@pytest.fixture
def look(server):
    """look(login, paths): opens each, in two browsers; what ran there."""

    def open_all(login, paths):
        with ThreadPoolExecutor(BROWSERS) as pool:
            found = pool.map(lambda some: _look(server, login, some), [paths[n::BROWSERS] for n in range(BROWSERS)])
            return [one for ran in found for one in ran]
    return open_all


def _look(server, login, paths):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get('CHANNEL_BROWSER', '/usr/bin/chromium'), args=ARGUMENTS)
        context = chromium.new_context(base_url=server.base_url, viewport={'width': 1280, 'height': 1600})
        answer = context.request.post('/web/session/authenticate', data={'jsonrpc': '2.0', 'params': {
            'db': server.db, 'login': login, 'password': login}})
        assert answer.json().get('result', {}).get('uid'), answer.text()
        page, ran, here = context.new_page(), [], ['']

        def answer_dialog(dialog):
            # A form that was begun asks before it is left. Any other dialog was a payload's.
            if dialog.type != 'beforeunload':
                ran.append((here[0], dialog.type))
            dialog.accept()

        page.on('dialog', answer_dialog)
        context.expose_binding('xssran', lambda source: ran.append((here[0], source['frame'].url)))
        for path in paths:
            here[0] = path
            _visit(page, path)
        chromium.close()
        return ran


def _visit(page, path):
    try:
        page.goto(path)
    except Error as error:
        # A file to keep, or an action that leads to one: nothing of it runs here.
        if not any(text in str(error) for text in ('Download is starting', 'ERR_ABORTED')):
            raise
        return
    with suppress(TimeoutError):  # a page without either is looked at as it is
        page.wait_for_function(DRAWN, timeout=5_000)
    page.wait_for_timeout(400)


def test_the_browser_would_notice(server, look):
    """Controls the test: a payload in a page that lets it run does run."""
    server.shell(f"""
view = env['ir.ui.view'].create({{'name': 'x', 'type': 'qweb', 'key': 'distributor_portal.x_control',
    'arch': '<t t-name="x"><div><img src="x" onerror="{RUN.replace('&', '&amp;')}"/></div></t>'}})
home = env.ref('distributor_portal.portal_more')
env['ir.ui.view'].create({{'name': 'y', 'type': 'qweb', 'inherit_id': home.id, 'key': 'distributor_portal.y_control',
    'arch': '<xpath expr="//h1" position="after"><t t-call="distributor_portal.x_control"/></xpath>'}})
env.cr.commit()
""")
    try:
        assert look('store', ['/my/channel/more'])
    finally:
        server.shell("""
env['ir.ui.view'].search([('key', '=', 'distributor_portal.y_control')]).unlink()
env['ir.ui.view'].search([('key', '=', 'distributor_portal.x_control')]).unlink()
env.cr.commit()
""")


def test_headquarters_looks_and_nothing_runs(sprayed, look):
    found, actions = sprayed
    assert len(PAYLOADS) >= 30
    assert {'sale.order', 'res.partner', 'channel.invitation', 'channel.change.request'} <= set(found), found
    shown = [name for name in found if name.startswith(('channel.', 'sale.order', 'res.partner'))]
    forms = [f'/odoo/{name}/{id_}' for name in shown for id_ in found[name] if name != 'sale.order.line']
    ran = look('admin', [*(f'/odoo/action-{action}' for action in actions), *forms])
    assert not ran


def test_other_people_of_the_channel_look_and_nothing_runs(sprayed, routes, look):
    pages = [
        route['path'] for route in routes
        if 'GET' in route['methods'] and route['auth'] == 'user' and '<' not in route['path']]
    found, _actions = sprayed
    orders = [f'/my/channel/orders/{id_}' for id_ in found['sale.order']]
    for login in ('store', 'dealer'):
        ran = look(login, [*pages, *orders])
        assert not ran, (login, ran)
