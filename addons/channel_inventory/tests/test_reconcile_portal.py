import io
import secrets

from PIL import Image

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_reconcile import ReconcileCommon

PATH = '/my/channel/deviations'


def draw(color='#996633'):
    out = io.BytesIO()
    Image.new('RGB', (300, 200), color).save(out, 'JPEG')
    return out.getvalue()


@tagged('-at_install', 'post_install')
class TestReconcilePortal(ReconcileCommon, HttpCase):
    """What a member sees of its deviations and says to them, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.store, 'store_owner')
        cls.keeper = cls._create_portal_user(cls.store, 'store_keeper', role='warehouse')
        cls.buyer = cls._create_portal_user(cls.store, 'store_buyer', role='buyer')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.rival = cls._create_portal_user(cls.rival_store, 'rival_user')
        cls._open(100)
        cls._count(100, 90)
        cls._run()
        cls.deviation = cls.Deviation.search([])

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _get(self, path=''):
        return self.url_open(f'{PATH}{path}', allow_redirects=False)

    def _answer(self, files=None, **data):
        return self.url_open(f'{PATH}/{self.deviation.id}', data={
            'csrf_token': http.Request.csrf_token(self), 'reason': 'lost', 'text': "Gone since Monday.",
            'form_token': secrets.token_urlsafe(16), **data}, files=files, allow_redirects=False)

    def test_owner_and_warehouse_read_what_we_think(self):
        for user in (self.owner, self.keeper):
            self._login(user)
            self.assertIn('MLK-1', self._get().text)
            page = self._get(f'/{self.deviation.id}').text
            self.assertIn("nothing on record accounts for it", page)
            self.assertIn('name="reason"', page)

    def test_question_stands_on_the_home_page_until_it_is_answered(self):
        self._login(self.keeper)
        self.assertNotIn("Your stock and the book differ", self.url_open('/my/channel').text)
        mails = self.env['mail.mail'].search_count([])
        self.deviation.with_user(self.clerk).write({'question': "Where are the ten?"})
        self.deviation.with_user(self.clerk).action_ask()
        self.assertGreater(self.env['mail.mail'].search_count([]), mails)
        self.assertIn("Your stock and the book differ", self.url_open('/my/channel').text)
        self.assertIn("Where are the ten?", self._get(f'/{self.deviation.id}').text)
        self.assertEqual(self._answer().status_code, 303)
        self.assertNotIn("Your stock and the book differ", self.url_open('/my/channel').text)
        answer = self.deviation.answer_ids
        self.assertEqual((answer.reason, answer.text, answer.user_id), ('lost', "Gone since Monday.", self.keeper))

    def test_foreign_deviation_looks_like_none(self):
        for user in (self.rival, self.buyer, self.dealer_user):
            self._login(user)
            foreign, none = self._get(f'/{self.deviation.id}'), self._get('/999999')
            self.assertEqual((foreign.status_code, foreign.headers['Location']), (303, none.headers['Location']))
            self._answer()
            self.assertNotIn(f'{PATH}/{self.deviation.id}', self._get('?show=all').text)
        self.assertFalse(self.deviation.answer_ids)

    def test_buyer_has_no_such_page(self):
        self._login(self.buyer)
        self.assertEqual(self._get().status_code, 303)
        self.assertNotIn(PATH, self.url_open('/my/channel/more').text)
        self._login(self.keeper)
        self.assertIn(PATH, self.url_open('/my/channel/more').text)

    def test_photo_is_kept_clean_and_served_as_a_file(self):
        self._login(self.owner)
        self._answer(files=[('photo', ('../x.png', draw(), 'image/png'))])
        answer = self.deviation.answer_ids
        path = f'/{self.deviation.id}/photos/{answer.id}'
        response = self._get(path)
        self.assertTrue(response.content.startswith(b'\xff\xd8'))
        self.assertEqual(response.headers['X-Content-Type-Options'], 'nosniff')
        self.assertIn('sandbox', response.headers['Content-Security-Policy'])
        self._login(self.rival)
        self.assertEqual(self._get(path).headers['Location'], self._get('/999999/photos/1').headers['Location'])

    def test_answer_sent_twice_is_one(self):
        self._login(self.owner)
        for _tap in range(2):
            self._answer(form_token='token-1234567890')
        self.assertEqual(len(self.deviation.answer_ids), 1)

    def test_rubbish_is_not_kept_and_the_text_comes_back(self):
        self._login(self.owner)
        for values in ({'reason': ''}, {'reason': 'x'}, {'reason': 'other', 'text': " "}, {'text': "x" * 2001},
                       {'form_token': ''}, {'form_token': 'x' * 99}):
            with self.subTest(values=values):
                self.assertLess(self._answer(**values).status_code, 500)
                self.assertFalse(self.deviation.answer_ids)
        response = self._answer(files=[('photo', ('x.jpg', b'<svg/>', 'image/jpeg'))], text="My long answer")
        self.assertIn("The photo is not taken", response.text)
        self.assertIn("My long answer", response.text)
        self.assertFalse(self.deviation.answer_ids)
        for path in ('/0', '/99999999999', '/page/99999999999', '?show=x&page=y', f'/{self.deviation.id}/photos/0'):
            self.assertLess(self._get(path).status_code, 500)

    def test_form_without_its_token_is_refused(self):
        self._login(self.owner)
        with mute_logger('odoo.http'):
            response = self.url_open(f'{PATH}/{self.deviation.id}', data={'reason': 'lost', 'form_token': 'y' * 16})
        self.assertEqual(response.status_code, 400)

    def test_closed_is_closed(self):
        self.deviation.accept_note = "Lost"
        self._as_manager(self.deviation).action_accept()
        self._login(self.owner)
        self.assertNotIn('name="reason"', self._get(f'/{self.deviation.id}').text)
        self.assertIn("closed already", self._answer().text)
        self.assertFalse(self.deviation.answer_ids)

    def test_who_is_responsible_is_told_of_the_answer(self):
        self.deviation.with_user(self.clerk).action_assign()
        self._login(self.owner)
        self._answer()
        self.assertEqual(self.deviation.activity_ids.user_id, self.clerk)

    def test_page_costs_the_same_with_more_on_it(self):
        def count(path):
            self.env.invalidate_all()
            self._get(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._get(path).status_code, 200)
            return self.cr.sql_log_count - before
        self._login(self.owner)
        few = count('')
        for number in range(15):
            product = self._create_goods(f'MORE-{number}', 1, stock=())
            self._open(100, product_id=product.id)
            self.env['channel.stock']._on_counted([{
                'member_id': self.store.id, 'product_id': product.id, 'book': 100, 'counted': 97,
                'occurred_at': self._ago(3), 'source': 'count', 'external_key': f'N-{number}'}])
        self._run()
        self.assertEqual(self.Deviation.search_count([]), 16)
        many = count('')
        self.assertLessEqual(many, few + 3)
        self.assertLessEqual(many, 45)
        self.assertLessEqual(count(f'/{self.deviation.id}'), 45)
