from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestApp(ChannelCommon, HttpCase):
    """The dealer centre as an app: manifest, worker, outbox, looks, and pages that went wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.warehouse_user = cls._create_portal_user(cls.store, 'warehouse_user', role='warehouse')
        cls.rival_user = cls._create_portal_user(cls.rival_store, 'rival_user')

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _send(self, user, **values):
        return self.make_jsonrpc_request('/my/channel/outbox', {
            'user': str(user.id), 'member': self.store.code, 'token': 'token-of-the-device',
            'lines': [{'product_id': self.yoghurt.id, 'qty': 12}], **values})

    def _orders(self, member):
        return self.env['sale.order'].search([('channel_member_id', '=', member.id)])

    # --- what a browser asks for

    def test_manifest_has_what_installing_needs(self):
        self._login(self.store_user)
        response = self.url_open('/my/channel/manifest.webmanifest')
        self.assertEqual(response.headers['Content-Type'], 'application/manifest+json')
        manifest = response.json()
        self.assertEqual(manifest['name'], self.store_user.company_id.name)
        self.assertEqual({manifest['start_url'], manifest['scope']}, {'/my/channel'})
        self.assertEqual({icon['sizes'] for icon in manifest['icons']}, {'192x192', '512x512'})
        self.assertIn('maskable', [icon.get('purpose') for icon in manifest['icons']])
        for icon in manifest['icons']:
            self.assertEqual(self.url_open(icon['src']).headers['Content-Type'], 'image/png')

    def test_manifest_stays_in_the_language_of_the_page(self):
        self.env['res.lang']._activate_lang('zh_CN')
        manifest = self.url_open('/zh_CN/my/channel/manifest.webmanifest').json()
        self.assertEqual((manifest['lang'], manifest['scope']), ('zh-CN', '/zh_CN/my/channel'))

    def test_worker_may_serve_every_language_and_is_asked_for_anew(self):
        response = self.url_open('/my/channel/service-worker.js')
        self.assertEqual(response.headers['Service-Worker-Allowed'], '/')
        self.assertEqual(response.headers['Cache-Control'], 'no-cache')
        self.assertNotIn('__VERSION__', response.text)

    def test_offline_page_names_nobody(self):
        self._login(self.store_user)
        page = self.url_open('/my/channel/offline').text
        self.assertNotIn(self.store.name, page)
        self.assertNotIn(self.store.code, page)
        self.assertNotIn(self.store_user.login, page)

    def test_only_the_plain_pad_says_whose_it_is(self):
        self._login(self.store_user)
        self.assertEqual(self.url_open('/my/channel/pad').headers['X-Channel-User'], str(self.store_user.id))
        self.assertNotIn('X-Channel-User', self.url_open('/my/channel').headers)

    # --- the outbox

    def test_order_of_the_outbox_arrives_once(self):
        self._login(self.store_user)
        first, second = self._send(self.store_user), self._send(self.store_user)
        self.assertEqual(first['url'], second['url'])
        self.assertEqual(len(self._orders(self.store)), 1)

    def test_second_order_of_the_outbox_under_one_token_is_sent_back(self):
        self._login(self.store_user)
        first = self._send(self.store_user)
        second = self._send(self.store_user, note="Another")
        self.assertEqual((second['status'], second['url']), ('rejected', first['url']))
        self.assertEqual(len(self._orders(self.store)), 1)

    def test_order_goes_to_the_member_it_was_filled_for(self):
        """Whatever the session acts for by now."""
        other = self._create_member('S9', 'store', self.dealer, territories='4403', district='440305')
        self.store_user.partner_id.parent_id = other.partner_id
        self.env['channel.member.user'].create({'member_id': other.id, 'user_id': self.store_user.id, 'role': 'buyer'})
        self._login(self.store_user)
        self._send(self.store_user, member='S9')
        self.assertEqual((len(self._orders(other)), len(self._orders(self.store))), (1, 0))
        self._send(self.store_user, token='another-token-1')
        self.assertEqual((len(self._orders(other)), len(self._orders(self.store))), (1, 1))

    def test_order_of_another_person_stays_in_the_outbox(self):
        self._login(self.rival_user)
        self.assertEqual(self._send(self.store_user), {'status': 'other'})
        self.assertFalse(self._orders(self.store))

    def test_foreign_member_looks_like_a_missing_one(self):
        self._login(self.store_user)
        foreign, missing = (self._send(self.store_user, member=code) for code in (self.rival_store.code, 'NO-SUCH'))
        self.assertEqual(foreign, missing)
        self.assertEqual(foreign['status'], 'rejected')
        self.assertFalse(self._orders(self.rival_store))

    def test_who_may_not_order_sends_nothing(self):
        self._login(self.warehouse_user)
        self.assertEqual(self._send(self.warehouse_user)['status'], 'rejected')
        self.assertFalse(self._orders(self.store))

    def test_odd_input_is_refused_not_broken(self):
        self._login(self.store_user)
        for odd in (
                {'member': None}, {'member': ['x']}, {'lines': 'all'}, {'token': {}}, {'price_unit': 1, 'lines': []}):
            with self.subTest(odd=odd):
                self.assertEqual(self._send(self.store_user, **odd)['status'], 'rejected')
        self.assertEqual(self.make_jsonrpc_request('/my/channel/outbox', {'user': [7]}), {'status': 'other'})
        self.assertFalse(self._orders(self.store))

    # --- looks and errors

    def test_company_colour_is_on_the_page_and_cannot_break_out(self):
        self.env.company.primary_color = '#884400'
        self._login(self.store_user)
        self.assertIn('--channel-fill:#884400', self.url_open('/my/channel').text)
        self.env.company.primary_color = 'red}</style><script>'
        self.assertNotIn('red}', self.url_open('/my/channel').text)

    def test_errors_keep_the_shell_and_tell_nothing(self):
        self._login(self.store_user)
        with mute_logger('odoo.http'):
            response = self.url_open('/my/channel/nothing-here')
        self.assertEqual(response.status_code, 404)
        page = html.fromstring(response.text)
        self.assertEqual(page.xpath('count(//h1)'), 1)
        self.assertTrue(page.xpath('//nav[contains(@class, "o_channel_nav")]//a[@href="/my/channel"]'))
        for code in (400, 403, 404, 500):
            title, text, _icon = self.env['ir.http']._channel_get_error_text(self.env, code)
            self.assertTrue(title and text)

    def test_pages_elsewhere_keep_odoos_errors(self):
        with mute_logger('odoo.http'):
            self.assertNotIn('o_channel', self.url_open('/nothing-here').text)

    def test_every_form_control_of_the_shell_has_a_name(self):
        self._login(self.store_user)
        page = html.fromstring(self.url_open('/my/channel').text)
        for button in page.xpath('//header//button | //header//summary'):
            self.assertTrue(button.get('aria-label') or button.text_content().strip(), html.tostring(button))
        self.assertEqual(len(page.xpath('//a[@href="#channel_main"]')), 1)
        self.assertEqual(len(page.xpath('//nav[contains(@class, "o_channel_nav")]//a[@aria-current="page"]')), 1)
