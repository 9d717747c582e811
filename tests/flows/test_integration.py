"""The same loop as an integrator's program sees it: XML-RPC and JSON-2, one call for a batch."""
import uuid

import pytest


def order(member='D0001', qty=24, sku='YOG-P-200', **values):
    return {'external_id': f'T-{uuid.uuid4().hex[:12]}', 'member': member, 'lines': [{'sku': sku, 'qty': qty}], **values}


@pytest.fixture(params=['xmlrpc', 'json2'])
def submit(request, server):
    """submit(orders, options=None) over either protocol, as the integrator."""
    if request.param == 'xmlrpc':
        call = server.rpc('integrator')
        return lambda orders, options=None: call('sale.order', 'channel_submit', orders, options or {})
    call = server.json2('integrator')
    return lambda orders, options=None: call('sale.order', 'channel_submit', orders=orders, options=options or {})


def test_batch_of_good_and_bad_orders(submit):
    good, packs, nobody = order(), order(qty=25), order(member='D9999')
    answers = submit([good, packs, nobody, 'rubbish'])
    assert [answer['status'] for answer in answers] == ['accepted', 'rejected', 'rejected', 'rejected']
    assert [answer['external_id'] for answer in answers[:3]] == [raw['external_id'] for raw in (good, packs, nobody)]
    assert answers[0]['sourcing'][0]['warehouse']
    verdict = answers[1]['verdicts'][0]
    assert (verdict['rule'], verdict['line'], verdict['decision']) == ('pack', 0, 'block')
    assert verdict['message']
    assert verdict['fix']


def test_sent_again_is_the_first(submit):
    raw = order()
    first, = submit([raw])
    second, = submit([raw])
    assert second == {**first, 'status': 'duplicate'}


def test_dry_run_keeps_nothing(submit, server):
    raw = order()
    answer, = submit([raw], {'dry_run': True})
    assert (answer['status'], answer['order_id']) == ('accepted', False)
    again, = submit([raw])
    assert again['status'] == 'accepted'


def test_whole_loop_over_rpc(server):
    integrator, desk = server.rpc('integrator'), server.rpc('hq')
    answer, = integrator('sale.order', 'channel_submit', [order('D0001', sku='YOG-B-200')])
    assert answer['status'] == 'accepted'
    read, = desk('sale.order', 'read', [answer['order_id']], ['state', 'channel_state', 'picking_ids'])
    assert (read['state'], read['channel_state']) == ('sale', 'confirmed')
    assert desk('stock.picking', 'button_validate', read['picking_ids']) is True
    read, = desk('sale.order', 'read', [answer['order_id']], ['channel_state'])
    assert read['channel_state'] == 'shipped'


def test_portal_and_strangers_cannot_submit(server):
    from xmlrpc.client import Fault  # noqa: PLC0415
    for login in ('store', 'dealer', 'agent'):
        with pytest.raises(Fault, match="Only integrators"):
            server.rpc(login)('sale.order', 'channel_submit', [order()])
