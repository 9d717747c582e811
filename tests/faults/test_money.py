"""Many taps at once: one signature, one payment."""
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

PARALLEL = 6


def at_once(calls):
    """Results of all `calls`, started behind one barrier."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def log_in(server, login):
    """A browser of its own."""
    session = requests.Session()
    session.post(f'{server.base_url}/web/session/authenticate', timeout=60, json={
        'jsonrpc': '2.0', 'params': {'db': server.db, 'login': login, 'password': login}})
    return session


def read(pattern, text):
    return re.search(pattern, text).group(1)


def test_many_sign_offs_at_once_are_one(server):
    browsers = [log_in(server, 'dealer') for _tab in range(PARALLEL)]
    page = browsers[0].get(f'{server.base_url}/my/channel/statements', timeout=60).text
    path = read(r'href="(?:/\w+)?(/my/channel/statements/\d+)"', page)

    def prepare(browser, number):
        form = browser.get(server.base_url + path, timeout=60).text
        data = {'name': f"Tab {number}", 'agrees': '1', 'form_token': secrets.token_urlsafe(16),
                'csrf_token': read(r'name="csrf_token" value="([^"]+)"', form),
                'sha256': read(r'name="sha256" value="(\w{64})"', form)}
        return lambda: browser.post(f'{server.base_url}{path}/sign', data=data, timeout=60)

    answers = at_once([prepare(browser, number) for number, browser in enumerate(browsers)])
    assert all(answer.status_code < 500 for answer in answers)
    assert 'signatures: 1.' in server.shell(f"""
statement = env['channel.reconciliation'].browse({path.rpartition('/')[2]})
print('signatures: %s.' % len(statement.signature_ids))
""")


def test_many_tabs_at_once_start_one_payment(server):
    def prepare(browser):
        page = browser.get(f'{server.base_url}/my/channel/pay?show=open', timeout=60).text
        assert 'data-transaction-route' in page
        names = re.findall(r'name="o_payment_radio"[^>]*', page)
        demo = next(name for name in names if 'data-provider-code="demo"' in name)
        params = {
            'provider_id': int(read(r'data-provider-id="(\d+)"', demo)), 'token_id': None, 'flow': 'direct',
            'payment_method_id': int(read(r'data-payment-option-id="(\d+)"', demo)),
            'amount': float(read(r'data-amount="([\d.]+)"', page)), 'tokenization_requested': False,
            'access_token': read(r'data-access-token="(\w+)"', page)}
        route = server.base_url + read(r'data-transaction-route="([^"]+)"', page)
        return lambda: browser.post(route, json={'jsonrpc': '2.0', 'params': params}, timeout=60).json()

    answers = at_once([prepare(log_in(server, 'dealer')) for _tab in range(PARALLEL)])
    started = [answer for answer in answers if 'result' in answer]
    assert len(started) == 1, answers
    assert 'payments: 1.' in server.shell(
        "print('payments: %s.' % env['payment.transaction'].search_count([('channel_member_id.code', '=', 'D0001')]))")
