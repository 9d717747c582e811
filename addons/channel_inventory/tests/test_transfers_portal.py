import secrets
from unittest.mock import patch

from odoo import http
from odoo.tests import HttpCase, tagged

from ..controllers import offers
from .common_transfers import TransfersCommon

TRANSFERS = '/my/channel/transfers'
OFFERS = f'{TRANSFERS}/offers'
MORE_KEYS = dict.fromkeys((
    'state', 'giver_id', 'receiver_id', 'amount', 'asks', 'approver_id', 'price_unit', 'discount_rate', 'sudo',
    'context', 'answer_until', 'company_id', 'line_ids', 'left_qty'), '1')


@tagged('-at_install', 'post_install')
class TestTransfersPortal(TransfersCommon, HttpCase):
    """Transfers over real HTTP: what each page does, whom it serves, and what it refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._create_portal_user(cls.dealer, 'keeper', 'warehouse')
        cls.accountant = cls._create_portal_user(cls.dealer, 'accountant', 'finance')
        cls.stranger = cls._create_portal_user(cls.rival_dealer, 'stranger')
        cls.agent_user = cls._create_portal_user(cls.agent, 'agent_user')

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _get(self, path):
        return self.url_open(path, allow_redirects=False)

    def _post(self, path, **data):
        values = {'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data}
        return self.url_open(path, data=values, allow_redirects=False)

    def _step(self, transfer, step, user=None, **data):
        if user:
            self._login(user)
        response = self._post(f'{TRANSFERS}/{transfer.id}/{step}', **data)
        transfer.invalidate_recordset()
        return response

    def test_from_the_question_to_the_bill(self):
        transfer = self._transfer()
        transfer._offer()
        line = transfer.line_ids
        self._step(transfer, 'agree', self.giver_user, **MORE_KEYS)
        self.assertEqual((transfer.state, transfer.giver_user_id), ('giver_agreed', self.giver_user))
        self._step(transfer, 'agree')
        self.assertEqual(transfer.state, 'giver_agreed', "one side's word is one word")
        self._step(transfer, 'agree', self.receiver_user)
        self.assertEqual(transfer.state, 'approved')
        self._step(transfer, 'pack', self.keeper, **{f'qty_{line.id}': '60'})
        self._step(transfer, 'ship', carrier="SF", reference="SF1")
        self.assertEqual((transfer.state, transfer.tracking_ref), ('shipped', "SF1"))
        self._step(transfer, 'receive', self.receiver_user, **{f'qty_{line.id}': '54', f'damaged_{line.id}': '1'})
        self.assertEqual((transfer.state, line.received_qty, line.damaged_qty), ('received', 54, 1))
        self._step(transfer, 'confirm')
        self.assertIn("238.50", self._get(f'{TRANSFERS}/bills').text)
        self._step(transfer, 'confirm', self.accountant)
        self.assertEqual(transfer.state, 'closed')

    def test_form_works_once(self):
        transfer = self._shipped()
        line, token = transfer.line_ids, secrets.token_urlsafe(16)
        self._login(self.receiver_user)
        for _time in range(2):
            self._step(transfer, 'receive', form_token=token, **{f'qty_{line.id}': '60'})
        self.assertEqual(self._held(self.needy), 60)
        self.assertEqual(len(transfer.event_ids.filtered(lambda event: event.kind == 'received')), 1)

    def test_roles(self):
        transfer = self._transfer()
        transfer._offer()
        for user in (self.keeper, self.accountant):
            self._step(transfer, 'agree', user)
            self._step(transfer, 'refuse', text="No")
            self.assertEqual(transfer.state, 'offered')
            self.assertEqual(self._get(f'{OFFERS}/new').status_code, 303)
        transfer._agree('giver')
        transfer._agree('receiver')
        self._step(transfer, 'pack', self.accountant, **{f'qty_{transfer.line_ids.id}': '60'})
        self._step(transfer, 'pack', self.receiver_user, **{f'qty_{transfer.line_ids.id}': '60'})
        self.assertEqual(transfer.state, 'approved')
        self._login(self.keeper)
        self.assertNotIn("270.00", self._get(f'{TRANSFERS}/{transfer.id}').text, "prices are for those who see money")
        self.assertEqual(self._get(f'{TRANSFERS}/bills').status_code, 303)
        self._login(self.accountant)
        self.assertIn("270.00", self._get(f'{TRANSFERS}/{transfer.id}').text)

    def test_foreign_looks_like_missing(self):
        transfer = self._shipped()
        offer = self.env['channel.offer'].create({
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'qty': 60})
        proposed = self._transfer()
        self._login(self.stranger)
        for path, key in ((TRANSFERS, transfer.id), (TRANSFERS, proposed.id), (OFFERS, offer.id)):
            for end in ('', '/pdf') if path == TRANSFERS else ('',):
                foreign, missing = (self._get(f'{path}/{number}{end}') for number in (key, 2**31 - 1))
                self.assertEqual((foreign.status_code, foreign.headers['Location'].replace(str(key), '')),
                                 (missing.status_code, missing.headers['Location'].replace(str(2**31 - 1), '')))
        for step in ('receive', 'confirm', 'cancel', 'agree'):
            self._step(transfer, step, text="x", **{f'qty_{transfer.line_ids.id}': '60'})
        self._post(f'{OFFERS}/{offer.id}/ask', qty='6')
        self._post(f'{OFFERS}/{offer.id}/withdraw')
        self.assertEqual((transfer.state, offer.state, offer.left_qty), ('shipped', 'open', 60))
        self._login(self.giver_user)
        self.assertEqual(self._get(f'{TRANSFERS}/{proposed.id}').status_code, 303, "not before it is asked")
        proposed._refuse("Not needed")
        for user in (self.giver_user, self.receiver_user):
            self._login(user)
            self.assertEqual(self._get(f'{TRANSFERS}/{proposed.id}').status_code, 303, "nor when it never was")
            self.assertNotIn(proposed.name, self._get(f'{TRANSFERS}?show=done').text)

    def test_odd_parameters(self):
        transfer = self._shipped()
        line = transfer.line_ids
        self._login(self.receiver_user)
        for path in (f'{TRANSFERS}?show=x', f'{TRANSFERS}/page/999', f'{TRANSFERS}/0', f'{TRANSFERS}/{2**40}',
                     f'{OFFERS}/{2**40}', f'{TRANSFERS}?show=done&x=1', TRANSFERS, OFFERS, f'{OFFERS}/new',
                     f'{OFFERS}/new?search=%25_%27', f'{OFFERS}/new?search=%00', f'{OFFERS}/new?search=a&search=b'):
            self.assertLess(self._get(path).status_code, 400, path)
        for qty in ('-1', 'nan', 'inf', 'x', '1e99', '9' * 400):
            response = self._step(transfer, 'receive', **{f'qty_{line.id}': qty})
            self.assertIn('role="alert"', response.text)
            self.assertEqual(transfer.state, 'shipped')
        response = self._step(transfer, 'receive', **{f'qty_{line.id}': '3', f'damaged_{line.id}': '4'})
        self.assertIn('role="alert"', response.text)

    def test_common_agent_approves(self):
        self.policy.agent_amount = 1
        transfer = self._approved()
        self._login(self.agent_user)
        self.assertIn(transfer.name, self._get(TRANSFERS).text)
        self._step(transfer, 'approve')
        self.assertEqual((transfer.state, transfer.approved_by_id), ('approved', self.agent_user))

    def test_offer_and_ask(self):
        self._login(self.giver_user)
        self.assertIn("it lasts 600 days", self._get(f'{OFFERS}/new').text)
        key = f'qty_{self.milk.id}_0'
        for bad in ({}, {key: '9999'}, {key: '6', 'discount': '101'}, {key: 'x'}):
            self.assertIn('role="alert"', self._post(f'{OFFERS}/new', **bad).text)
        token = secrets.token_urlsafe(16)
        for _time in range(2):
            self._post(f'{OFFERS}/new', form_token=token, discount='20', note="Fresh", **{key: '60'}, **MORE_KEYS)
        offer = self.env['channel.offer'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((offer.qty, offer.discount, offer.note, offer.left_qty), (60, 20, "Fresh", 60))
        self.assertIn("60", self._get(f'{OFFERS}/{offer.id}').text)
        self._login(self.receiver_user)
        self.assertIn("Company D1", self._get(OFFERS).text)
        self.assertIn('role="alert"', self._post(f'{OFFERS}/{offer.id}/ask', qty='61').text)
        response = self._post(f'{OFFERS}/{offer.id}/ask', qty='24')
        transfer = self.env['channel.transfer'].search([('offer_id', '=', offer.id)])
        self.assertTrue(response.headers['Location'].endswith(f'{TRANSFERS}/{transfer.id}'))
        self.assertEqual((transfer.state, transfer.line_ids.qty), ('receiver_agreed', 24))
        self._login(self.giver_user)
        self._post(f'{OFFERS}/{offer.id}/withdraw')
        offer.invalidate_recordset()
        self.assertEqual(offer.state, 'withdrawn')

    def test_anything_can_be_found_and_offered(self):
        bread = self._create_goods('AAA-1', 5, stock=())
        self._stock_up(self.dealer, bread, 20, 1)
        keys = {product: f'qty_{product.id}_0' for product in (bread, self.milk)}
        self._login(self.giver_user)
        with patch.object(offers, 'SHOWN', 1):
            page = self._get(f'{OFFERS}/new').text
            self.assertIn(keys[self.milk], page, "what lies too long stands first, whatever its code")
            self.assertNotIn(keys[bread], page)
            self.assertIn("Search for what is missing", page)
            for search in ('aaa-1', '%20AAA-1', 'aa+A-1'):
                page = self._get(f'{OFFERS}/new?search={search}').text
                self.assertIn(keys[bread], page, search)
                self.assertNotIn(keys[self.milk], page, search)
            self.assertIn("No product fits", self._get(f'{OFFERS}/new?search=' + 'x' * 500).text)
            refused = self._post(f'{OFFERS}/new', search='AAA-1', **{keys[bread]: '9999'}).text
            self.assertIn('role="alert"', refused)
            self.assertIn('value="9999"', refused, "what was typed in stands there again")
            self._post(f'{OFFERS}/new', **{keys[bread]: '5'})
        offer = self.env['channel.offer'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((offer.product_id, offer.qty), (bread, 5))

    def test_offers_cost_the_same_with_more_of_them(self):
        def count(path):
            self._get(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._get(path).status_code, 200)
            return self.cr.sql_log_count - before
        paths = (OFFERS, f'{OFFERS}/new', f'{OFFERS}/new?search=m')
        self._stock_up(self.needy, self.milk, 60, 0)
        self.env['channel.offer'].create({'member_id': self.needy.id, 'product_id': self.milk.id, 'qty': 6})
        self._login(self.giver_user)
        few = {path: count(path) for path in paths}
        for number in range(8):
            product = self._create_goods(f'MORE-{number}', 5, stock=())
            for member in (self.dealer, self.needy):
                self._stock_up(member, product, 60, 0)
            self.env['channel.offer'].create({'member_id': self.needy.id, 'product_id': product.id, 'qty': 6})
        for path in paths:
            with self.subTest(path=path):
                self.assertLessEqual(count(path), few[path] + 2)

    def test_tasks(self):
        transfer = self._transfer()
        transfer._offer()
        count = lambda user: self.dealer.with_user(user).sudo()._portal_get_tasks()['transfers']  # noqa: E731
        self.assertEqual((count(self.giver_user), count(self.keeper)), (1, 0))
        self._login(self.giver_user)
        self.assertIn(f'href="{TRANSFERS}"', self._get('/my/channel').text)
        transfer._agree('giver')
        transfer._agree('receiver')
        self.assertEqual((count(self.giver_user), count(self.keeper), count(self.accountant)), (1, 1, 0))

    def test_transfer_note(self):
        transfer = self._transfer()
        transfer._offer()
        self._login(self.giver_user)
        self.assertEqual(self._get(f'{TRANSFERS}/{transfer.id}/pdf').status_code, 303)
        transfer._agree('giver')
        transfer._agree('receiver')
        html = self.env['ir.actions.report']._render_qweb_html(
            'channel_inventory.action_report_transfer', transfer.ids)[0].decode()
        for text in (transfer.name, "Company D1", "Company D3", "MLK-1"):
            self.assertIn(text, html)

    def test_pages_cost_the_same_with_more_on_them(self):
        def count(path):
            self.env.invalidate_all()
            self._get(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._get(path).status_code, 200)
            return self.cr.sql_log_count - before
        transfer = self._approved(qty=6)
        paths = (
            TRANSFERS, f'{TRANSFERS}?show=send', f'{TRANSFERS}/{transfer.id}', OFFERS, f'{OFFERS}/new', '/my/channel')
        self._login(self.giver_user)
        few = {path: count(path) for path in paths}
        for _number in range(8):
            self._approved(qty=6)
        for path in paths:
            with self.subTest(path=path):
                many = count(path)
                self.assertLessEqual(many, few[path] + 2)
                self.assertLessEqual(many, 45)
