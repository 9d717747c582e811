"""The same loop as an integrator's program sees it: XML-RPC and JSON-2, one call for a batch."""
import uuid
from xmlrpc.client import Fault

import pytest


def order(member='D0001', qty=24, sku='YOG-P-200', **values):
    number = f'T-{uuid.uuid4().hex[:12]}'
    return {'external_id': number, 'member': member, 'lines': [{'sku': sku, 'qty': qty}], **values}


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


def test_whole_loop_over_xmlrpc(server):
    """A store's order by its program, its dealer's, headquarters' and again the store's."""
    integrator, dealer, desk, store = (server.rpc(login) for login in ('integrator', 'dealer', 'hq', 'store'))
    answer, = integrator('sale.order', 'channel_submit', [order('S00001', sku='YOG-B-200')])
    assert answer['status'] == 'held'
    ids = [answer['order_id']]
    assert dealer('sale.order', 'channel_decide', ids, 'approve') == {answer['name']: 'hq'}
    assert desk('sale.order', 'channel_decide', ids, 'approve') == {answer['name']: 'confirmed'}
    read, = desk('sale.order', 'read', ids, ['state', 'warehouse_id', 'picking_ids'])
    assert read['state'] == 'sale'
    assert read['warehouse_id'][1] == answer['sourcing'][0]['warehouse']
    assert desk('stock.picking', 'button_validate', read['picking_ids']) is True
    received = store('sale.order', 'channel_receive', ids, [{'sku': 'YOG-B-200', 'received': 24}])
    assert (received['differs'], received['status']) == (False, 'received')
    read, = desk('sale.order', 'read', ids, ['channel_state', 'invoice_ids', 'invoice_status'])
    assert (read['channel_state'], read['invoice_status']) == ('received', 'invoiced')
    invoice, = desk('account.move', 'read', read['invoice_ids'], ['state', 'amount_total'])
    assert invoice['state'] == 'posted'
    assert invoice['amount_total'] > 0


def test_portal_and_strangers_cannot_submit(server):
    for login in ('store', 'dealer', 'agent'):
        with pytest.raises(Fault, match="Only integrators"):
            server.rpc(login)('sale.order', 'channel_submit', [order()])
