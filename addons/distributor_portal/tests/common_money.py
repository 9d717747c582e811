import secrets
from datetime import timedelta

from odoo import http
from odoo.fields import Command

from .common_credit import CreditCommon


class MoneyCommon(CreditCommon):
    """The dealer owes two invoices, one of them overdue, and has a statement of the last 60 days to sign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls._create_portal_user(cls.dealer, 'finance_user', role='finance')
        cls.owner = cls._create_portal_user(cls.dealer, 'owner_user')
        cls.buyer = cls._create_portal_user(cls.dealer, 'buyer_user', role='buyer')
        cls.rival = cls._create_portal_user(cls.rival_dealer, 'rival_user')
        cls.agent_user = cls._create_portal_user(cls.agent, 'agent_user')
        cls.late = cls._create_invoice(cls.dealer, 60, due_days=-12)
        cls.next = cls._create_invoice(cls.dealer, 40.5, due_days=5)
        cls.store_invoice = cls._create_invoice(cls.store, 33, due_days=-12)

    @classmethod
    def _issue(cls, members=None, **values):
        days = {'date_from': cls.today - timedelta(60), 'date_to': cls.today, **values}
        return cls.env['channel.reconciliation']._issue(members or cls.dealer, **days)

    @classmethod
    def _create_provider(cls):
        """A provider that pays nothing: its payments stand where a test puts them."""
        form = cls.env['ir.ui.view'].create({
            'name': "Dummy Redirect Form", 'type': 'qweb', 'arch': '<form action="dummy" method="post"/>'})
        cls.method = cls.env.ref('payment.payment_method_unknown')
        provider = cls.env['payment.provider'].create({
            'name': "Dummy", 'code': 'none', 'state': 'test', 'is_published': True,
            'payment_method_ids': [Command.set(cls.method.ids)], 'redirect_form_view_id': form.id})
        cls.method.active = True
        journal = cls.company_data['default_journal_bank']
        manual = cls.env.ref('account.account_payment_method_manual_in')
        cls.env['account.payment.method.line'].create({
            'name': "Dummy", 'payment_method_id': manual.id, 'journal_id': journal.id,
            'payment_provider_id': provider.id,
            'payment_account_id': cls.inbound_payment_method_line.payment_account_id.id})
        provider.journal_id = journal
        return provider

    # --- over HTTP

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _get(self, path):
        return self.url_open(f'/my/channel{path}', allow_redirects=False)

    def _post(self, path, files=None, **data):
        return self.url_open(f'/my/channel{path}', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data,
        }, files=files, allow_redirects=False)

    def _assert_like_missing(self, path, missing, **data):
        """Another's looks exactly like one that does not exist."""
        for fetch in (self._get, lambda path: self._post(path, **data)):
            mine, none = fetch(path), fetch(missing)
            self.assertEqual(mine.status_code, none.status_code, path)
            self.assertEqual(mine.headers.get('Location'), none.headers.get('Location'), path)
