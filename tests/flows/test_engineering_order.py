"""Engineering orders, made up by configuration alone in a running database: over XML-RPC, as a manager."""
import uuid

import pytest
import requests

MAX_SETTINGS = 30


class Manager:
    """Creates records as the manager and counts every value that it sets."""

    def __init__(self, call):
        self.call, self.settings = call, 0

    def create(self, model, values):
        self.settings += count_values(values)
        return self.call(model, 'create', [values])[0]


def count_values(value):
    """Leaves of nested values; the wrapping of x2many commands is none."""
    if isinstance(value, dict):
        return sum(count_values(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        if len(value) == 3 and value[:2] == (0, 0):
            return count_values(value[2])
        if len(value) == 3 and value[:2] == (6, 0):
            return len(value[2])
        return sum(count_values(one) for one in value)
    return 1


@pytest.fixture(scope='module')
def configured(server):
    """An order type with a form, an added field, and a chain of two steps of which one has a deadline."""
    manager = Manager(server.rpc('admin'))
    model, = manager.call('ir.model', 'search', [('model', '=', 'sale.order')])
    contact = manager.create('ir.model.fields', {
        'model_id': model, 'name': 'x_client_contact', 'field_description': "Client Contact", 'ttype': 'char'})
    order_type = manager.create('channel.order.type', {
        'name': "Engineering Order Approval",
        'code': 'eng-approval',
        'form_definition': [
            {'name': 'project_number', 'string': "Project Number", 'type': 'char'},
            {'name': 'acceptance', 'string': "Acceptance Status", 'type': 'selection',
             'selection': [['open', "Not Yet"], ['done', "Accepted"]]},
        ],
        'field_ids': [
            (0, 0, {'name': "Project Number", 'is_required': True}),
            (0, 0, {'name': "Acceptance Status", 'portal': 'read'}),
            (0, 0, {'field_id': contact}),
        ],
    })
    chain = manager.create('channel.approval.chain', {
        'name': "Engineering",
        'sequence': 1,
        'is_final': True,
        'order_type_ids': [(6, 0, [order_type])],
        'step_ids': [
            (0, 0, {'sequence': 1, 'kind': 'upstream'}), (0, 0, {'deadline': 2, 'deadline_unit': 'days'}),
        ],
    })
    yield manager, chain
    # The other stories order without it.
    manager.call('channel.approval.chain', 'write', [chain], {'active': False})
    manager.call('channel.order.type', 'write', [order_type], {'active': False})


def portal(server, login):
    """A session of the dealer centre, and a call of its JSON routes."""
    session = requests.Session()
    answer = session.post(f'{server.base_url}/web/session/authenticate', json={
        'jsonrpc': '2.0', 'params': {'db': server.db, 'login': login, 'password': login}}, timeout=60)
    assert answer.json()['result']['uid']

    def call(path, **params):
        answer = session.post(
            f'{server.base_url}/my/channel/{path}', json={'jsonrpc': '2.0', 'params': params}, timeout=120)
        return answer.json()['result']

    def page(path):
        return session.get(f'{server.base_url}/my/channel/{path}', timeout=120).text
    return call, page


def test_thirty_settings_are_enough(configured):
    manager, chain = configured
    assert manager.settings <= MAX_SETTINGS, manager.settings
    sentence = manager.call('channel.approval.chain', 'read', [chain], ['description'])[0]['description']
    assert sentence == (
        "Orders of the type Engineering Order Approval: first the upstream, then Order Desk within 2 working days.")


def test_order_from_the_portal_waits_is_approved_by_both_and_its_acceptance_follows(server, configured):
    call, page = portal(server, 'dealer')
    assert "Client Contact" in page('pad')
    desk = server.rpc('hq')
    product, = desk('product.product', 'search', [('default_code', '=', 'YOG-P-200')])
    lines = [{'product_id': product, 'qty': 24}]
    refused = call('pad/submit', lines=lines, token=uuid.uuid4().hex, type='eng-approval', form={})
    assert refused['status'] == 'rejected'
    assert "Project Number" in refused['verdicts'][0]['message']
    answer = call('pad/submit', lines=lines, token=uuid.uuid4().hex, type='eng-approval', form={
        'project_number': "P-2026-07", 'x_client_contact': "Wang Fang"})
    assert answer['status'] == 'held', answer
    ids = [answer['order_id']]

    assert server.rpc('agent')('sale.order', 'channel_decide', ids, 'approve') == {answer['name']: 'hq'}
    rows = desk('channel.approval', 'search_read', [('order_id', 'in', ids)], ['state', 'deadline', 'why'])
    assert [row['state'] for row in rows] == ['approved', 'pending']
    assert rows[1]['deadline']
    assert "Engineering" in rows[1]['why']
    assert desk('sale.order', 'channel_decide', ids, 'approve') == {answer['name']: 'confirmed'}
    read, = desk('sale.order', 'read', ids, ['state', 'x_client_contact'])
    assert (read['state'], read['x_client_contact']) == ('sale', "Wang Fang")

    shown = page(f'orders/{ids[0]}')
    assert "P-2026-07" in shown
    assert "Wang Fang" in shown
    assert "Accepted" not in shown.partition('o_channel_form')[2]  # an arrival after the cut-off says the word too
    form, = desk('sale.order', 'read', ids, ['channel_form'])
    for field in form['channel_form']:
        if field['name'] == 'acceptance':
            field['value'] = 'done'
    assert desk('sale.order', 'write', ids, {'channel_form': form['channel_form']})
    shown = page(f'orders/{ids[0]}')
    assert "Accepted" in shown.partition('o_channel_form')[2]
    assert "P-2026-07" in shown


def test_order_of_a_program_names_fields_by_their_labels(server, configured):
    submit = server.rpc('integrator')
    raw = {'external_id': uuid.uuid4().hex, 'member': 'D0001', 'lines': [{'sku': 'YOG-P-200', 'qty': 24}],
           'type': 'eng-approval', 'properties': {"Project Number": "P-8", "Client Contact": "Li Na"}}
    bad = {**raw, 'external_id': uuid.uuid4().hex, 'properties': {"Project Number": "P-8", "Acceptance Status": 'done'}}
    good, refused = submit('sale.order', 'channel_submit', [raw, bad])
    assert (good['status'], refused['status']) == ('held', 'rejected')
    assert "Acceptance Status" in refused['verdicts'][0]['message']
    server.rpc('agent')('sale.order', 'channel_decide', [good['order_id']], 'refuse', "Not our project")


def test_added_field_stands_in_the_back_office_form(server, configured):
    arch = server.rpc('hq')('sale.order', 'get_view', None, 'form')['arch']
    assert 'x_client_contact' in arch
