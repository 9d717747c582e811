from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import AccessDenied, AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.base import res_users_door
from .common import ChannelCommon

NOW = datetime(2026, 3, 2, 9, 0)


@tagged('-at_install', 'post_install')
class TestRate(ChannelCommon, HttpCase):
    """How often somebody may try, at the door and behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.store, 'rate.owner@example.com')
        cls.buyer = cls._create_portal_user(cls.store, 'rate.buyer@example.com', role='buyer')
        cls.rates = cls.env['channel.rate']

    def setUp(self):
        super().setUp()
        self.left = []  # devices marked by a login

    @contextmanager
    def _at(self, seconds):
        with patch.object(fields.Datetime, 'now', lambda: NOW + timedelta(seconds=seconds)):
            yield

    def _try(self, login='rate.owner@example.com', password='wrong', device='', path='/web/login', ip='192.0.2.1'):
        """The user's id, or what it is told. The request is made up: a real one would share this test's transaction,
        and take with it what it has counted when it fails. tests/faults/test_rate.py knocks at a real door.
        """
        made_up = SimpleNamespace(
            httprequest=SimpleNamespace(
                cookies={'channel_device': device} if device else {}, remote_addr=ip, path=path),
            future_response=SimpleNamespace(set_cookie=lambda name, value, **_more: self.left.append(value)))
        with patch.object(res_users_door, 'request', made_up):
            try:
                return self.env['res.users']._login(
                    {'type': 'password', 'login': login, 'password': password}, {'interactive': True})['uid']
            except AccessDenied as denied:
                return str(denied)

    # --- the bucket

    def test_bucket_takes_so_many_at_once_and_one_more_in_time(self):
        with self._at(0):
            self.assertEqual([self.rates._take(('login', 'a')) for _try in range(5)], [0] * 5)
            self.assertEqual(self.rates._take(('login', 'a')), 180)
            self.assertEqual(self.rates._take(('login', 'b')), 0, "another's count is another's")
        with self._at(179):
            self.assertEqual(self.rates._take(('login', 'a')), 1)
        with self._at(180):
            self.assertEqual(self.rates._take(('login', 'a')), 0)
            self.assertTrue(self.rates._take(('login', 'a')))

    def test_never_more_than_ten_in_any_quarter_of_an_hour(self):
        taken = []
        for second in range(0, 7200, 7):
            with self._at(second):
                if not self.rates._take(('login', 'a')):
                    taken.append(second)
        most = max(sum(start <= second < start + 900 for second in taken) for start in taken)
        self.assertLessEqual(most, 10)
        self.assertGreater(len(taken), 40, "and it goes on for who waits")

    def test_all_or_none_of_several(self):
        with self._at(0):
            for _try in range(5):
                self.rates._take(('login', 'a'))
            self.assertTrue(self.rates._take(('source', 'a x'), ('login', 'a')))
            self.assertFalse(self.rates.search([('kind', '=', 'source'), ('key', '=', 'a x')]), "nothing was taken")

    def test_what_is_kept_for_known_places_is_not_taken_by_others(self):
        with self._at(0):
            self.assertEqual([bool(self.rates._take(('login', 'a', 2))) for _try in range(5)], [False] * 3 + [True] * 2)
            self.assertFalse(self.rates._take(('login', 'a', 0)))

    def test_given_back_is_as_if_never_tried(self):
        with self._at(0):
            for _try in range(20):
                self.assertFalse(self.rates._take(('login', 'a')))
                self.rates._give_back(('login', 'a'))

    def test_parameter_changes_the_rate(self):
        for text, rate in (('3/60', (3, 60)), ('x', (5, 180)), ('0/9', (5, 180)), ('9', (5, 180)), ('-1/5', (5, 180))):
            self.env['ir.config_parameter'].set_param('channel.rate.login', text)
            self.assertEqual(self.rates._get_rate('login'), rate, text)

    def test_manager_sees_and_releases_who_is_limited(self):
        for _try in range(6):
            self.rates._take(('login', 'a'))
        row = self.rates.search([('is_limited', '=', True)])
        self.assertEqual((row.key, row.refused, row.is_limited), ('a', 1, True))
        desk = new_test_user(self.env, 'rate.desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
            row.with_user(desk).action_release()
        row.action_release()
        self.assertFalse(self.rates._take(('login', 'a')))

    def test_old_rows_go_places_stay_longer(self):
        with self._at(0):
            self.rates._take(('login', 'a'))
            self.rates._give_back(seen='a here')
        with self._at(3 * 86400):
            self.rates._gc_old()
            self.assertEqual(self.rates.search([]).mapped('kind'), ['seen'])
        with self._at(91 * 86400):
            self.rates._gc_old()
            self.assertFalse(self.rates.search([]))

    # --- the door

    def test_wrong_passwords_are_refused_after_a_few_whatever_comes_between(self):
        for _try in range(3):
            self.assertIn("Access Denied", self._try())
            self.assertEqual(self._try('rate.buyer@example.com', 'rate.buyer@example.com'), self.buyer.id)
        self.assertIn("Too many wrong tries", self._try())
        self.assertIn("Too many wrong tries", self._try(password='rate.owner@example.com'), "nothing is told any more")
        self.assertEqual(self._try('rate.buyer@example.com', 'rate.buyer@example.com'), self.buyer.id)

    def test_unknown_login_is_answered_alike(self):
        logins = ('rate.owner@example.com', 'nobody@example.com')
        answers = [[self._try(login) for _try in range(5)] for login in logins]
        self.assertEqual(*answers)

    def test_who_has_logged_in_from_here_is_not_locked_out_by_others(self):
        """Its browser is known by a number that others do not have, behind the same address neither."""
        self.assertEqual(self._try(password='rate.owner@example.com'), self.owner.id)
        device, = self.left
        for _try in range(5):
            self._try()
        self.assertIn("Too many", self._try(password='rate.owner@example.com'))
        self.assertEqual(self._try(password='rate.owner@example.com', device=device), self.owner.id)
        for _try in range(2):
            self.assertIn("Access Denied", self._try(device=device))
        self.assertIn("Too many", self._try(device=device), "from there too there are not more than ten in all")

    def test_made_up_devices_are_no_places(self):
        for number in range(6):
            self._try(device=f'{number}' * 20)
        self.assertIn("Too many", self._try())

    def test_one_address_cannot_try_many_logins_forever(self):
        self.env['ir.config_parameter'].set_param('channel.rate.address', '4/900')
        answers = [self._try(f'nobody{number}@example.com') for number in range(6)]
        self.assertEqual([("Too many" in answer) for answer in answers], [False] * 4 + [True] * 2)

    def test_program_is_known_by_its_address(self):
        good = {'password': 'rate.owner@example.com', 'path': '/xmlrpc/2/common'}
        self.assertEqual(self._try(**good), self.owner.id)
        self.assertFalse(self.left)
        for number in range(5):
            self._try(ip=f'198.51.100.{number}')
        self.assertIn("Too many", self._try(ip='198.51.100.9'))
        self.assertEqual(self._try(**good), self.owner.id)

    def test_who_has_the_mailed_link_is_let_in(self):
        for number in range(5):
            self._try(ip=f'198.51.100.{number}')
        self.assertIn("Too many", self._try(password='rate.owner@example.com'))
        self.owner.partner_id.signup_prepare('reset')
        token = self.owner.partner_id._generate_signup_token()
        made_up = SimpleNamespace(
            httprequest=SimpleNamespace(cookies={}, remote_addr='192.0.2.1', path='/web/reset_password'),
            future_response=SimpleNamespace(set_cookie=lambda name, value, **_more: self.left.append(value)))
        with patch.object(res_users_door, 'request', made_up):
            self.env['res.users'].signup({'password': 'a-new-password-1'}, token)
        self.assertEqual(self._try(password='a-new-password-1', device=self.left[0]), self.owner.id)

    def test_old_password_is_guessed_no_more_often_than_at_the_door(self):
        user = self.owner.with_user(self.owner)
        made_up = SimpleNamespace(httprequest=SimpleNamespace(cookies={}, remote_addr='192.0.2.1', path='/my/security'))
        with patch.object(res_users_door, 'request', made_up):
            for _try in range(3):
                with self.assertRaisesRegex(AccessDenied, "Access Denied"):
                    user.change_password('wrong', 'new-password-1')
            with self.assertRaisesRegex(AccessDenied, "Too many"):
                user.change_password(self.owner.login, 'new-password-1')

    def test_lost_password_tells_nothing_and_sends_no_flood(self):
        page = self.url_open('/web/reset_password').text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]

        def ask(login):
            return self.url_open('/web/reset_password', data={'login': login, 'csrf_token': token}).text

        self.assertIn("instructions sent", ask('nobody@example.com'))
        with patch.object(type(self.env['res.users']), 'action_reset_password', autospec=True) as sent:
            for _try in range(6):
                self.assertIn("instructions sent", ask('rate.buyer@example.com'))
        self.assertEqual(sent.call_count, 3)

    # --- behind it

    @mute_logger('odoo.http')
    def test_sending_is_limited_reading_is_not(self):
        self.env['ir.config_parameter'].set_param('channel.rate.post', '2/900')
        self.authenticate(self.owner.login, self.owner.login)
        for _try in range(5):
            self.assertEqual(self.url_open('/my/channel').status_code, 200)
            self.assertIn('products', self.make_jsonrpc_request('/my/channel/pad/products', {}))
        codes = [self.url_open('/my/channel/switch', allow_redirects=False, data={
            'csrf_token': http.Request.csrf_token(self)}).status_code for _try in range(4)]
        self.assertEqual(codes, [303, 303, 429, 429])
        response = self.url_open('/my/channel/pad/submit', json={'params': {}})
        self.assertEqual((response.status_code, response.headers.get('Retry-After') is not None), (429, True))

    def test_pages_carry_their_headers(self):
        self.authenticate(self.owner.login, self.owner.login)
        headers = self.url_open('/my/channel').headers
        self.assertIn("frame-ancestors 'self'", headers['Content-Security-Policy'])
        self.assertIn("object-src 'none'", headers['Content-Security-Policy'])
        self.assertEqual(headers['X-Content-Type-Options'], 'nosniff')
        self.assertEqual(headers['Referrer-Policy'], 'same-origin')
        self.env['ir.config_parameter'].set_param('channel.csp.sources', "https://pay.example.com http://x 'none';")
        policy = self.url_open('/my/channel').headers['Content-Security-Policy']
        self.assertIn("script-src 'self' 'unsafe-inline' 'unsafe-eval' https://pay.example.com;", policy)
