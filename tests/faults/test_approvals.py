"""Two decisions at the same moment: neither is lost, and the order does not stay behind."""
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from xmlrpc.client import Fault

ROUNDS = 4


def test_two_who_must_both_approve_do_so_at_once(server):
    admin = server.rpc('admin')
    users = [admin('res.users', 'search', [('login', '=', login)])[0] for login in ('hq', 'admin')]
    chain, = admin('channel.approval.chain', 'create', [{
        'name': "Both", 'sequence': 1, 'is_final': True,
        'member_ids': [(6, 0, admin('channel.member', 'search', [('code', '=', 'D0014')]))],
        'step_ids': [(0, 0, {'kind': 'users', 'user_ids': [(6, 0, users)], 'needs_all': True})],
    }])
    try:
        for _round in range(ROUNDS):
            answer, = server.rpc('integrator')('sale.order', 'channel_submit', [{
                'external_id': uuid.uuid4().hex, 'member': 'D0014', 'lines': [{'sku': 'YOG-P-200', 'qty': 24}]}])
            assert answer['status'] == 'held', answer
            _decide_at_once(server, answer['order_id'], ('hq', 'admin'))
            read, = admin('sale.order', 'read', [answer['order_id']], ['channel_state'])
            assert read['channel_state'] == 'confirmed'
    finally:
        admin('channel.approval.chain', 'write', [chain], {'active': False})


def test_one_decision_pressed_by_many_is_one(server):
    answer, = server.rpc('integrator')('sale.order', 'channel_submit', [{
        'external_id': uuid.uuid4().hex, 'member': 'D0014', 'lines': [{'sku': 'YOG-P-200', 'qty': 240_000}]}])
    assert answer['status'] == 'held', answer
    _decide_at_once(server, answer['order_id'], ('hq', 'hq', 'admin', 'admin'))
    events = server.rpc('hq')(
        'channel.order.event', 'search_count', [('order_id', '=', answer['order_id']), ('kind', '=', 'hq_approved')])
    assert events == 1


def _decide_at_once(server, order_id, logins):
    """Each approves in a session of its own; who comes too late is told so, and nothing else."""
    barrier = Barrier(len(logins))

    def decide(login):
        call = server.rpc(login)
        barrier.wait()
        for _try in range(10):
            try:
                return call('sale.order', 'channel_decide', [order_id], 'approve')
            except Fault as fault:
                if 'do not wait for you' in str(fault):
                    return None
                if 'serialize' not in str(fault) and 'concurrent' not in str(fault).lower():
                    raise
        raise AssertionError("lost ten races")

    with ThreadPoolExecutor(len(logins)) as pool:
        return list(pool.map(decide, logins))
