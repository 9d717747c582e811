"""What stands before Odoo in production, as docs/operations.md says: a proxy that compresses. Odoo itself does not."""
import contextlib
import gzip
import http.client
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TEXT = ('text/', 'application/json', 'application/javascript', 'image/svg')
HOP = {'connection', 'keep-alive', 'transfer-encoding', 'content-length'}

compress = lru_cache(maxsize=64)(lambda body: gzip.compress(body, 6))


class Proxy:
    """with Proxy(base_url) as address: …"""

    def __init__(self, base_url):
        target = urlsplit(base_url).netloc
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), type('Handler', (Handler,), {'target': target}))
        self.server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f'http://127.0.0.1:{self.server.server_port}'

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    target = ''

    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        connection = http.client.HTTPConnection(self.target, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP]
        is_text = (response.getheader('Content-Type') or '').startswith(TEXT)
        if is_text and 'gzip' in self.headers.get('Accept-Encoding', '') and not response.getheader('Content-Encoding'):
            content = compress(content)
            headers += [('Content-Encoding', 'gzip'), ('Vary', 'Accept-Encoding')]
        self.send_response_only(response.status)
        for name, value in [*headers, ('Content-Length', str(len(content)))]:
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a browser that has left
            self.wfile.write(content)

    do_GET = do_POST = do_HEAD = answer  # noqa: N815  names of the base class

    def log_message(self, *_arguments):
        """Silent: the server has a log of its own."""
