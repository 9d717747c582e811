"""The same form sent by two at the same moment, as a thumb does that is not sure: one effect."""
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from devkit.visitor import Visitor

TAPS = 2


def tap_together(visitors, path, data):
    """Send the same form, token and all, at the same moment. :return: the answers"""
    barrier = threading.Barrier(len(visitors))

    def send(visitor):
        barrier.wait()
        return visitor.post(path, {**data, 'form_token': f'double-{path[-12:]}-0123456789'.replace('/', '-')})
    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(send, visitors))


def count(server, model, domain):
    answer = server.shell(f"print('count:', env[{model!r}].with_context(active_test=False).search_count({domain!r}))")
    return int(answer.partition('count:')[2].split()[0])


def test_two_taps_are_one_effect(server):
    owners = [Visitor(server, 'dealer2') for _tap in range(TAPS)]
    soon = date.today() + timedelta(days=40)  # noqa: DTZ011  a day, anywhere
    answers = tap_together(owners, '/my/channel/people/invite', {
        'name': "Twice", 'email': 'twice@example.com', 'role': 'buyer'})
    answers += tap_together(owners, '/my/channel/profile/changes', {'vat': 'TWICE-1'})
    answers += tap_together(owners, '/my/channel/profile/addresses', {
        'name': "Twice", 'street': "Road 1", 'division': '440304'})
    answers += tap_together(owners, '/my/channel/money/raise', {
        'amount': '77', 'date_to': soon.isoformat(), 'reason': "Twice"})
    assert all(answer.status_code < 400 for answer in answers), [answer.status_code for answer in answers]
    assert count(server, 'channel.invitation', [('email', '=', 'twice@example.com')]) == 1
    assert count(server, 'res.users', [('login', '=', 'twice@example.com')]) == 1
    assert count(server, 'channel.change.request', [('new', '=', 'TWICE-1')]) == 1
    assert count(server, 'res.partner', [('name', '=', 'Twice'), ('type', '=', 'delivery')]) == 1
    assert count(server, 'channel.credit.raise', [('reason', '=', 'Twice')]) == 1


def test_two_owners_cannot_remove_each_other_at_once(server):
    """Whoever comes second finds itself the last."""
    answer = server.shell("""
import json
member = env['channel.member'].search([('code', '=', 'S00051')])
ids = {}
for login in ('pair_a', 'pair_b'):
    contact = env['res.partner'].create({'name': login, 'parent_id': member.partner_id.id})
    user = env['res.users'].with_context(no_reset_password=True).create({
        'login': login, 'password': login, 'partner_id': contact.id,
        'group_ids': [(6, 0, env.ref('base.group_portal').ids)]})
    ids[login] = env['channel.member.user'].create({'member_id': member.id, 'user_id': user.id, 'role': 'owner'}).id
member.user_link_ids.filtered(lambda link: link.id not in ids.values()).unlink()
env.cr.commit()
print('pair: ' + json.dumps(ids))
""")
    ids = json.loads(answer.partition('pair: ')[2].splitlines()[0])
    first, second = Visitor(server, 'pair_a'), Visitor(server, 'pair_b')
    barrier = threading.Barrier(2)

    def remove(visitor, link):
        barrier.wait()
        return visitor.post(f'/my/channel/people/{link}/remove')
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(remove, first, ids['pair_b']), pool.submit(remove, second, ids['pair_a'])]:
            future.result()
    assert count(server, 'channel.member.user', [('member_id.code', '=', 'S00051'), ('role', '=', 'owner')]) == 1
