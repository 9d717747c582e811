"""Somebody who is logged in to the dealer centre, as tests of safety use it."""
import re
import secrets

import requests


class Visitor:
    """Sends what the pages of this person would send: its token, and a new form each time."""

    def __init__(self, server, login):
        self.login, self.base_url = login, server.base_url
        self.session = requests.Session()
        answer = self.session.post(f'{self.base_url}/web/session/authenticate', timeout=60, json={
            'jsonrpc': '2.0', 'params': {'db': server.db, 'login': login, 'password': login}})
        if not answer.json().get('result', {}).get('uid'):
            raise PermissionError(f"{login} cannot log in")
        self.csrf = re.search(r'csrf_token: "([^"]+)"', self.get('/my/channel', allow_redirects=True).text).group(1)
        self.forms, self.name = 0, f'{login}-{secrets.token_hex(4)}'

    def get(self, path, **options):
        return self.session.get(self.base_url + path, timeout=120, **{'allow_redirects': False, **options})

    def post(self, path, data=None, **options):
        """Send a form. `form_token` makes each one new."""
        self.forms += 1
        return self.session.post(self.base_url + path, timeout=120, allow_redirects=False, data={
            'csrf_token': self.csrf, 'form_token': f'{self.name}-form-{self.forms:06}', **(data or {})}, **options)

    def call(self, path, params):
        """Call a JSON route."""
        self.forms += 1
        return self.session.post(self.base_url + path, timeout=120, allow_redirects=False, json={
            'jsonrpc': '2.0', 'params': {'token': f'{self.name}-call-{self.forms:06}', **params}})

    def send(self, route, path, params):
        """As this kind of route is spoken to."""
        return self.call(path, params) if route['type'] == 'jsonrpc' else self.post(path, params)


def fill(path, id_=1):
    """The path of a route with `id_` in each of its blanks, and the first word where it offers a choice."""
    return re.sub(r'<[^>]+>', str(id_), re.sub(r'<any\((\w+)[^>]*>', r'\1', path))
