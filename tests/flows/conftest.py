"""A real browser on a real server. Whatever goes wrong on a page fails the test that looked at it."""
import os
import re
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from devkit.base import LOCAL, ROOT
from PIL import Image
from playwright.sync_api import sync_playwright

ARGUMENTS = (
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
)
DEVICES = {
    'phone': {
        'viewport': {'width': 390, 'height': 844}, 'device_scale_factor': 2, 'is_mobile': True, 'has_touch': True,
    },
    'desktop': {'viewport': {'width': 1280, 'height': 800}},
}
PICTURES = ROOT / 'docs' / 'pictures'
SCREENSHOTS = LOCAL / 'screenshots'


@pytest.fixture(scope='session')
def browser():
    with sync_playwright() as playwright:
        path = os.environ.get('CHANNEL_BROWSER', '/usr/bin/chromium')
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def faults():
    """What went wrong on the pages of this test. A test that provokes a fault takes it out: `faults.expect('409')`."""
    found = Faults()
    yield found
    assert not found, "on the pages of this test:\n" + '\n'.join(found)


class Faults(list):
    def expect(self, pattern):
        """Strike out the faults that match; at least one must."""
        matching = [fault for fault in self if re.search(pattern, fault)]
        assert matching, f"no fault matches {pattern!r}: {list(self)}"
        self[:] = [fault for fault in self if fault not in matching]

    def watch(self, page):
        page.on('pageerror', lambda error: self.append(f"uncaught in {page.url}: {error}"))
        page.on('console', lambda message: message.type == 'error' and self.append(
            f"console of {page.url}: {message.text} ({message.location.get('url', '')})"))
        page.on('response', lambda response: response.status >= 500 and self.append(
            f"{response.status} from {response.request.method} {response.url}"))


@pytest.fixture
def login_as(browser, server, faults):
    """login_as(login, device='phone'|'desktop', path='/my', …) -> a page of its own, logged in; password = login.

    Further options are those of Playwright's contexts. Only who asks for it gets the dealer centre's service worker:
    what it answers, a test's routes do not see. Odoo's own, of the back office, complains where it is not let in.
    """
    contexts = []

    def login(login, device='phone', path='/my', **options):
        context = browser.new_context(**{
            'base_url': server.base_url, **DEVICES[device],
            'service_workers': 'allow' if (path or '').startswith('/odoo') else 'block', **options})
        contexts.append(context)
        own = options.get('base_url', server.base_url)
        context.route(lambda url: _is_foreign(url, own), lambda route: route.fulfill(status=200, body=''))
        answer = context.request.post('/web/session/authenticate', data={
            'jsonrpc': '2.0', 'params': {'db': server.db, 'login': login, 'password': login}})
        assert answer.json().get('result', {}).get('uid'), f"{login} cannot log in: {answer.text()[:500]}"
        page = context.new_page()
        page.set_default_timeout(30_000)
        faults.watch(page)
        if path:
            page.goto(path)
        if (path or '').startswith('/my/channel') and options.get('java_script_enabled', True):
            # On a crowded machine a test taps before the page's scripts are there to hear it.
            page.wait_for_function("document.body.hasAttribute('is-ready')")
        return page

    yield login
    for context in contexts:
        context.close()


@pytest.fixture
def shot():
    """shot(page, name, full_page=False): a picture in .local/screenshots.

    With CHANNEL_UPDATE_PICTURES=1 a smaller one in docs/pictures too.
    """

    def take(page, name, full_page=False):
        page.evaluate('document.fonts.ready')
        raw = page.screenshot(full_page=full_page, animations='disabled')
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (SCREENSHOTS / f'{name}.png').write_bytes(raw)
        if os.environ.get('CHANNEL_UPDATE_PICTURES') == '1':
            PICTURES.mkdir(parents=True, exist_ok=True)
            # A palette is enough for a user interface, at a third of the bytes.
            picture = Image.open(BytesIO(raw)).convert('RGB').quantize(128, dither=Image.Dither.NONE)
            picture.save(PICTURES / f'{name}.png', optimize=True)
        return SCREENSHOTS / f'{name}.png'
    return take


def _is_foreign(url, base_url):
    """A test needs nothing from outside, and gets nothing."""
    parts = urlsplit(url)
    return parts.scheme in ('http', 'https') and parts.netloc != urlsplit(base_url).netloc
