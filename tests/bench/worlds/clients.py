"""A server's users: a portal user's browser, headquarters' web client, an integrator's program; and the clocks."""
import http.cookiejar
import json
import re
import statistics
import time
import urllib.parse
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass

import psutil


class Browser:
    """One session of one user; the password is the login."""

    def __init__(self, base_url, database, login):
        self.base_url = base_url
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        answer = self.call('/web/session/authenticate', db=database, login=login, password=login)
        assert answer.get('uid'), f"{login} cannot log in"

    def get(self, path):
        """The page's text, once it has come to `path` itself."""
        with self.opener.open(self.base_url + path, timeout=300) as response:
            text = response.read().decode()
            assert urllib.parse.urlsplit(response.url).path == urllib.parse.urlsplit(path).path, response.url
        return text

    def call(self, route, **params):
        request = urllib.request.Request(
            self.base_url + route, json.dumps({'jsonrpc': '2.0', 'params': params}).encode(),
            {'Content-Type': 'application/json'})
        with self.opener.open(request, timeout=300) as response:
            answer = json.load(response)
        assert 'error' not in answer, answer['error']
        return answer['result']

    def call_kw(self, model, method, *args, **kwargs):
        return self.call(f'/web/dataset/call_kw/{model}/{method}', model=model, method=method, args=args, kwargs=kwargs)

    def read_list(self, model, domain, order):
        """What the web client asks for to show the first page of a list."""
        view = self.call_kw(model, 'get_views', [[False, 'list']])
        fields = view['models'][model]['fields']
        names = set(re.findall(r'<field name="(\w+)"', view['views']['list']['arch'])) & set(fields)
        wanted = {name: {'fields': {'display_name': {}}} if fields[name]['type'] == 'many2one' else {}
                  for name in names}

        def read():
            return self.call_kw(model, 'web_search_read', domain=domain, specification=wanted, limit=80, order=order,
                                count_limit=10001)
        return read


def connect(base_url, database, login):
    """call(model, method, *arguments) over XML-RPC."""
    user = xmlrpc.client.ServerProxy(f'{base_url}/xmlrpc/2/common').authenticate(database, login, login, {})
    models = xmlrpc.client.ServerProxy(f'{base_url}/xmlrpc/2/object', allow_none=True)
    return lambda model, method, *arguments: models.execute_kw(database, user, login, model, method, list(arguments))


@dataclass
class Times:
    """Seconds of single calls, and the processor time of server and database while they were made."""

    walls: list[float]
    core: float

    def row(self):
        """(number, p50 ms, p95 ms, core ms each)"""
        return (len(self.walls), statistics.median(self.walls) * 1e3, percentile(self.walls, .95) * 1e3,
                self.core / len(self.walls) * 1e3)


def percentile(values, share):
    """The smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


class Clock:
    """Processor time of a server with all its workers, and of the backends of its database."""

    def __init__(self, server_pid, postmaster_pid):
        self.roots = [psutil.Process(pid) for pid in (server_pid, postmaster_pid) if pid]

    def read(self):
        total = 0.0
        for root in self.roots:
            for process in (root, *root.children(recursive=True)):
                try:
                    times = process.cpu_times()
                    total += times.user + times.system + times.children_user + times.children_system
                except psutil.Error:
                    continue
        return total

    def time(self, calls: list[Callable]) -> Times:
        start, walls = self.read(), []
        for call in calls:
            before = time.perf_counter()
            call()
            walls.append(time.perf_counter() - before)
        return Times(walls, self.read() - start)
