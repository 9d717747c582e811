import io
import json
import secrets

from PIL import Image

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.channel_inventory.controllers.code_check import CHECK

from .test_codes import CodesCommon

CHENGDU = {'latitude': 30.66, 'longitude': 104.06, 'accuracy': 12}


class PagesCommon(CodesCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse_user = cls._create_portal_user(cls.dealer, 'ware_user', role='warehouse')
        cls.finance_user = cls._create_portal_user(cls.dealer, 'fin_user', role='finance')
        cls.rival_user = cls._create_portal_user(cls.rival_dealer, 'rival_user')
        cls.env['ir.config_parameter'].set_param('channel.rate.verify', '1000/1')

    def setUp(self):
        super().setUp()
        made = self.Code._make(self.milk, 2)
        self.sent, self.kept = made
        self._send(self.sent)

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _scans(self, **domain):
        return self.env['channel.code.scan'].search([(name, '=', value) for name, value in domain.items()])


@tagged('-at_install', 'post_install')
class TestCodePages(PagesCommon):
    """Scanning by members and inspectors, over real HTTP."""

    def _scan(self, *texts, url='/my/channel/codes/scan', token=None, **values):
        return self.make_jsonrpc_request(url, {
            'texts': list(texts), 'token': token or secrets.token_urlsafe(16), **values})

    def test_member_learns_whether_it_may_sell(self):
        self._login(self.warehouse_user)
        self.assertIn("Check codes", self.url_open('/my/channel/codes').text)
        good, unknown, kept = self._scan(self.sent.url, 'NOBODY-01', self.kept.code)['scans']
        self.assertEqual((good['level'], good['verdict']), ('warn', 'in_transit'))
        self.assertIn("MLK-1", good['product'])
        self.assertEqual((unknown['verdict'], kept['verdict']), ('unknown', 'not_shipped'))
        self.assertFalse(kept['product'] or kept['facts'], "what was not shipped is nobody's business")
        self.assertEqual(len(self._scans(member_id=self.dealer.id)), 3)
        self.assertIn(good['text'], self.url_open('/my/channel/codes').text)

    def test_member_learns_nothing_of_another_members_goods(self):
        self._login(self.rival_user)
        answer = json.dumps(self._scan(self.sent.code))
        self.assertIn('other_member', answer)
        for secret in (self.dealer.name, self.dealer.code + ' ', 'MLK-1'):
            self.assertNotIn(secret, answer)
        page = self.url_open('/my/channel/codes').text
        self.assertNotIn(self.dealer.name, page)
        self.assertNotIn('MLK-1', page)

    def test_sold_once_even_if_tapped_twice(self):
        self._login(self.warehouse_user)
        token = secrets.token_urlsafe(16)
        first = self._scan(self.sent.code, purpose='sell', token=token)['scans'][0]
        again = self._scan(self.sent.code, purpose='sell', token=token)['scans'][0]
        self.assertEqual((first['level'], self.sent.state), ('warn', 'sold'))
        self.assertEqual(len(self._scans(code_id=self.sent.id)), 1)
        self.assertEqual(again['verdict'], 'sold')
        self.assertEqual(self._scan(self.sent.code, purpose='sell')['scans'][0]['level'], 'block')
        self.assertEqual(self.env['channel.code.event'].search_count([('code_id', '=', self.sent.id),
            ('kind', '=', 'sell')]), 1)

    def test_what_a_customer_brings_back_can_be_sold_again(self):
        self._login(self.warehouse_user)
        self.assertEqual(self._scan(self.sent.code, purpose='sell_return')['scans'][0]['verdict'], 'not_sold')
        self._scan(self.sent.code, purpose='sell')
        token = secrets.token_urlsafe(16)
        back = self._scan(self.sent.code, purpose='sell_return', token=token)['scans'][0]
        self.assertEqual((back['level'], self.sent.state, self.sent.member_id), ('ok', 'received', self.dealer))
        self.assertEqual(self._scan(self.sent.code, purpose='sell_return', token=token)['scans'][0]['level'], 'ok')
        self.assertEqual(self.sent.event_ids.filtered(lambda event: event.kind == 'sell_return').member_id, self.dealer)
        self.assertEqual(self._scans(purpose='sell_return').mapped('level'), ['ok', 'block'])
        self._scan(self.sent.code, purpose='sell')
        self._login(self.rival_user)
        self.assertEqual(self._scan(self.sent.code, purpose='sell_return')['scans'][0]['verdict'], 'other_member')
        self.assertEqual(self.sent.state, 'sold')
        self.assertFalse(self.env['channel.sell.through'].search([('member_id', '=', self.dealer.id)]))

    def test_who_may_not_and_what_makes_no_sense(self):
        self._login(self.finance_user)
        self.assertEqual(self.url_open('/my/channel/codes', allow_redirects=False).status_code, 303)
        self.assertIn('error', self._scan(self.sent.code))
        self._login(self.warehouse_user)
        for values in ({'texts': 'x'}, {'texts': []}, {'texts': ['x'] * 51}, {'texts': [7]}, {'texts': ['x' * 501]},
            {'purpose': 'void'},
                       {'token': 'x'}, {'token': 7}, {'texts': None}):
            with self.subTest(values=values):
                answer = self.make_jsonrpc_request('/my/channel/codes/scan', {
                    'texts': [self.sent.code], 'token': secrets.token_urlsafe(16), **values})
                self.assertIn('error', answer)
        for place in ('x', {}, {'latitude': 'x'}, {'latitude': 999, 'longitude': 0}, [1, 2],
                {'latitude': True, 'longitude': 1}):
            self.assertIn('scans', self._scan(self.sent.code, place=place))
        self.assertFalse(self._scans(who='inspector'))

    def test_inspector_sees_holder_and_distance(self):
        user = new_test_user(self.env, 'inspect1', groups='channel_inventory.group_channel_inspector')
        self._login(user)
        self.assertIn("Scan in the market", self.url_open('/channel/inspect').text)
        scan = self._scan(self.sent.code, url='/channel/inspect/scan', place=CHENGDU)['scans'][0]
        self.assertEqual(scan['verdict'], 'outside')
        self.assertIn(self.dealer.name, json.dumps(scan, ensure_ascii=False))
        page = self.url_open('/channel/inspect').text
        self.assertIn(self.dealer.name, page)
        self.assertIn("km outside the territory", page)
        self.assertEqual(self._scans(who='inspector').user_id, user)

    def test_inspection_is_not_for_members(self):
        self._login(self.warehouse_user)
        self.assertEqual(self.url_open('/channel/inspect', allow_redirects=False).status_code, 303)
        self.assertIn('error', self._scan(self.sent.code, url='/channel/inspect/scan'))
        self.assertFalse(self._scans(who='inspector'))

    def test_page_costs_the_same_with_more_on_it(self):
        self._login(self.warehouse_user)

        def count():
            self.url_open('/my/channel/codes')
            before = self.cr.sql_log_count
            self.assertEqual(self.url_open('/my/channel/codes').status_code, 200)
            return self.cr.sql_log_count - before
        self._scan(self.sent.code)
        few = count()
        self._scan(*[self.sent.code, self.kept.code, 'NOBODY-01'] * 6)
        self.assertLessEqual(count(), few + 2)
        self.assertLessEqual(few, 45)

    def test_receiving_page_names_the_codes_of_the_delivery_and_takes_those_scanned(self):
        picking = self._deliver(qty=3)
        case, item, loose = self._load(('CASE-900', ''), ('ITEM-900', 'CASE-900'), ('ITEM-901', ''))
        picking._channel_add_codes(['CASE-900', 'ITEM-901'])
        self._login(self.warehouse_user)
        page = self.url_open(f'/my/channel/receive/{picking.id}').text
        self.assertIn('ITEM-900', page)
        self.url_open(f'/my/channel/receive/{picking.id}', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16),
            f'qty_{self.milk.id}': '1', f'item_codes_{self.milk.id}': f"ITEM-901,{self.kept.code},{'x' * 500},"})
        self.assertEqual((loose.state, case.state, self.kept.state), ('received', 'shipped', 'new'))


@tagged('-at_install', 'post_install')
class TestCodeCheck(PagesCommon):
    """The public page: no login, no cookie, nothing that helps who makes codes up."""

    def _check(self, code, lang='en', agent='phone', **options):
        return self.url_open(f'{CHECK}/{code}', headers={'Accept-Language': lang, 'User-Agent': agent}, **options)

    def _token(self, page):
        return page.text.partition('name="token" value="')[2].partition('"')[0]

    def test_genuine(self):
        page = self._check(self.sent.code)
        for text in ("Genuine", self.milk.name, "you are the first", 'og:title'):
            self.assertIn(text, page.text)
        for secret in (self.dealer.name, self.dealer.code + ' ', str(self.milk.list_price) + '0', 'picking'):
            self.assertNotIn(secret, page.text)
        self.assertNotIn('Set-Cookie', page.headers)
        self.assertIn("default-src 'none'", page.headers['Content-Security-Policy'])
        self.assertEqual(page.headers['Cache-Control'], 'no-store')
        self.assertNotIn('/web/assets', page.text)

    def test_logo_leaves_no_cookie(self):
        logo = self.url_open(f'{CHECK}/logo/{self.company.id}')
        self.assertLess(logo.status_code, 405)
        self.assertNotIn('Set-Cookie', logo.headers)
        for odd in (0, 10**12):
            self.assertEqual(self.url_open(f'{CHECK}/logo/{odd}').status_code, 404)

    def test_digital_link_leads_to_the_same_page(self):
        self.milk.barcode = '6901234567892'
        code = self.Code._make(self.milk, 1, 'sgtin')
        self._send(code)
        path = code.url.partition('/01/')[2]
        for gtin in ('06901234567892', '6901234567892'):
            page = self.url_open(f"/01/{gtin}/{path.partition('/')[2]}", headers={'Accept-Language': 'en'})
            self.assertIn("Genuine", page.text)

    def test_chinese_by_browser(self):
        if 'zh_CN' not in dict(self.env['res.lang'].get_installed()):
            self.env['res.lang']._activate_lang('zh_CN')
        self.assertIn('lang="zh-CN"', self._check(self.sent.code, 'zh-CN,zh;q=0.9,en;q=0.5').text)
        self.assertIn('lang="zh-CN"', self._check(self.sent.code, 'zh').text)
        self.assertIn('lang="en-US"', self._check(self.sent.code, 'fr,en;q=0.5').text)
        self.assertIn('lang="en-US"', self._check(self.sent.code, '').text)

    def test_checks_are_counted_once_a_day_and_address(self):
        for number in range(3):
            self._check(self.sent.code, agent=f'phone {number}')
        self.assertEqual(len(self._scans(code_id=self.sent.id, who='consumer')), 1)
        self.assertIn("you are the first", self._check(self.sent.code, agent='other').text)
        self.company.channel_code_max_checks = 2
        for number in range(3):
            self.Code._public_look(self.sent.code, f'10.0.0.{number}')
        page = self._check(self.sent.code).text
        self.assertIn("maybe a copy", page)
        self.assertIn("3 times", page)
        self.sent._clear_copies("It hung in a shop window")
        page = self._check(self.sent.code).text
        self.assertIn("Genuine", page)
        self.assertIn("3 times", page)
        for number in range(3):
            self.assertEqual(self.Code._public_look(self.sent.code, f'10.0.1.{number}')['public'].key, 'genuine')
        scan = self._scans(code_id=self.sent.id)[-1:]
        self.assertFalse(scan.user_id or '127.0.0.1' in scan.device, "no address is kept")

    def test_what_only_looks_ahead_does_not_count(self):
        self.url_open(f'{CHECK}/{self.sent.code}', headers={'Sec-Purpose': 'prefetch'})
        self.opener.head(self.base_url() + f'{CHECK}/{self.sent.code}')
        self.assertFalse(self._scans(code_id=self.sent.id))

    def test_unknown_and_not_shipped_cannot_be_told_apart(self):
        import random

        from ..engine import codes as engine
        made_up = engine.make_own('HQ', random.Random(5).choice)
        void = self.Code._make(self.milk, 1)
        void._act('void')

        def strip(page, code):
            text = page.text.replace(self._token(page), 'TOKEN')
            return text.replace(engine.show_own(code), 'CODE').replace(code, 'CODE')
        self._check(engine.make_own('HQ', random.Random(6).choice))
        counts, pages = [], []
        for code in (made_up, self.kept.code, void.code):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            page = self._check(code, agent='one')
            counts.append(self.cr.sql_log_count - before)
            pages.append(strip(page, code))
        self.assertEqual(pages[1:], pages[:1] * 2)
        self.assertIn("cannot confirm", pages[0])
        self.assertNotIn(self.milk.name, pages[0])
        self.assertEqual(len(set(counts)), 1, counts)

    def test_other_answers(self):
        lot = self.env['stock.lot'].create({'name': "L1", 'product_id': self.milk.id})
        self.env.cr.execute("UPDATE channel_code SET lot_id = %s WHERE id = %s", [lot.id, self.sent.id])
        lot.expiration_date = '2020-01-01'
        self.env.invalidate_all()
        self.assertIn("Past its expiry date", self._check(self.sent.code).text)
        lot.channel_is_recalled = True
        self.assertIn("do not use it", self._check(self.sent.code).text)
        lot.channel_is_recalled = False
        self.Code._set_cloned(self.sent.ids)
        self.assertIn("maybe a copy", self._check(self.sent.code).text)

    def test_typed_code_and_odd_ones(self):
        self.assertIn("Type the code", self.url_open(CHECK, headers={'Accept-Language': 'en'}).text)
        page = self.url_open(f'{CHECK}?code={self.sent.shown_code.lower()}', headers={'Accept-Language': 'en'})
        self.assertIn("Genuine", page.text)
        for odd in ('%00', 'x' * 3000, '%F0%9F%90%9F', '..', "'%3B--", '6901234567892', '%3Cscript%3E', '%E2%80%AE'):
            page = self.url_open(f'{CHECK}?code={odd}', headers={'Accept-Language': 'en'})
            self.assertEqual(page.status_code, 200, odd)
            self.assertNotIn('<script>', page.text)
        self.assertLess(self.url_open('/01/x/21/%00').status_code, 500)

    @mute_logger('odoo.http')
    def test_who_asks_too_often_waits(self):
        self.env['ir.config_parameter'].set_param('channel.rate.verify', '2/600')
        self.addCleanup(self.env['channel.rate'].search([('kind', '=', 'verify')]).unlink)
        answers = [self._check(self.sent.code).status_code for _time in range(3)]
        self.assertEqual(answers, [200, 200, 429])

    # --- what consumers tell

    def _place(self, token, agent='phone', **values):
        return self.url_open(f'{CHECK}/place', data=json.dumps({'token': token, **CHENGDU, **values}).encode(),
            headers={
            'Content-Type': 'application/json', 'User-Agent': agent})

    def test_consumer_may_share_the_place_once(self):
        token = self._token(self._check(self.sent.code))
        self.assertEqual(self._place(token).json(), {'taken': True})
        self.assertEqual(self._place(token, 'other browser').json(), {'taken': True})
        located = self._scans(code_id=self.sent.id, is_located=True)
        self.assertEqual(len(located), 1)
        self.assertGreater(located.border_km, 500)
        self.assertEqual(located.holder_id, self.dealer)

    def test_place_without_a_page_of_ours_is_not_taken(self):
        token = self._token(self._check(self.sent.code))
        half = token[:token.index('.')] + '.x.\ud83d'
        for wrong in (
                half, '', 'x', token[:-1] + 'X', token.replace(token[:3], 'fff'), '1.' + token[2:], None, 7, ['x']):
            answer = self._place(wrong)
            self.assertEqual((answer.status_code, answer.json()['taken']), (403, False), wrong)
        for values in ({'latitude': 'x'}, {'latitude': None}, {'latitude': 95}, {'longitude': 1e400}):
            self.assertFalse(self._place(token, **values).json()['taken'])
        for body in (b'', b'[]', b'{', b'\xff', b'[' * 5000):
            self.assertEqual(self.url_open(f'{CHECK}/place', data=body or b' ', headers={
                'Content-Type': 'application/json'}).json(), {'taken': False})
        self.assertFalse(self._scans(is_located=True))

    def _photo(self):
        out = io.BytesIO()
        Image.new('RGB', (60, 40), '#c00').save(out, 'JPEG')
        return out.getvalue()

    def test_suspicion_becomes_a_signal_and_its_photo_evidence(self):
        token = self._token(self._check(self.sent.code))
        page = self.url_open(f'{CHECK}/report',
            data={'token': token, 'note': "<b>Odd</b> print", 'contact': "me@example.com"}, files={
            'photos': ('a.jpg', self._photo(), 'image/jpeg')}, headers={'Accept-Language': 'en'})
        report = self.env['channel.code.report'].search([])
        self.assertIn(report.name, page.text)
        self.assertEqual((report.code_id, report.holder_id, len(report.photo_ids)), (self.sent, self.dealer, 1))
        signal = report.signal_id
        self.assertEqual((signal.member_id, signal.source), (self.dealer, 'scan'))
        case = signal._make_case()
        self.assertEqual((report.case_id, case.evidence_ids.mimetype), (case, 'image/jpeg'))

    def test_report_of_an_unknown_code_names_nobody(self):
        token = self._token(self._check('NOBODY-77'))
        self.url_open(f'{CHECK}/report', data={'token': token, 'note': "Bought on the street"})
        self.assertFalse(self.env['channel.code.report'].search([]).signal_id.member_id)

    def test_bad_reports(self):
        token = self._token(self._check(self.sent.code))
        answer = self.url_open(f'{CHECK}/report', data={'token': 'x', 'note': "x"})
        self.assertEqual(answer.status_code, 403)
        self.assertIn('name="code"', answer.text, "begin again")
        page = self.url_open(f'{CHECK}/report', data={'token': token, 'note': "x"}, files={
            'photos': ('a.jpg', b'MZ' + bytes(100), 'image/jpeg')}, headers={'Accept-Language': 'en'})
        self.assertIn("The photo is not taken", page.text)
        self.assertFalse(self.env['channel.code.report'].search([]))
