"""The dealer centre as an app: it installs, opens without network, and an order filled there arrives once."""
import json
import re
import time

PAD, HOME = '/my/channel/pad', '/my/channel'
SKU = 'CHL-B-227'
NOTE = '.o_channel_note'
READY = "async () => { await navigator.serviceWorker.ready; return !!navigator.serviceWorker.controller; }"
KEPT = """async () => {
    const names = await caches.keys();
    const pads = await Promise.all(names.filter((name) => name.startsWith('channel-pages-'))
        .map(async (name) => (await (await caches.open(name)).keys()).map((one) => [name, new URL(one.url).pathname])));
    return pads.flat();
}"""


CATALOGUE = """() => new Promise((resolve) => {
    const request = indexedDB.open('channel');
    request.onsuccess = () => {
        const rows = request.result.transaction('catalogue').objectStore('catalogue').getAll();
        rows.onsuccess = () => { request.result.close(); resolve(rows.result.some((row) => row.full > 0)); };
    };
})"""


FORGET = """(sku) => new Promise((resolve) => {
    const request = indexedDB.open('channel');
    request.onsuccess = () => {
        const table = request.result.transaction('catalogue', 'readwrite').objectStore('catalogue');
        table.getAll().onsuccess = (ev) => {
            for (const row of ev.target.result) {
                row.order = row.order.filter((id) => row.products[id].sku !== sku);
                row.products = Object.fromEntries(row.order.map((id) => [id, row.products[id]]));
                table.put(row);
            }
        };
        table.transaction.oncomplete = () => { request.result.close(); resolve(); };
    };
})"""
REFRESH = """async () => {
    const { catalogue } = odoo.loader.modules.get('@distributor_portal/app/catalogue');
    const { store } = odoo.loader.modules.get('@distributor_portal/app/store');
    const make = (id) => ({ id, sku: `${id}`, name: '', codes: [], own_codes: [] });
    await catalogue.learn([make(900001)]);
    await store.put('catalogue', { ...await catalogue.load(), full: 0 });
    await catalogue.refresh(async ({ offset, product_ids }) => product_ids ? { products: product_ids.map(make) }
        : { products: Array.from({ length: 40 }, (_, i) => make(800001 + offset + i)), more: true }, [900002]);
    const { products } = await catalogue.load();
    return [900001, 900002, 900003].map((id) => id in products);
}"""


def _until(page, expression, wanted=bool):
    """Ask the page until the answer is the wanted one."""
    end = time.monotonic() + 20
    while not wanted(answer := page.evaluate(expression)):
        assert time.monotonic() < end, f"{expression} stays {answer!r}"
        time.sleep(.1)
    return answer


def _orders(server, login='store'):
    of_login = [('channel_member_id.user_link_ids.user_id.login', '=', login)]
    return server.rpc('hq')('sale.order', 'search_count', of_login)


def _open_app(login_as, login='store', **options):
    """A page whose worker is at work and has put the pad on the device."""
    page = login_as(login, path=HOME, service_workers='allow', **options)
    _until(page, READY)
    _until(page, KEPT)
    page.goto(PAD)
    page.locator('.o_pad_row').first.wait_for()
    _until(page, CATALOGUE)
    return page


def _fill(page, packs=2):
    row = page.locator(f'[data-sku={SKU}]')
    for _ in range(packs):
        row.get_by_role('button', name=re.compile('^More of')).click()
    page.locator('#pad_note').fill("Filled on the road")
    page.locator('#pad_note').blur()


def test_app_can_be_installed(login_as):
    page = _open_app(login_as)
    client = page.context.new_cdp_session(page)
    client.send('Page.enable')
    faults = [
        fault['errorId'] for fault in client.send('Page.getInstallabilityErrors')['installabilityErrors']
        # A window of a test counts as private; that is said of the window, not of the app.
        if fault['errorId'] != 'in-incognito']
    assert not faults
    manifest = client.send('Page.getAppManifest')
    assert not manifest['errors']
    assert json.loads(manifest['data'])['scope'] == HOME


def test_order_without_network_arrives_once(login_as, server, faults):
    page = _open_app(login_as)
    before = _orders(server)
    page.context.set_offline(True)
    page.goto(PAD)
    page.locator(f'[data-sku={SKU}]').wait_for()
    assert page.locator(NOTE).filter(has_text="as of").is_visible()
    _fill(page)
    page.get_by_role('button', name="Send order").click()
    page.locator(NOTE).filter(has_text="wait for the network").wait_for()

    page.goto('/my/channel/money')
    assert page.get_by_role('heading', name="No network").is_visible()
    page.goto(PAD)
    page.locator(NOTE).filter(has_text="wait for the network").wait_for()
    other = page.context.new_page()
    other.goto(PAD)
    other.locator(NOTE).filter(has_text="wait for the network").wait_for()
    page.context.set_offline(False)
    page.locator(NOTE).filter(has_text="has arrived").wait_for()
    other.locator(NOTE).filter(has_text="has arrived").wait_for()
    assert _orders(server) == before + 1
    page.get_by_role('link', name="Look at it").click()
    page.wait_for_url(re.compile(r'/my/channel/orders/\d+'))
    faults.expect('ERR_INTERNET_DISCONNECTED')


def test_line_that_the_device_does_not_know_stays_on_the_pad(login_as, faults):
    page = _open_app(login_as)
    _fill(page)
    page.context.set_offline(True)
    page.evaluate(FORGET, SKU)
    unknown = page.locator('.o_pad_row').filter(has_text="Product not loaded yet")
    for _time in range(2):  # the draft is written again in between
        page.goto(PAD)
        page.get_by_role('button', name="Only what is chosen").click()
        unknown.wait_for()
        assert unknown.locator('input').input_value() == '12'
        assert page.locator('.o_pad_sum').filter(has_text="1 not loaded yet").is_visible()
        page.locator('#pad_note').fill("Still there")
        page.locator('#pad_note').blur()
    page.context.set_offline(False)
    page.locator(f'[data-sku={SKU}]').wait_for()
    assert page.locator(f'[data-sku={SKU}] input').input_value() == '12'
    assert not unknown.count()
    faults.expect('ERR_INTERNET_DISCONNECTED')


def test_products_on_the_pad_and_looked_at_are_kept_of_many(login_as):
    page = _open_app(login_as)
    assert page.evaluate(REFRESH) == [True, True, False]


def test_page_without_network_comes_back_with_it_and_not_before(login_as, faults):
    page = _open_app(login_as)
    page.context.set_offline(True)
    page.goto('/my/channel/orders')
    page.evaluate('window.isSame = true')
    with page.expect_event('requestfailed', lambda request: request.method == 'HEAD'):
        page.evaluate('window.dispatchEvent(new Event("online"))')  # as a device does that found a dead network
    assert page.evaluate('window.isSame')
    page.context.set_offline(False)
    page.locator('.o_channel_order_list').first.wait_for()
    assert page.url.endswith('/my/channel/orders')
    faults.expect('ERR_INTERNET_DISCONNECTED')


def test_order_leaves_as_soon_as_the_network_is_back_while_a_try_is_failing(login_as, server, faults):
    page = login_as('store', path=PAD)
    before = _orders(server)
    tries = []

    def fail_first(route):
        tries.append(route)
        if len(tries) > 1:
            route.continue_()
    page.route('**/my/channel/pad/submit', lambda route: route.abort())
    page.route('**/my/channel/outbox', fail_first)
    page.locator('.o_pad_row').first.wait_for()
    _fill(page)
    with page.expect_request('**/my/channel/outbox'):
        page.get_by_role('button', name="Send order").click()
    page.evaluate('window.dispatchEvent(new Event("online"))')
    tries[0].abort()
    page.locator(NOTE).filter(has_text="has arrived").wait_for(timeout=10_000)  # the next try by the clock is at 30 s
    assert _orders(server) == before + 1
    faults.expect('ERR_FAILED')


def test_lost_answer_makes_no_second_order(login_as, server, faults):
    page = login_as('store', path=PAD)
    before = _orders(server)

    def lose(route):
        route.fetch()  # the server has worked; its answer never comes
        route.abort()
    page.route('**/my/channel/pad/submit', lose)
    page.locator('.o_pad_row').first.wait_for()
    _fill(page)
    page.get_by_role('button', name="Send order").click()
    page.locator(NOTE).filter(has_text="has arrived").wait_for()
    assert _orders(server) == before + 1
    faults.expect('ERR_FAILED')


def test_refused_order_comes_back_into_the_pad(login_as, faults):
    page = login_as('store', path=PAD)
    page.locator('.o_pad_row').first.wait_for()
    page.context.set_offline(True)
    page.locator(f'[data-sku={SKU}] input').fill('1')  # packs of 6
    page.locator(f'[data-sku={SKU}] input').blur()
    page.get_by_role('button', name="Send order").click()
    page.locator(NOTE).filter(has_text="wait for the network").wait_for()
    page.context.set_offline(False)
    page.get_by_role('link', name="Back into the order pad").click()
    page.locator('.o_pad_problem').first.wait_for()
    assert page.locator(f'[data-sku={SKU}] input').input_value() == '1'
    faults.expect('ERR_INTERNET_DISCONNECTED')


def test_order_that_the_server_cannot_take_holds_up_no_other(login_as, server, faults):
    page = login_as('store', path=PAD)
    before = _orders(server)
    tokens = []

    def fail_first(route):
        tokens.append(route.request.post_data_json['params']['token'])
        if tokens[-1] != tokens[0]:
            route.continue_()
            return
        route.fulfill(json={'jsonrpc': '2.0', 'id': 0, 'error': {
            'code': 0, 'message': "Odoo Server Error", 'data': {'name': 'builtins.ValueError'}}})
    page.route('**/my/channel/pad/submit', lambda route: route.abort())
    page.route('**/my/channel/outbox', fail_first)
    stuck = page.locator(NOTE).filter(has_text="It needs a look")
    for _order in range(2):
        page.locator(f'[data-sku={SKU}]').wait_for()
        _fill(page)
        page.get_by_role('button', name="Send order").click()
        stuck.wait_for()
    page.locator(NOTE).filter(has_text="has arrived").wait_for()
    assert _orders(server) == before + 1

    stuck.get_by_role('link', name="Back into the order pad").click()
    page.locator('.o_channel_verdict_block').filter(has_text="could not take this order").wait_for()
    assert page.locator(f'[data-sku={SKU}] input').input_value() == '12'
    stuck.wait_for(state='detached')
    page.get_by_role('button', name="Send order").click()
    stuck.get_by_role('button', name="Remove").click()
    page.get_by_role('dialog').get_by_role('button', name="Remove").click()
    stuck.wait_for(state='detached')
    assert _orders(server) == before + 1
    faults.expect('ERR_FAILED')


def test_next_person_on_the_device_finds_nothing_of_the_last(login_as, server):
    page = _open_app(login_as)
    mine = page.evaluate(KEPT)
    assert [path for _name, path in mine] == [PAD]
    page.locator('.o_channel_account > summary').click()
    page.locator('.o_channel_logout').click()
    page.wait_for_url(re.compile('/web/login'))
    _until(page, KEPT, lambda kept: not kept)
    page.context.request.post('/web/session/authenticate', data={
        'jsonrpc': '2.0', 'params': {'db': server.db, 'login': 'store2', 'password': 'store2'}})
    page.goto(HOME)
    kept = _until(page, KEPT)
    assert len({name for name, _path in kept}) == 1
    assert kept[0][0] != mine[0][0]


def test_theme_is_remembered_and_does_not_flash(login_as):
    page = login_as('store', path=HOME, color_scheme='dark')
    assert page.evaluate('document.documentElement.dataset.bsTheme') == 'dark'
    page.locator('.o_channel_account > summary').click()
    page.get_by_role('button', name="Light").click()
    assert page.evaluate('document.documentElement.dataset.bsTheme') == 'light'
    page.goto('/my/channel/orders', wait_until='commit')
    # Said before anything is painted: the attribute is there before the page's body.
    page.wait_for_function('document.body')
    assert page.evaluate('document.documentElement.dataset.bsTheme') == 'light'


def test_error_pages_keep_the_shell(login_as, faults):
    page = login_as('store', path=HOME)
    for path in ('/my/channel/nothing-here', '/my/channel/orders/999999999'):
        page.goto(path)
        page.locator('.o_channel_nav a').first.wait_for()
        assert page.locator('.o_channel').count() == 1
    faults.expect('404')
