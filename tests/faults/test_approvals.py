"""Two decisions at the same moment: neither is lost, and the order does not stay behind."""
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from xmlrpc.client import Fault

ROUNDS = 4


def test_two_who_must_both_approve_do_so_at_once(server):
    users = [server.rpc('admin')('res.users', 'search', [('login', '=', login)])[0] for login in ('hq', 'admin')]
    with _chain(server, {'kind': 'users', 'user_ids': [(6, 0, users)], 'needs_all': True}):
        for _round in range(ROUNDS):
            order = _submit(server)
            _decide_at_once(server, order, ('hq', 'admin'))
            read, = server.rpc('hq')('sale.order', 'read', [order], ['channel_state'])
            assert read['channel_state'] == 'confirmed'


def test_one_decision_pressed_by_many_is_one(server):
    with _chain(server, {}):
        order = _submit(server)
        _decide_at_once(server, order, ('hq', 'hq', 'admin', 'admin'))
    events = server.rpc('hq')(
        'channel.order.event', 'search_count', [('order_id', '=', order), ('kind', '=', 'hq_approved')])
    assert events == 1


@contextmanager
def _chain(server, step):
    """A chain for one dealer's orders, as long as the test needs it."""
    admin = server.rpc('admin')
    chain, = admin('channel.approval.chain', 'create', [{
        'name': "Race", 'sequence': 1, 'is_final': True, 'step_ids': [(0, 0, step)],
        'member_ids': [(6, 0, admin('channel.member', 'search', [('code', '=', 'D0014')]))],
    }])
    yield
    admin('channel.approval.chain', 'write', [chain], {'active': False})


def _submit(server):
    answer, = server.rpc('integrator')('sale.order', 'channel_submit', [{
        'external_id': uuid.uuid4().hex, 'member': 'D0014', 'lines': [{'sku': 'YOG-P-200', 'qty': 24}]}])
    assert answer['status'] == 'held', answer
    return answer['order_id']


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
