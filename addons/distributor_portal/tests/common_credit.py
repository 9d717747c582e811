from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import ChannelCommon


class CreditCommon(ChannelCommon):
    """The dealer has a credit line of 300; two managers, since nobody approves what he asked for himself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._create_credit(cls.dealer, 300)
        cls.today = cls.company._channel_get_today()
        cls.manager = new_test_user(cls.env, 'credit_manager', groups='distributor_portal.group_channel_manager')
        cls.desk = new_test_user(cls.env, 'credit_desk', groups='distributor_portal.group_channel_user')

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _create_invoice(cls, member, amount, due_days=30, move_type='out_invoice', **values):
        """A posted invoice that no order was the reason of."""
        due = cls._day(due_days)
        move = cls.env['account.move'].create({
            'move_type': move_type,
            'partner_id': member.partner_id.id,
            'invoice_date': min(due, cls.today) - timedelta(days=30),
            'invoice_payment_term_id': False,
            'invoice_date_due': due,
            'invoice_line_ids': [Command.create({
                'name': "Goods", 'quantity': 1, 'price_unit': amount, 'tax_ids': False})],
            **values,
        })
        move.action_post()
        return move

    @classmethod
    def _create_payment(cls, member, amount, **values):
        """A posted payment that is not allocated to any invoice."""
        payment = cls.env['account.payment'].create({
            'payment_type': 'inbound', 'partner_type': 'customer', 'partner_id': member.partner_id.id,
            'amount': amount, 'journal_id': cls.company_data['default_journal_bank'].id, **values})
        payment.action_post()
        return payment

    @classmethod
    def _create_raise(cls, amount=100, start=0, end=10, line=None, user=None, **values):
        return cls.env['channel.credit.raise'].with_user(user or cls.desk).create({
            'line_id': (line or cls.credit).id, 'amount': amount, 'date_from': cls._day(start),
            'date_to': cls._day(end), 'reason': "Spring festival", **values})

    def _reconcile(self, *moves):
        self.env['account.move'].union(*moves).line_ids.filtered(lambda line: (
            line.account_id.account_type == 'asset_receivable' and not line.reconciled)).reconcile()

    def _get_components(self, line=None):
        """Open orders, delivered, invoices, credit notes, payments."""
        line = line or self.credit
        line.invalidate_recordset()
        return (line.open_order_amount, line.delivered_amount, line.invoice_amount, line.refund_amount,
                line.payment_amount)

    def _assert_exact(self, *lines):
        """Components add up to what is used, and a count from the documents finds the same."""
        self.env.flush_all()
        self.env.invalidate_all()
        for line in lines or [self.credit]:
            self.assertAlmostEqual(sum(self._get_components(line)), line.used_amount, 2)
        self.assertEqual(self.env['channel.credit.line']._find_differences(), {})
        self.assertEqual(self.env['channel.credit.line']._cron_check(), 0)
