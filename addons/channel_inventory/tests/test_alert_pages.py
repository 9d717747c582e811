from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .test_alerts import AlertCommon

PATH = '/my/channel/alerts'


@tagged('-at_install', 'post_install')
class TestAlertPages(AlertCommon, HttpCase):
    """What a member sees of its alerts and does about them, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_authorization(cls.store)
        cls.users = {
            role: cls._create_portal_user(cls.store, f'store_{role}', role=role)
            for role in ('owner', 'buyer', 'warehouse', 'finance')}
        cls.rival = cls._create_portal_user(cls.rival_store, 'rival_user')

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.env['ir.cron']), '_commit_progress', lambda *_args, **_kwargs: 1))
        self._open(28, days=40)
        self._open(30, product=self.yoghurt, days=40)
        self._sell_daily(1)
        self._sell_daily(1, product=self.yoghurt)
        self._sell((0, self.yoghurt, 1))
        self._leak_too()
        self._evaluate()

    def _leak_too(self):
        """A leak is nobody's business but the analysts'."""
        self.Alert._raise('leakage', [{
            'member_id': self.store.id, 'product_id': self.milk.id, 'qty': 30, 'value': 900, 'days': 7,
            'inputs': {'text': "SECRET SUSPICION"}}])

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _get(self, path=PATH):
        return self.url_open(path, allow_redirects=False)

    def test_roles_see_their_alerts_and_what_they_can_do(self):
        for role in ('owner', 'buyer', 'warehouse'):
            self._login(self.users[role])
            page = self._get().text
            self.assertIn('MLK-1', page)
            self.assertIn("None is left", page)
            self.assertNotIn("SECRET", page)
            self.assertEqual(f'again=low-{self.milk.id}' in page, role != 'warehouse')
        self._login(self.users['finance'])
        self.assertEqual(self._get().status_code, 303)

    def test_others_see_none_of_them(self):
        self._login(self.rival)
        page = self._get()
        self.assertEqual(page.status_code, 200)
        self.assertNotIn('MLK-1', page.text)
        self.assertIn("Nothing stands out", page.text)

    def test_home_says_what_runs_low_and_fills_the_pad(self):
        self.assertEqual(self.store.channel_low_count, 2)
        self._login(self.users['buyer'])
        page = self._get('/my/channel').text
        self.assertIn("Running low: 2", ' '.join(page.replace('<b>', '').split()))
        self.assertIn('/my/channel/pad?again=low', page)
        self._login(self.users['warehouse'])
        self.assertNotIn('/my/channel/pad?again=low', self._get('/my/channel').text)

    def test_pad_is_filled_in_whole_packs(self):
        low = {row['product_id']: row['qty'] for row in self.store._portal_get_low()}
        self.assertEqual(set(low), {self.milk.id, self.yoghurt.id})
        self.assertEqual(low[self.milk.id], 21, "seven days that are safe and fourteen that an order covers")
        self.assertEqual(low[self.yoghurt.id] % 12, 0)
        self.assertGreaterEqual(low[self.yoghurt.id], 20)
        self.assertEqual([row['product_id'] for row in self.store._portal_get_low(self.milk.id)], [self.milk.id])
        self._login(self.users['owner'])
        page = self._get('/my/channel/pad?again=low').text
        self.assertIn(f'&#34;product_id&#34;: {self.milk.id}', page.replace('&quot;', '&#34;'))
        self.assertNotIn(
            f'&#34;product_id&#34;: {self.yoghurt.id}, &#34;qty&#34;',
            self._get(f'/my/channel/pad?again=low-{self.milk.id}').text.replace('&quot;', '&#34;'))

    def test_odd_addresses_are_pages(self):
        self._login(self.users['owner'])
        for path in ('?show=x', '?show=low', '/page/0', '/page/99999', '?page=-1', '?show=%00', f'/page/{10**17}'):
            self.assertLess(self.url_open(f'{PATH}{path}').status_code, 500, path)
        for again in ('low-0', 'low-9999999999', 'low--1', 'low-x', f'low-{2**31}', 'lowlow'):
            self.assertEqual(self._get(f'/my/channel/pad?again={again}').status_code, 200, again)

    def test_foreign_product_fills_nothing(self):
        self._login(self.rival)
        foreign, none = (self._get(f'/my/channel/pad?again=low-{number}').text for number in (self.milk.id, 999999))
        self.assertNotIn('&quot;qty&quot;: 21', foreign)
        self.assertEqual('prefill&#34;: []' in foreign, 'prefill&#34;: []' in none)

    def test_ignored_by_headquarters_is_nobodys(self):
        self._find('out', member_id=self.store.id)._ignore("runs out for good")
        self.assertEqual((self.store.channel_low_count, self.store.channel_alert_count), (1, 1))
        self._login(self.users['owner'])
        self.assertNotIn("None is left", self._get().text)

    def test_sales_decide_what_is_due_again(self):
        offtake = self.store._portal_get_offtake(self.milk | self.yoghurt)
        self.assertEqual(offtake[self.milk.id], -7, "none is left, and seven days are safe")
        self.assertEqual(self.rival_store._portal_get_offtake(self.milk), {})

    def test_queries_do_not_grow_with_alerts(self):
        self._login(self.users['owner'])
        few = self._measure(PATH)
        products = [self._create_goods(f'NEW-{number}', 5) for number in range(12)]
        for product in products:
            self._open(9, product=product, days=40)
            self._sell(*[(ago, product, 1) for ago in range(1, 10)])
        self._evaluate()
        many = self._measure(PATH)
        self.assertLessEqual(many, few + 1)
        self.assertLessEqual(many, 45)

    def _measure(self, path):
        self._get(path)
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_digest_once_a_day_to_those_who_want_it(self):
        links = self.env['channel.member.user'].sudo().search([('member_id', '=', self.store.id)])
        links.filtered(lambda link: link.role == 'buyer').notice_stock = 'none'
        Mail = self.env['mail.mail'].sudo()
        last = Mail.search([], order='id desc', limit=1).id or 0
        for _round in range(2):
            self._run_job(self.env['channel.notice']._cron_send_alerts)
            mails = Mail.search([('id', '>', last)])
            self.assertEqual(
                set(mails.recipient_ids.ids), set((self.users['owner'] | self.users['warehouse']).partner_id.ids))
            self.assertEqual(len(mails), 2)
        self.assertIn("None is left", mails[0].body_html)
        self.assertNotIn("SECRET", mails[0].body_html)

    def test_digest_by_text_message(self):
        owner = self.users['owner']
        owner.partner_id.phone = '+86 755 1234 5678'
        self.env['channel.member.user'].sudo().search([('user_id', '=', owner.id)]).notice_stock = 'sms'
        self._run_job(self.env['channel.notice']._cron_send_alerts)
        message = self.env['sms.sms'].sudo().search([('partner_id', '=', owner.partner_id.id)])
        self.assertIn("2 new alerts", message.body)

    def test_settings_offer_the_topic(self):
        self._login(self.users['warehouse'])
        self.assertIn('notice_stock', self._get('/my/channel/settings').text)
        self._login(self.users['finance'])
        self.assertNotIn('notice_stock', self._get('/my/channel/settings').text)

    def test_old_alerts_are_no_news(self):
        self.env.cr.execute("UPDATE channel_alert SET first_at = first_at - interval '2 days'")
        self.Alert.invalidate_model()
        rule = self.env.ref('channel_inventory.notice_rule_alerts').sudo()
        self.assertFalse(self.env['channel.notice'].sudo()._find_alerted_people(rule, 'mail').filtered(
            lambda link: link.member_id == self.store))
