"""A running server as the tests see it: calls over XML-RPC and JSON-2, scripts in its database."""
import contextlib
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
import xmlrpc.client

from . import odoo


class ApiError(Exception):
    """The answer of a JSON-2 call that failed: its HTTP status and what Odoo says."""

    def __init__(self, status, answer):
        super().__init__(f"{status}: {answer}")
        self.status, self.answer = status, answer


class LiveServer:
    """Odoo on `db` at `base_url`, and how an integrator's program would call it."""

    def __init__(self, running):
        self.base_url, self.db, self.log = running.base_url, running.database, running.log
        self.pid = running.pid
        self._keys = {}

    def rpc(self, login, password=None):
        """Return call(model, method, *arguments, **named) over XML-RPC, as this user."""
        password = password or login
        user = xmlrpc.client.ServerProxy(f'{self.base_url}/xmlrpc/2/common').authenticate(self.db, login, password, {})
        if not user:
            raise PermissionError(f"{login} cannot log in")
        models = xmlrpc.client.ServerProxy(f'{self.base_url}/xmlrpc/2/object', allow_none=True)

        def call(model, method, *arguments, **named):
            return models.execute_kw(self.db, user, password, model, method, arguments, named)
        return call

    def json2(self, login):
        """Return call(model, method, **named) over JSON-2, with an API key that is made for this user."""
        if login not in self._keys:
            self._keys[login] = self._make_key(login)
        headers = {'Authorization': f'Bearer {self._keys[login]}', 'Content-Type': 'application/json',
                   'X-Odoo-Database': self.db}

        def call(model, method, **named):
            request = urllib.request.Request(
                f'{self.base_url}/json/2/{model}/{method}', json.dumps(named).encode(), headers)
            try:
                with urllib.request.urlopen(request, timeout=300) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                raise ApiError(error.code, error.read().decode()) from error
        return call

    def shell(self, script):
        """Run a script with `env` in this database; what it prints is returned. It commits itself."""
        odoo.shell(self.db, script, 'flows-shell', what="a script of a test")
        lines = odoo.log_path('flows-shell').read_text('utf-8').splitlines()
        return '\n'.join(line for line in lines if not odoo.LINE.match(line))

    def kill_workers(self):
        """Kill -9 the server's children, which it then starts anew. :return: how many there were"""
        children = subprocess.run(
            ['pgrep', '-P', str(self.pid)], capture_output=True, text=True, check=False).stdout.split()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        return len(children)

    def _make_key(self, login):
        answer = self.shell(
            "import datetime\n"
            f"user = env['res.users'].search([('login', '=', {login!r})])\n"
            "until = datetime.datetime.now() + datetime.timedelta(days=1)\n"
            "print('key:', env['res.users.apikeys'].with_user(user)._generate(None, 'test', until))\n"
            "env.cr.commit()\n")
        return answer.partition('key: ')[2].split()[0]
