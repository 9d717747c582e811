"""Every route of ours, by whatever way a stranger, a rival or a clumsy program may call it.

The routes are found in the routing map: a new page is tested on the day it is added.
"""
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from devkit.visitor import Visitor, fill

LOGINS = ('store', 'dealer', 'store_warehouse')
MISSING = 2_000_000_000
THREADS = 2  # as many as the server has processes
HERE = Path(__file__).parent
# Answers a download, a redirect or a refusal gives: none of them is a fault of ours.
ODD_IDS = ('0', '-1', '99999999999999999999', '2147483648', 'x', '%00', '%F0%9F%90%9F', '1.5', "1'--", '½')
ODD_TEXTS = (
    '', '\x00', 'NaN', 'inf', '-1', '1e400', '9' * 40, '9' * 5000, 'x' * 10_000, '٣', '½', '{{7*7}}',
    "'; DROP TABLE x; --", '\ud83d', '2026-13-45', '0000-00-00', '9999-12-31', '\u202egnp.exe', '${jndi:x}',
    '../../etc/passwd', '🐟' * 50, 'true', '[1]',
)
ODD_JSON = (
    None, True, -1, 0, 2**31, 10**30, 1e308, '', 'x' * 10_000, '\x00', [], [[]], [None], {}, {'a': {'b': []}}, [{}],
    ['x'] * 50, [{'product_id': True, 'qty': 'x'}], [{'product_id': 10**30, 'qty': -1}],
    [{'product_id': 1, 'qty': 1e300}],
)
EXTRA = {
    'partner_id': '1', 'user_id': '2', 'uid': '1', 'company_id': '1', 'member_id': '1', 'acting_for': '1',
    'channel_member_id': '1', 'state': 'sale', 'channel_state': 'confirmed', 'price_unit': '0.01',
    'discount': '99', 'amount_total': '1', 'credit_limit': '999999', 'limit_amount': '999999',
    'used_amount': '0', 'pricelist_id': '1', 'tier_id': '1', 'upstream_id': '', 'parent_id': '1',
    'parent_path': '/', 'groups_id': '[(4, 1)]', 'group_ids': '[(4, 1)]', 'active': '0', 'share': '0',
    'login': 'admin', 'password': 'hacked', 'email': 'x@evil.example', 'sudo': '1', 'su': '1',
    'context': '{"uid": 1}', 'model': 'res.users', 'res_model': 'res.users', 'res_id': '1', 'ids': '[1]',
    'domain': '[]', 'values': '{}', 'vals': '{}', 'method': 'unlink', 'order_line': '[(5,)]',
    'message_follower_ids': '[(4, 1)]', 'create_uid': '1', 'is_root': '1', 'needs_hq_approval': '',
    'date_approved': '2030-01-01', 'segment': 'vip', 'approver_ids': '[(4, 1)]', 'order_limit_amount': '0',
}
# What none of our forms may ever write, whatever is sent along.
PROTECTED = """
import hashlib, json
def digest(query):
    env.cr.execute(query)
    return hashlib.sha256(repr(env.cr.fetchall()).encode()).hexdigest()
print('digest: ' + json.dumps({
    'members': digest("SELECT id, partner_id, code, tier_id, upstream_id, parent_path, state, pricelist_id, segment,"
                      " company_id, reviews_downstream FROM channel_member ORDER BY id"),
    'tiers': digest("SELECT id, code, step, is_root, needs_hq_approval, reviews_downstream FROM channel_tier"
                    " ORDER BY id"),
    'companies': digest("SELECT id, name, vat, parent_id, company_id, user_id, active FROM res_partner"
                        " WHERE is_company ORDER BY id"),
    'credit': digest("SELECT id, member_id, limit_amount FROM channel_credit_line ORDER BY id"),
    'logins': digest("SELECT id, login, share, company_id, partner_id, password FROM res_users WHERE id <= %(last)s"
                     " ORDER BY id"),
    'groups': digest("SELECT * FROM res_groups_users_rel WHERE uid <= %(last)s ORDER BY 1, 2"),
    'prices': digest("SELECT id, product_id, price_unit, discount FROM sale_order_line WHERE id <= %(line)s"
                     " ORDER BY id"),
    'lists': digest("SELECT id, fixed_price, pricelist_id FROM product_pricelist_item ORDER BY id"),
    'owners': digest("SELECT id, partner_id, channel_member_id, company_id, user_id FROM sale_order"
                     " WHERE id <= %(order)s ORDER BY id"),
    'licences': digest("SELECT id, member_id, date_from, date_to, is_exclusive FROM channel_authorization"
                       " ORDER BY id"),
    'rules': digest("SELECT id, lane, active FROM channel_rule ORDER BY id"),
    'rights': digest("SELECT id, perm_read, perm_write, perm_create, perm_unlink FROM ir_model_access"
                     " ORDER BY id"),
}))
"""


@pytest.fixture(scope='module')
def planted(server):
    answer = server.shell((HERE / 'plant.py').read_text('utf-8'))
    return json.loads(answer.partition('probe: ')[2].splitlines()[0])


@pytest.fixture(scope='module')
def clients(server, planted):  # planted first: nobody is on the pages meanwhile
    return {login: Visitor(server, login) for login in LOGINS}


def is_fault(answer, route):
    """Whether this is an error of ours: a 5xx, or a JSON answer that tells of an exception nobody meant."""
    if answer.status_code >= 500:
        return True
    if route['type'] != 'jsonrpc' or not answer.text.startswith('{'):
        return False
    name = answer.json().get('error', {}).get('data', {}).get('name', 'odoo.')
    return not name.startswith(('odoo.', 'werkzeug.'))


def shape(answer, id_):
    """What an answer tells, without the id that was asked for and what changes with every page."""
    text = re.sub(r'[\w-]{16,}', '', answer.headers.get('Location', ''))
    location = text.replace(str(id_), 'ID')
    body = re.sub(rf'\b{id_}\b', 'ID', answer.text)
    return answer.status_code, location, body if answer.text.startswith('{') else len(body) // 2000


# --- whose it is


def test_foreign_id_looks_like_a_missing_one(routes, clients, planted):
    """Forms and calls; for pages see test_reachability."""
    foreign = planted['owned']['B']
    looked_at = ('channel.', 'sale.', 'stock.pick', 'account.move')
    some = {ids[0] for name, ids in foreign.items() if name.startswith(looked_at)}
    some |= {foreign[name][0] for name in ('res.partner', 'res.users') if foreign.get(name)}
    client, tried = clients['store'], 0
    for route in routes:
        if not route['ids'] or 'POST' not in route['methods'] or route['auth'] != 'user':
            continue
        given = {'decision': 'approve', 'reason': "mine", 'kind': 'answer', 'text': "x"}
        missing = shape(client.send(route, fill(route['path'], MISSING), given), MISSING)
        for id_ in sorted(some)[:12]:
            answer = client.send(route, fill(route['path'], id_), given)
            assert planted['canary']['B'] not in answer.text, f"{route['path']} shows {id_}"
            # An own record may have this number in another table; then the answer is its own business.
            if id_ not in {own for ids in planted['owned']['A'].values() for own in ids}:
                assert shape(answer, id_) == missing, f"{route['path']} tells {id_} from a missing one"
            tried += 1
    assert tried > 50


def test_forms_with_foreign_ids_change_nothing_of_theirs(routes, clients, planted, server):
    owned = {name: ids for name, ids in planted['owned']['B'].items()
             if name.startswith(('channel.', 'sale.order')) and name != 'channel.origin'}
    script = """
import hashlib, json
from odoo.tools import SQL
marks = {}
for name, ids in OWNED.items():
    model = env[name].sudo().with_context(active_test=False)
    if model._auto and not model._abstract:
        env.cr.execute(SQL("SELECT * FROM %s WHERE id = ANY(%s) ORDER BY id", SQL.identifier(model._table), ids))
        marks[name] = hashlib.sha256(repr(env.cr.fetchall()).encode()).hexdigest()
print('marks: ' + json.dumps(marks))
""".replace('OWNED', repr(owned))
    def take():
        return json.loads(server.shell(script).partition('marks: ')[2].splitlines()[0])
    before = take()
    client = clients['store']
    names = ('id', 'order_id', 'member_id', 'product_id', 'address_id', 'delegate_id', 'order', 'invoice_id', 'line_id')
    for route in routes:
        if 'POST' not in route['methods'] or route['auth'] != 'user':
            continue
        for id_ in sorted({ids[0] for ids in owned.values()})[::3]:
            given = dict.fromkeys((*names, *route['params']), id_) | {'decision': 'approve', 'reason': "mine"}
            given.pop('form_token', None)
            given.pop('token', None)
            client.send(route, fill(route['path'], id_), given)
    after = take()
    assert after == before, [name for name in before if before[name] != after[name]]


def test_anonymous_is_led_to_the_login(routes, server):
    for route in routes:
        if route['auth'] != 'user':
            continue
        for method in route['methods']:
            answer = requests.request(
                method, server.base_url + fill(route['path']), allow_redirects=False, timeout=60,
                **({'json': {'params': {}}} if route['type'] == 'jsonrpc' else {}))
            if route['type'] == 'jsonrpc':
                assert 'Session' in answer.text and '"result"' not in answer.text, route['path']
            else:
                assert answer.status_code in (303, 400), (route['path'], answer.status_code)


# --- what is written


def test_what_is_sent_along_is_not_written(routes, clients, server, planted):
    assert len(EXTRA) >= 40
    lasts = server.shell("""
import json
print('lasts: ' + json.dumps([
    env[name].search([], order='id desc', limit=1).id for name in ('res.users', 'sale.order.line', 'sale.order')]))
""")
    last, line, order = json.loads(lasts.partition('lasts: ')[2].splitlines()[0])
    script = PROTECTED.replace('%(last)s', str(last)).replace('%(line)s', str(line)).replace('%(order)s', str(order))

    def take():
        return json.loads(server.shell(script).partition('digest: ')[2].splitlines()[0])
    before = take()
    mine = planted['owned']['A']
    own = sorted({ids[0] for name, ids in mine.items() if name.startswith(('channel.', 'sale.order', 'stock.picking'))})
    for login in ('dealer', 'store_warehouse'):
        client = clients[login]
        for route in routes:
            # Who removes itself cannot go on; whom it removes loses its groups by right.
            if 'POST' not in route['methods'] or route['auth'] != 'user' or '/people/<int' in route['path']:
                continue
            for id_ in own[:6] if route['ids'] else own[:1]:
                client.send(route, fill(route['path'], id_), EXTRA)
    after = take()
    assert after == before, [name for name in before if before[name] != after[name]]


def test_forms_need_the_token_of_their_session(routes, clients):
    client, other = clients['dealer'], clients['store']
    for route in routes:
        if 'POST' not in route['methods']:
            continue
        path = client.base_url + fill(route['path'])
        if route['type'] == 'jsonrpc':
            # What a form on another site can send: a body that is no JSON by its type.
            for headers in ({'Content-Type': 'text/plain'}, {'Content-Type': 'application/x-www-form-urlencoded'}):
                answer = client.session.post(path, data='{"params": {}}', timeout=60, allow_redirects=False, headers={
                    **headers, 'Origin': 'https://evil.example'})
                assert answer.status_code >= 400, (route['path'], headers)
            continue
        if not route['csrf']:
            # Where machines call: what is not signed is refused, whoever's browser sends it.
            answer = client.session.post(path, data={'form_token': 'f' * 20}, timeout=60, allow_redirects=False)
            assert route['auth'] == 'public', f"{route['path']} needs no token"
            assert answer.status_code in {400, 401, 403, 404, 413}, (route['path'], answer.status_code)
            continue
        for token in ({}, {'csrf_token': ''}, {'csrf_token': 'x' * 50}, {'csrf_token': other.csrf}):
            answer = client.session.post(
                path, data={'form_token': 'f' * 20, **token}, timeout=60, allow_redirects=False)
            assert answer.status_code >= 400, (route['path'], token)


# --- odd input


def test_odd_ids_are_no_error_of_ours(routes, clients):
    client = clients['dealer']
    for route in routes:
        for odd in ODD_IDS if route['ids'] else ():
            for method in route['methods']:
                path = fill(route['path'], odd)
                answer = client.get(path) if method == 'GET' else client.send(route, path, {})
                assert not is_fault(answer, route), (method, path, answer.status_code, answer.text[:300])


def test_odd_parameters_are_no_error_of_ours(server, routes, planted):
    mine = planted['owned']['A']
    own = [mine[name][0] for name in ('sale.order', 'stock.picking', 'channel.case') if mine.get(name)]
    here = threading.local()

    def ask(route):
        if not hasattr(here, 'client'):
            here.client = Visitor(server, 'dealer')
        names = [name for name in (*route['params'], 'unknown') if name not in ('form_token', 'csrf_token')]
        return [
            (fill(route['path'], id_), odd, answer.text[-800:])
            for id_ in (own if route['ids'] else own[:1])
            for odd, answer in _ask_oddly(here.client, route, id_, names) if is_fault(answer, route)]
    with ThreadPoolExecutor(THREADS) as pool:
        faults = [fault for found in pool.map(ask, routes) for fault in found]
    assert not faults, (len(faults), faults[:5])


def _ask_oddly(client, route, id_, names):
    """(what was odd, answer) of each odd way to ask a route."""
    path = fill(route['path'], id_)
    if route['type'] == 'jsonrpc':
        for odd in ODD_JSON:
            yield odd, client.call(path, dict.fromkeys(names, odd))
        return
    for odd in ODD_TEXTS:
        given = dict.fromkeys(names, odd.encode('utf-8', 'surrogatepass'))
        if 'GET' in route['methods']:
            yield f'GET {odd!r}', client.get(path, params=given)
        if 'POST' in route['methods']:
            yield f'POST {odd!r}', client.post(path, given)
    if 'POST' in route['methods']:
        # A file where a text is awaited, a text where a file is, and several of each.
        yield 'files', client.post(path, files=[
            (name, ('x.pdf', b'%PDF-', 'text/html')) for name in (*names, 'file', 'files') for _twice in range(2)])
        yield 'arrays', client.post(path, {f'{name}[]': ['1', '2'] for name in names})


# --- what is shown


def test_pages_carry_their_headers_and_no_staff_notes(routes, clients, planted):
    shown = 0
    for client in clients.values():
        for route in routes:
            if 'GET' not in route['methods'] or route['auth'] != 'user' or '<int' in route['path']:
                continue
            answer = client.get(fill(route['path']), allow_redirects=True)
            assert f"{planted['canary']['A']} staff" not in answer.text, f"{route['path']}: a note for staff"
            assert f"internal {planted['canary']['A']}" not in answer.text, f"{route['path']}: an internal message"
            assert planted['canary']['B'] not in answer.text, f"{route['path']}: a rival"
            if '/my/channel' in answer.url and answer.headers.get('Content-Type', '').startswith('text/html'):
                assert "frame-ancestors 'self'" in answer.headers['Content-Security-Policy'], route['path']
                assert answer.headers['X-Content-Type-Options'] == 'nosniff', route['path']
                assert answer.headers['Referrer-Policy'] == 'same-origin', route['path']
                shown += 1
    assert shown > 20
