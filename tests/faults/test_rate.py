"""Guessing passwords at a server with two workers: whatever worker, page or protocol, it is counted together."""
import contextlib
import json
import threading
import urllib.error
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from devkit import databases, odoo
from devkit.live import LiveServer

ATTEMPTS = 200
CLIENTS = 8
VICTIM = 'dealer2'
OTHERS = ('dealer', 'agent', 'store')


@pytest.fixture(scope='module')
def guarded():
    with databases.scratch(databases.template('demo'), 'rate') as name:
        odoo.log_path('rate-server').unlink(missing_ok=True)
        running = odoo.Server(name, odoo.free_port(), 'rate-server', arguments=[
            '--workers', '2', '--max-cron-threads', '0', '--gevent-port', str(odoo.free_port())])
        try:
            yield LiveServer(running.wait_until_served())
        finally:
            running.stop()


class Knocker:
    """One client: knocks by the web's login page, by JSON and by XML-RPC in turn."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    def knock(self, number, login, password):
        """Whether the door opened."""
        return (self._page, self._json, self._xmlrpc)[number % 3](login, password)

    def _page(self, login, password):
        session = requests.Session()  # a form of its own: a login makes those before it void
        session.cookies.update(self.cookies)
        page = session.get(f'{self.server.base_url}/web/login', timeout=60).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        answer = session.post(f'{self.server.base_url}/web/login', allow_redirects=False, timeout=120, data={
            'login': login, 'password': password, 'csrf_token': token})
        self.cookies = {name: value for name, value in session.cookies.items() if name != 'session_id'}
        return answer.status_code == 303

    def _json(self, login, password):
        answer = requests.post(f'{self.server.base_url}/web/session/authenticate', timeout=120, json={
            'jsonrpc': '2.0', 'params': {'db': self.server.db, 'login': login, 'password': password}}).json()
        return bool(answer.get('result', {}).get('uid'))

    def _xmlrpc(self, login, password):
        common = xmlrpc.client.ServerProxy(f'{self.server.base_url}/xmlrpc/2/common')
        return bool(common.authenticate(self.server.db, login, password, {}))


def count_checked(server):
    """Wrong passwords that were looked at, by login; what the server has written for all its workers."""
    answer = server.shell(
        "import json\nprint('rates: ' + json.dumps([[row.kind, row.key, row.tries, row.refused]"
        " for row in env['channel.rate'].search([])]))")
    return json.loads(answer.partition('rates: ')[2].splitlines()[0])


def test_two_hundred_guesses_are_ten_at_most_and_hinder_nobody_else(guarded):
    for login in OTHERS:  # they have come from here before
        assert Knocker(guarded)._xmlrpc(login, login)
    opened, good, numbers = [], [], iter(range(ATTEMPTS))
    lock = threading.Lock()

    def run(_client):
        knocker = Knocker(guarded)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            if knocker.knock(number, VICTIM, f'guess {number}'):
                opened.append(number)
            if number % 10 == 0:
                login = OTHERS[number // 10 % 3]
                good.append(knocker.knock(number // 10, login, login))
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(run, range(CLIENTS)))
    assert not opened
    assert good and all(good), f"{good.count(False)} of {len(good)} good logins were refused"
    rows = [row for row in count_checked(guarded) if row[0] == 'login' and row[1] == VICTIM]
    assert len(rows) == 1 and rows[0][2] <= 10, rows
    assert rows[0][2] >= 3, "the first tries were really looked at"
    assert not Knocker(guarded)._json(VICTIM, VICTIM), "nothing is told while it is limited"
    guarded.shell(f"env['channel.rate'].search([('key', 'like', {VICTIM!r})]).action_release()\nenv.cr.commit()")
    assert Knocker(guarded)._json(VICTIM, VICTIM), "a manager lets it in again"


def test_passwords_of_single_calls_count_too(guarded):
    user = guarded.rpc('agent2')('res.users', 'search', [('login', '=', 'agent2')])[0]
    models = xmlrpc.client.ServerProxy(f'{guarded.base_url}/xmlrpc/2/object')
    for number in range(30):
        with contextlib.suppress(xmlrpc.client.Fault):
            models.execute_kw(guarded.db, user, f'guess {number}', 'res.users', 'search', [[]])
            raise AssertionError("a guess was taken")
    rows = [row for row in count_checked(guarded) if row[0] == 'login' and row[1] == 'agent2']
    assert rows[0][2] <= 10, rows


def test_wrong_keys_are_turned_away_and_a_right_one_never(guarded):
    right = guarded.json2('integrator')
    codes = []
    for number in range(40):
        answer = requests.post(f'{guarded.base_url}/json/2/res.users/context_get', json={}, timeout=60, headers={
            'Authorization': f'Bearer {number:040d}', 'X-Odoo-Database': guarded.db})
        codes.append(answer.status_code)
        if number % 10 == 0:
            assert right('res.users', 'context_get')
    assert set(codes) == {401, 429} and codes.count(401) <= 25, codes
    assert int(answer.headers['Retry-After']) > 0
    with contextlib.suppress(urllib.error.HTTPError):
        assert right('res.users', 'context_get')


def test_counts_outlive_the_server(guarded):
    before = {(row[0], row[1]): row[2] for row in count_checked(guarded)}
    assert before and all(key for _kind, key in before), "in the database, not in a worker's memory"
