"""Many urgent orders at once on a carrier with little room: what is promised fits, nothing is lost."""
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Fault

ORDERS, ROOM = 8, 3


def submit_at_once(server, raws):
    """Answers of all orders, each sent by a client of its own, again after a lost race."""
    barrier = threading.Barrier(len(raws))

    def run(raw):
        call = server.rpc('integrator')
        barrier.wait()
        for _try in range(10):
            try:
                return call('sale.order', 'channel_submit', [raw])[0]
            except Fault as fault:
                if 'serialize' not in str(fault) and 'concurrent' not in str(fault).lower():
                    raise
        raise AssertionError("the order was refused ten times by races")
    with ThreadPoolExecutor(len(raws)) as pool:
        return list(pool.map(run, raws))


def test_room_of_a_carrier_is_never_overbooked(server):
    server.shell(f"""
room = env['channel.carrier.capacity'].search([('carrier_id.takes_urgent', '=', True)])
taken = room.day_ids.used_parcels
room.write({{'daily_parcels': taken + {ROOM}, 'urgent_parcels': taken + {ROOM}}})
env.cr.commit()
""")
    answers = submit_at_once(server, [
        {'external_id': uuid.uuid4().hex, 'member': f'D{number:04}', 'urgent': True,
         'lines': [{'sku': 'YOG-P-200', 'qty': 24}]} for number in range(1, ORDERS + 1)])
    urgent = [answer for answer in answers if any('ship_by' in parcel for parcel in answer['sourcing'])]
    assert len(answers) == ORDERS
    assert len(urgent) == ROOM, answers
    told = [answer for answer in answers if 'urgent' in {verdict['rule'] for verdict in answer['verdicts']}]
    assert len(told) == ORDERS - ROOM
    state = json.loads(server.shell("""
import json
day = env['channel.carrier.capacity'].search([('carrier_id.takes_urgent', '=', True)]).day_ids
print('room: ' + json.dumps([day.used_parcels, day.max_parcels, env['channel.carrier.day']._cron_check()]))
""").partition('room: ')[2].splitlines()[0])
    assert state[0] == state[1]
    assert state[2] == 0, "the counters agree with the parcels"
