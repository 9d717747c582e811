"""Every model and every route as each portal role: no record of a rival line is reached, by any way we know.

Two lines of the demo channel are marked with a canary each (plant.py). A run counts only if each user sees its own.
"""
import json
import re
from pathlib import Path
from xmlrpc.client import Fault

import pytest
import requests

ROLES = {
    'store': 'A', 'store_buyer': 'A', 'store_warehouse': 'A', 'dealer': 'A', 'agent': 'A',
    'store2': 'B', 'dealer2': 'B', 'agent2': 'B',
}
RIVAL = {'A': 'B', 'B': 'A'}
OURS = '/my/channel'
KINDS = {  # of which a path names a number
    'statements': 'channel.reconciliation', 'orders': 'sale.order', 'receive': 'stock.picking', 'cases': 'channel.case',
    'claims': 'channel.claim', 'invoices': 'account.move',
}
# Names a product, which everybody may order: what lies of it at the visitor's own.
NOBODYS = re.compile(rf'{OURS}/stock/')
MISSING = 2_000_000_000
# What an app is made of has to be there before anybody logs in; it names the company, and nobody.
FOR_EVERYBODY = {'manifest.webmanifest', 'service-worker.js', 'offline'}
READ_TYPES = {'char', 'text', 'html', 'many2one', 'json', 'reference'}
SKIPPED = re.compile(r'^/web/(session/logout|database)|^/web/tests|^/doc')


@pytest.fixture(scope='module')
def planted(server):
    answer = server.shell((Path(__file__).parent / 'plant.py').read_text('utf-8'))
    return json.loads(answer.partition('probe: ')[2].splitlines()[0])


@pytest.fixture(params=sorted(ROLES))
def visitor(request, server, planted):
    return Visitor(server, planted, request.param)


class Visitor:
    def __init__(self, server, planted, login):
        self.login, self.server = login, server
        self.own, self.rival = ROLES[login], RIVAL[ROLES[login]]
        self.canary = planted['canary'][self.rival]
        self.foreign = {name: set(ids) for name, ids in planted['owned'][self.rival].items()}
        self.mine = {name: set(ids) for name, ids in planted['owned'][self.own].items()}
        self.call = server.rpc(login)

    def tried(self, *arguments, **named):
        """The answer, or None where it was refused."""
        try:
            return self.call(*arguments, **named)
        except Fault:
            return None

    def session(self):
        session = requests.Session()
        params = {'db': self.server.db, 'login': self.login, 'password': self.login}
        answer = session.post(
            f'{self.server.base_url}/web/session/authenticate', json={'jsonrpc': '2.0', 'params': params}, timeout=60)
        assert answer.json()['result']['uid']
        return session


def test_no_model_shows_a_rivals_record(visitor, planted):
    seen_own = set()
    for model in planted['models']:
        ids = visitor.tried(model, 'search', [], context={'active_test': False})
        if ids is None:
            continue
        reached = set(ids) & visitor.foreign.get(model, set())
        assert not reached, f"{visitor.login} finds {model} {sorted(reached)[:5]} of a rival"
        if set(ids) & visitor.mine.get(model, set()):
            seen_own.add(model)
        for rows in _read_all(visitor, model, ids[:80]):
            assert visitor.canary not in json.dumps(rows, default=str), f"{visitor.login} reads a rival in {model}"
    assert {'channel.member', 'sale.order', 'sale.order.line', 'res.partner'} <= seen_own, "the probe itself is blind"


def test_no_foreign_id_is_answered(visitor):
    for model, ids in visitor.foreign.items():
        some = sorted(ids)[:2]
        for method, arguments in (
            ('read', (some, ['display_name'])),
            ('web_read', (some, {'display_name': {}})),
            ('export_data', (some, ['id'])),
            ('name_search', (visitor.canary,)),
            ('search', ([('id', 'in', some)],)),
        ):
            rows = visitor.tried(model, method, *arguments)
            assert not _mentions(rows, some, visitor.canary), f"{visitor.login}: {model}.{method} answers on {some}"
        for operation in ('write', 'unlink'):
            may = visitor.tried(model, 'has_access', some, operation)
            assert not may, f"{visitor.login} may {operation} {model} {some}"


def test_no_question_reaches_a_rival(visitor):
    """A domain must not tell what a read refuses."""
    canary = visitor.canary
    questions = [
        ('channel.member', 'note'), ('channel.member', 'partner_id.comment'), ('channel.member', 'partner_id.street2'),
        ('channel.member', 'upstream_id.note'), ('channel.member', 'ancestor_ids.partner_id.street2'),
        ('channel.member', 'pricelist_id.name'), ('sale.order', 'note'), ('sale.order', 'pricelist_id.name'),
        ('sale.order', 'channel_member_id.partner_id.comment'), ('sale.order', 'partner_id.comment'),
        ('sale.order', 'message_ids.body'), ('sale.order.line', 'order_id.note'), ('res.partner', 'comment'),
        ('res.partner', 'channel_member_ids.note'), ('res.users', 'channel_link_ids.member_id.note'),
        ('res.partner', 'street2'), ('account.move', 'partner_id.street2'), ('stock.picking', 'partner_id.street2'),
    ]
    for model, path in questions:
        assert not visitor.tried(model, 'search', [(path, 'ilike', canary)]), f"{visitor.login}: {model}.{path} tells"


def test_no_route_shows_a_rivals_record(visitor, planted):
    session = visitor.session()
    sample = {name: sorted(ids)[:2] for name, ids in visitor.foreign.items()}
    tried = 0
    for rule, methods in planted['routes']:
        if 'GET' not in methods or SKIPPED.match(rule) or '<' not in rule:
            continue
        for foreign in _foreign_paths(rule, sample):
            answer = session.get(visitor.server.base_url + foreign, allow_redirects=False, timeout=60)
            tried += 1
            assert visitor.canary not in answer.text, f"{visitor.login}: {foreign} shows a rival"
            # A page's number is no record's, and a rival's record of another kind can have the number of one's own.
            if rule.startswith(OURS) and '/page/' not in rule and not (
                    NOBODYS.match(foreign) or _is_own(visitor, foreign)):
                assert answer.status_code < 500, f"{foreign}: {answer.status_code}"
                missing = re.sub(r'/\d+', f'/{MISSING}', foreign)
                assert _ending(session, visitor, foreign) == _ending(session, visitor, missing), foreign
    assert tried > 30


def _is_own(visitor, path):
    """Whether the path's number is that of a record of the visitor's own, of the kind that the path names."""
    for part, model in KINDS.items():
        number = re.search(rf'/{part}/(\d+)', path)
        if number:
            return int(number.group(1)) in visitor.mine.get(model, ())
    return False


def test_pages_show_own_and_no_other(visitor):
    session = visitor.session()
    for path in ('', '/orders?show=all', '/approvals', '/receive', '/pad'):
        answer = session.get(f'{visitor.server.base_url}{OURS}{path}', timeout=60)
        assert answer.status_code == 200
        assert visitor.canary not in answer.text


def test_posts_on_a_rivals_records_change_nothing(visitor, server):
    session = visitor.session()
    orders = sorted(visitor.foreign['sale.order'])
    pickings = sorted(visitor.foreign.get('stock.picking', ()))[:5]
    desk = server.rpc('hq')
    before = desk('sale.order', 'read', orders, ['channel_state', 'state'])
    token = re.search(r'csrf_token: "([^"]+)"', session.get(f'{server.base_url}{OURS}', timeout=60).text).group(1)
    for path in [f'/orders/{order}/{what}' for order in orders for what in ('decide', 'cancel')] + [
            f'/receive/{picking}' for picking in pickings]:
        answer = session.post(f'{server.base_url}{OURS}{path}', data={
            'csrf_token': token, 'decision': 'approve', 'reason': "mine", 'channel_state': 'received'},
            allow_redirects=False, timeout=60)
        assert answer.status_code == 303, path
    assert desk('sale.order', 'read', orders, ['channel_state', 'state']) == before


def test_anonymous_reaches_nothing(server, planted):
    for rule, methods in planted['routes']:
        if rule.startswith(OURS) and 'GET' in methods:
            path = re.sub(r'<[^>]+>', '1', re.sub(r'<any\((\w+)[^>]*>', r'\1', rule))
            answer = requests.get(server.base_url + path, allow_redirects=False, timeout=60)
            if path.rsplit('/', 1)[1] in FOR_EVERYBODY:
                assert answer.status_code == 200
                assert not any(canary in answer.text for canary in planted['canary'].values())
                continue
            assert answer.status_code == 303, path
            assert '/web/login' in answer.headers['Location']


def test_the_probe_notices_a_widened_rule(server, planted):
    """Controls the test: with one rule switched off, it must find something."""
    for xmlid, model in (('channel_member_portal_rule', 'channel.member'), ('sale_order_portal_rule', 'sale.order')):
        visitor = Visitor(server, planted, 'store')
        before = server.shell(f"""
rule = env.ref('distributor_portal.{xmlid}')
print('rule: ' + repr(rule.domain_force))
rule.domain_force = [(1, '=', 1)]
env.cr.commit()
""").partition('rule: ')[2].splitlines()[0]
        try:
            assert set(visitor.call(model, 'search', [])) & visitor.foreign[model], "a widened rule was not noticed"
        finally:
            server.shell(f"env.ref('distributor_portal.{xmlid}').domain_force = {before}\nenv.cr.commit()\n")
        assert not set(visitor.call(model, 'search', [])) & visitor.foreign[model]


def _read_all(visitor, model, ids):
    """What the user reads of all fields it is offered; where one is refused, each alone, so that it hides no other."""
    fields = visitor.tried(model, 'fields_get', [], ['type']) or {}
    names = [name for name, field in fields.items() if field['type'] in READ_TYPES]
    rows = visitor.tried(model, 'read', ids, names)
    if rows is not None:
        yield rows
        return
    for name in names:
        yield visitor.tried(model, 'read', ids, [name])


def _ending(session, visitor, path):
    """Where a path leads in the end, with which status, and what a short answer says; whatever id it names."""
    answer = session.get(visitor.server.base_url + path, timeout=60)
    return answer.status_code, re.sub(r'/\d+', '/0', answer.url), answer.text if len(answer.text) < 500 else None


def _mentions(answer, ids, canary):
    if answer in (None, False, []):
        return False
    text = json.dumps(answer, default=str)
    return canary in text or any(re.search(rf'\b{id_}\b', text) for id_ in ids)


def _foreign_paths(rule, sample):
    """The route's path with ids of the rival's in it: by model where it names one, else of the usual documents."""
    named = re.search(r"<model\(['\"]([\w.]+)['\"]", rule)
    if named:
        ids = sample.get(named.group(1), [])
    elif '<int' in rule:
        ids = [id_ for model in _models_of(rule) for id_ in sample.get(model, [])]
    else:
        return
    for id_ in ids:
        path = re.sub(r'<[^>]*(int|model)[^>]*>', str(id_), rule)
        if '<' not in path:
            yield path


# What the numbers in our own addresses are of.
MODELS = {
    'transfer_id': 'channel.transfer', 'offer_id': 'channel.offer', 'deviation_id': 'channel.deviation',
    'device_id': 'channel.device', 'template_id': 'channel.order.template', 'claim_id': 'channel.claim',
    'case_id': 'channel.case', 'statement_id': 'channel.reconciliation', 'stock_id': 'channel.stock',
    'invoice_id': 'account.move', 'picking_id': 'stock.picking', 'transaction_id': 'payment.transaction',
}


def _models_of(rule):
    if '/invoices' in rule:
        return ['account.move']
    if '/receive' in rule or 'picking' in rule:
        return ['stock.picking']
    if 'attachment' in rule or '/content' in rule or '/image' in rule:
        return ['ir.attachment']
    named = [MODELS[name] for name in re.findall(r'<int:(\w+)>', rule) if name in MODELS]
    return [*named, 'sale.order'] if named else ['sale.order', 'res.partner']
