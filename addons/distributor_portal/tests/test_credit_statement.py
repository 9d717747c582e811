import io
import secrets
from datetime import date

import openpyxl

from odoo import http
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_credit import CreditCommon


@tagged('-at_install', 'post_install')
class TestCreditStatement(CreditCommon):
    """The account at any date, against figures worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.env.ref('base.EUR')
        euro.active = True
        cls.env['res.currency.rate'].create({'currency_id': euro.id, 'rate': 0.5, 'name': '2020-01-01'})
        # An old debt, one paid in part before and in full after the end of June, a credit note, euros, money ahead.
        cls.old = cls._post('out_invoice', 100, '2026-02-01', '2026-03-01')
        cls.part = cls._post('out_invoice', 200, '2026-05-10', '2026-06-09')
        cls.note = cls._post('out_refund', 30, '2026-05-20', '2026-05-20')
        cls.euros = cls._post('out_invoice', 40, '2026-06-20', '2026-07-20', currency_id=euro.id)
        cls.paid = cls._post('out_invoice', 70, '2026-04-01', '2026-05-01')
        cls._settle(cls.paid, cls._create_payment(cls.dealer, 70, date='2026-05-02').move_id)
        cls._settle(cls.part, cls._create_payment(cls.dealer, 50, date='2026-06-15').move_id)
        cls._settle(cls.part, cls._create_payment(cls.dealer, 150, date='2026-07-10').move_id)
        cls._settle(cls.old, cls._create_payment(cls.dealer, 100, date='2026-07-11').move_id)
        cls.ahead = cls._create_payment(cls.dealer, 15, date='2026-06-30').move_id

    @classmethod
    def _post(cls, move_type, amount, day, due, **values):
        move = cls.env['account.move'].create({
            'move_type': move_type, 'partner_id': cls.dealer.partner_id.id, 'invoice_date': day, 'date': day,
            'invoice_date_due': due, 'invoice_line_ids': [Command.create({
                'name': "Goods", 'quantity': 1, 'price_unit': amount, 'tax_ids': False})], **values})
        move.action_post()
        return move

    @classmethod
    def _settle(cls, *moves):
        cls.env['account.move'].union(*moves).line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable').reconcile()

    def _get(self, start='2026-05-01', end='2026-06-30'):
        return self.dealer._get_statement(date.fromisoformat(start), date.fromisoformat(end))

    def test_statement_by_hand(self):
        statement = self._get()
        self.assertEqual(statement['opening'], 170, "the old debt and the one paid in May")
        self.assertEqual([(str(line['date']), line['amount'], line['balance']) for line in statement['lines']], [
            ('2026-05-02', -70, 100), ('2026-05-10', 200, 300), ('2026-05-20', -30, 270), ('2026-06-15', -50, 220),
            ('2026-06-20', 80, 300), ('2026-06-30', -15, 285)])
        self.assertEqual(statement['closing'], 285)
        self.assertEqual({item['move_id']: (item['amount'], item['days']) for item in statement['open_items']}, {
            self.old.id: (100, 121), self.part.id: (150, 21), self.note.id: (-30, 41), self.euros.id: (80, -20),
            self.ahead.id: (-15, 0)})
        self.assertEqual(statement['ages'], {
            'not_due': 80, 'd30': 150, 'd60': 0, 'd90': 0, 'older': 100, 'unallocated': -45})
        self.assertIn("40.00", next(line['foreign'] for line in statement['lines'] if line['foreign']))

    def test_later_payments_show_on_later_statements(self):
        statement = self._get('2026-07-01', '2026-07-31')
        self.assertEqual((statement['opening'], statement['closing']), (285, 35))
        self.assertEqual(sum(statement['ages'].values()), 35)
        self.assertEqual(
            {item['move_id'] for item in statement['open_items']}, {self.note.id, self.euros.id, self.ahead.id})

    def test_statement_before_anything_is_empty(self):
        statement = self._get('2025-01-01', '2025-01-31')
        self.assertEqual((statement['opening'], statement['closing'], statement['lines']), (0, 0, []))

    def test_drafts_and_debts_of_others_are_not_in_it(self):
        self._create_invoice(self.rival_dealer, 500)
        self.old.button_draft()
        self.assertEqual(self._get()['opening'], 70)

    def test_queries_do_not_grow_with_entries(self):
        def count(start, end):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get(start, end)
            return self.env.cr.sql_log_count - before
        count('2026-01-01', '2026-12-31')
        self.assertEqual(count('2026-06-20', '2026-06-20'), count('2026-01-01', '2026-12-31'))

    def test_spreadsheet_holds_text_that_looks_like_a_formula(self):
        self.note.name = "=1+1"
        wizard = self.env['channel.statement'].with_user(self.desk).create({
            'member_id': self.dealer.id, 'date_from': '2026-05-01', 'date_to': '2026-06-30'})
        self.assertTrue(wizard.file_name.endswith('.xlsx'))
        content = self.dealer._get_statement_xlsx(self._get())
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertFalse([cell for cell in cells if cell.data_type == 'f'])
        self.assertIn("=1+1", [cell.value for cell in cells])
        self.assertIn(285, [cell.value for cell in cells])

    def test_desk_sees_and_prints_it(self):
        wizard = self.env['channel.statement'].with_user(self.desk).create({
            'member_id': self.dealer.id, 'date_from': '2026-05-01', 'date_to': '2026-06-30'})
        self.assertIn(self.part.name, wizard.statement_html)
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            'distributor_portal.statement_report', wizard.ids)
        self.assertIn(self.part.name, html.decode())

    def test_statement_of_another_company_is_not_shown(self):
        stranger = new_test_user(self.env, 'no_channel', groups='base.group_user')
        with self.assertRaises(AccessError):
            self.env['channel.statement'].with_user(stranger).create({
                'member_id': self.dealer.id, 'date_from': '2026-05-01', 'date_to': '2026-06-30'})


@tagged('-at_install', 'post_install')
class TestMoneyPages(CreditCommon, HttpCase):
    """The money pages over real HTTP: who sees them, and only one's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.dealer, 'money_owner')
        cls.finance = cls._create_portal_user(cls.dealer, 'money_finance', role='finance')
        cls.buyer = cls._create_portal_user(cls.dealer, 'money_buyer', role='buyer')
        cls.rival = cls._create_portal_user(cls.rival_dealer, 'money_rival')
        cls.invoice = cls._create_invoice(cls.dealer, 60, due_days=-12)

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _post_raise(self, **values):
        return self.url_open('/my/channel/money/raise', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16),
            'amount': '50', 'date_to': str(self._day(10)),
            'reason': "Festival", **values}, allow_redirects=False)

    def test_owner_and_finance_see_what_is_used_and_open(self):
        for user in (self.owner, self.finance):
            self._login(user)
            page = self.url_open('/my/channel/money').text
            for text in (self.invoice.name, "12 days overdue", "240.00", "Open invoices", "Pay all overdue"):
                self.assertIn(text, page)

    def test_hold_says_what_to_pay(self):
        self.credit.write({'holds_overdue': True, 'grace_days': 7})
        self._login(self.owner)
        page = self.url_open('/my/channel/money').text
        self.assertIn("on hold", page)
        self.assertIn("60.00", page)
        self.assertIn("on hold", self.url_open('/my/channel').text)

    def test_others_are_sent_away_and_see_nothing(self):
        self._login(self.buyer)
        for path in ('/money', '/statement', '/statement/xlsx', '/statement/pdf'):
            response = self.url_open('/my/channel' + path, allow_redirects=False)
            self.assertEqual(response.status_code, 303, path)
        self._post_raise()
        self.assertFalse(self.credit.raise_ids)
        self.assertNotIn('/my/channel/money', self.url_open('/my/channel').text)
        self._login(self.rival)
        for path in ('/money', '/statement'):
            self.assertNotIn(self.invoice.name, self.url_open('/my/channel' + path).text)
        self.assertNotIn(self.invoice.name.encode(), self.url_open('/my/channel/statement/xlsx').content)

    def test_raise_asked_for_waits_for_headquarters(self):
        self._login(self.finance)
        self.assertEqual(self._post_raise().status_code, 303)
        asked = self.credit.raise_ids
        self.assertEqual((asked.amount, asked.state, asked.requested_by), (50, 'requested', self.finance))
        self.assertIn("Waits for Approval", self.url_open('/my/channel/money').text)
        self.assertIn("waits for headquarters already", self._post_raise().text)
        asked.with_user(self.manager).action_approve()
        self.assertIn("350.00", self.url_open('/my/channel/money').text)

    def test_bad_requests_say_so_and_change_nothing(self):
        self._login(self.owner)
        for values in ({'amount': '-5'}, {'amount': '0'}, {'amount': 'nan'}, {'amount': '1e99'}, {'amount': 'x'},
                       {'date_to': 'soon'}, {'date_to': str(self._day(-1))}, {'date_to': '2099-01-01'},
                       {'reason': '  '}, {'state': 'approved', 'amount': ''}):
            with self.subTest(values=values), mute_logger('odoo.sql_db'):
                response = self._post_raise(**values)
                self.assertEqual(response.status_code, 200)
                self.assertIn('alert-danger', response.text)
        self.assertFalse(self.credit.raise_ids)

    def test_statement_and_its_files(self):
        self._login(self.owner)
        self.assertIn(self.invoice.name, self.url_open('/my/channel/statement').text)
        for query in ('?date_from=x&date_to=9', '?date_from=2099-01-01&date_to=2020-01-01', '?date_from=0001-01-01'):
            self.assertEqual(self.url_open('/my/channel/statement' + query).status_code, 200, query)
        content = self.url_open(f'/my/channel/statement/xlsx?date_to={self.today}').content
        cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        self.assertIn(self.invoice.name, cells)
        self.assertEqual(self.url_open('/my/channel/statement/exe').status_code, 404)

    def test_statement_is_printed(self):
        self._login(self.owner)
        response = self.url_open('/my/channel/statement/pdf')
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b'%PDF') or self.invoice.name.encode() in response.content)

    def test_desk_downloads_the_spreadsheet(self):
        wizard = self.env['channel.statement'].with_user(self.desk).create({'member_id': self.dealer.id})
        self._login(self.desk)
        content = self.url_open(wizard.action_download()['url']).content
        self.assertTrue(openpyxl.load_workbook(io.BytesIO(content)).active.max_row > 5)

    def test_member_that_draws_on_its_upstream_sees_no_figures(self):
        user = self._create_portal_user(self.store, 'money_store')
        self.store.shares_upstream_credit = True
        self._login(user)
        page = self.url_open('/my/channel/money').text
        self.assertIn("draw on the credit of your upstream", page)
        self.assertNotIn("300.00", page)
        self.assertIn("No credit is agreed", self._post_raise().text)

    def test_credit_models_are_not_for_the_portal(self):
        for model in ('channel.credit.raise', 'channel.credit.policy', 'channel.credit.reminder', 'channel.statement',
                      'channel.reminder.preview', 'channel.credit.line'):
            self.assertFalse(self.env[model].with_user(self.owner).has_access('read'), model)
        for name in ('shares_upstream_credit', 'has_reminders'):
            with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
                self.dealer.with_user(self.owner).read([name])
