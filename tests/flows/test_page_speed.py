"""How fast every page of the dealer centre is on a phone.

The profile of the measurements, stated in docs/benchmarks.md: a first visit (nothing on the device) of a phone with a
quarter of this machine's speed, over 1.6 Mbit/s with 150 ms to the server, behind a proxy that compresses. Where other
programs use the machine too, the limits in ms are stretched by what they take (`_crowd`): idle, it is 1.
"""
import time
from dataclasses import dataclass
from math import inf
from operator import attrgetter

import pytest
from devkit.base import LOCAL

from .pages import PAGES, READY
from .proxy import Proxy

LCP_MS, CLS, INP_MS = 2500, 0.1, 200
CPU_RATE = 4
NETWORK = {'offline': False, 'latency': 150, 'downloadThroughput': 1.6e6 / 8, 'uploadThroughput': 750e3 / 8}
SETTLED_MS = 700
ANSWER_MS = 250
FIELDS = 'main :is(input[type=search], input[type=text], input[type=number], textarea):not([readonly], [disabled])'
OPENERS = 'summary, [data-bs-toggle]:not([disabled])'
FIGURES = LOCAL / 'figures' / 'pages.md'

OBSERVE = """
    window.vitals = {lcp: 0, cls: 0, inp: 0};
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { vitals.lcp = entry.startTime; }))
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        vitals.cls += entry.hadRecentInput ? 0 : entry.value;
    })).observe({type: 'layout-shift', buffered: true});
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
        vitals.inp = Math.max(vitals.inp, entry.interactionId ? entry.duration : 0);
    })).observe({type: 'event', durationThreshold: 16, buffered: true});
"""

each_page = pytest.mark.parametrize('entry', PAGES, ids=[entry[0] for entry in PAGES])


@pytest.fixture(scope='module')
def figures():
    """What was measured of each page, kept as a table in .local/figures."""
    rows = {}
    yield rows
    table = '\n'.join([
        "| page | LCP ms | INP ms | machine shared by | CLS | KB over the wire |", "|---|---|---|---|---|---|",
        *(f"| {name} | {seen.lcp:.0f} | {seen.inp:.0f} | {seen.crowd:.1f} | {seen.cls:.3f} | {seen.size:.0f} |"
          for name, seen in rows.items())])
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(table + '\n', 'utf-8')


@pytest.fixture(scope='module')
def proxy(server):
    with Proxy(server.base_url) as address:
        yield address


@each_page
def test_page_is_quick_on_a_slow_phone(entry, login_as, proxy, figures):
    name, login, path, *selector = entry
    if selector:
        finder = login_as(login, path=path)
        path = finder.locator(selector[0]).first.get_attribute('href')
        finder.context.close()
    # Whatever else the machine does can only make it slower: the best of three counts.
    for _visit in range(3):
        page = login_as(login, path=None, base_url=proxy)
        seen = figures[name] = min(figures.get(name, SLOWEST), _measure(page, path), key=attrgetter('excess'))
        page.context.close()
        if seen.excess <= 1:
            break
    shared = f"on a machine shared by {seen.crowd:.1f}"
    assert seen.lcp <= LCP_MS * seen.crowd, f"the largest thing of the page comes too late, {shared}"
    assert seen.inp <= INP_MS * seen.crowd, f"the page answers a tap or a key too late, {shared}"
    assert seen.cls <= CLS, "the page moves while it is read"


@dataclass
class Vitals:
    lcp: float
    inp: float
    cls: float
    size: float
    crowd: float

    @property
    def excess(self):
        """How far the slower of both is beyond its limit; up to 1, neither is."""
        return max(self.lcp / LCP_MS, self.inp / INP_MS) / self.crowd


SLOWEST = Vitals(inf, inf, inf, inf, 1)


def _crowd(seconds=.2):
    """How many times longer a calculation takes than it would on an idle machine."""
    wall, cpu = time.perf_counter(), time.process_time()
    while time.process_time() - cpu < seconds:
        pass
    return (time.perf_counter() - wall) / (time.process_time() - cpu)


def _measure(page, path):
    client = page.context.new_cdp_session(page)
    client.send('Network.enable')
    sizes = []
    client.on('Network.loadingFinished', lambda event: sizes.append(event['encodedDataLength']))
    page.add_init_script(OBSERVE)
    crowd = _crowd()
    client.send('Network.emulateNetworkConditions', NETWORK)
    client.send('Emulation.setCPUThrottlingRate', {'rate': CPU_RATE})
    page.goto(path)
    page.wait_for_function(READY)
    page.wait_for_timeout(SETTLED_MS)
    vitals = page.evaluate('vitals')
    _use(page)
    return Vitals(
        vitals['lcp'], page.evaluate('vitals.inp'), vitals['cls'], sum(sizes) / 1024, max(crowd, _crowd()))


def _use(page):
    """Keys and taps as of somebody who looks round: nothing that leaves the page or writes anything."""
    for _ in range(3):
        page.keyboard.press('Tab')
    fields = page.locator(FIELDS).filter(visible=True)
    for field in fields.all()[:2]:
        field.press_sequentially('12', delay=60)
    for opener in page.locator(OPENERS).filter(visible=True).all()[:2]:
        opener.tap()
        page.wait_for_timeout(ANSWER_MS)
        page.keyboard.press('Escape')
    page.touchscreen.tap(3, 300)  # beside everything
    page.wait_for_timeout(ANSWER_MS)


def test_pad_answers_at_once(login_as):
    page = login_as('store', path=None)
    page.add_init_script(OBSERVE)
    page.goto('/my/channel/pad')
    row = page.locator('.o_pad_row').first
    row.wait_for()
    page.context.new_cdp_session(page).send('Emulation.setCPUThrottlingRate', {'rate': CPU_RATE})
    page.locator('.o_pad_search input').press_sequentially('milk', delay=60)
    page.wait_for_timeout(600)
    for _ in range(5):
        page.locator('.o_pad_row').first.get_by_role('button').last.click()
    page.wait_for_timeout(600)
    inp = page.evaluate('vitals.inp')
    print(f"slowest answer of the pad to a key or a tap: {inp:.0f} ms")
    assert 0 < inp <= INP_MS * _crowd()
