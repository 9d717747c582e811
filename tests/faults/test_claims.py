"""Many claims of one delivery at once: never more is claimed than was shipped, and each is answered."""
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Fault

CLAIMS, EACH, SHIPPED = 8, 6, 24


def send_at_once(server, raws):
    """Answers of all claims, each sent by a client of its own, again after a lost race."""
    barrier = threading.Barrier(len(raws), timeout=60)
    calls = iter([server.rpc('integrator') for _raw in raws])

    def run(raw):
        call = next(calls)
        barrier.wait()
        for _try in range(10):
            try:
                return call('channel.claim', 'channel_claim', [raw])[0]
            except Fault as fault:
                if 'serialize' not in str(fault) and 'concurrent' not in str(fault).lower():
                    raise
        raise AssertionError("the claim was refused ten times by races")
    with ThreadPoolExecutor(len(raws)) as pool:
        return list(pool.map(run, raws))


def test_no_more_is_claimed_than_was_shipped(server):
    number = uuid.uuid4().hex
    delivery = server.shell(f"""
env = env(context=dict(env.context, tracking_disable=True))
answer = env['sale.order'].channel_submit([{{
    'external_id': '{number}', 'member': 'D0001', 'lines': [{{'sku': 'YOG-P-200', 'qty': {SHIPPED}}}]}}])[0]
env.cr.commit()  # the order was made in a transaction of its own
order = env['sale.order'].browse(answer['order_id'])
if order.channel_state == 'hq':
    order.action_channel_approve()
for move in order.picking_ids.move_ids:
    move.quantity, move.picked = move.product_uom_qty, True
order.picking_ids.button_validate()
env.cr.commit()
print('delivery: ' + order.picking_ids.name)
""").partition('delivery: ')[2].splitlines()[0]
    raws = [{'external_id': f'{number}-{i}', 'delivery': delivery, 'lines': [
        {'sku': 'YOG-P-200', 'kind': 'damaged', 'qty': EACH}]} for i in range(CLAIMS)]
    answers = send_at_once(server, raws)
    statuses = [answer['status'] for answer in answers]
    assert statuses.count('sent') == SHIPPED // EACH, answers
    assert statuses.count('rejected') == CLAIMS - SHIPPED // EACH
    again = send_at_once(server, [raws[statuses.index('sent')]] * 4)
    assert len({answer['name'] for answer in again}) == 1
    counted = json.loads(server.shell(f"""
import json
picking = env['stock.picking'].search([('name', '=', '{delivery}')])
counter = env['channel.claim.counter'].search([('picking_id', '=', picking.id)])
print('counted: ' + json.dumps([counter.claimed_qty, counter.limit_qty, len(picking.channel_claim_ids)]))
""").partition('counted: ')[2].splitlines()[0])
    assert counted == [SHIPPED, SHIPPED, SHIPPED // EACH]
