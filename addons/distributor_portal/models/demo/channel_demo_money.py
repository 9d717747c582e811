from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command


class ChannelDemo(models.AbstractModel):
    """Statements of last month: one to sign, one with a disputed line, one signed; and a way to pay online."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of money."""
        result = super()._load_stories(members)
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        quiet = self.with_context(mail_activity_quick_update=True)
        quiet._load_providers()
        quiet._load_last_month(members)
        quiet._load_statements(members)
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()  # these people are made up
        return result

    @api.model
    def _load_providers(self):
        """Those of Odoo that move no money, where they are installed."""
        Provider = self.env['payment.provider']
        company = self.env.ref('base.main_company')
        for provider in Provider.search([('company_id', '=', company.id), ('code', 'in', ('demo', 'custom'))]):
            provider.write({'state': 'test' if provider.code == 'demo' else 'enabled', 'is_published': True})

    @api.model
    def _load_last_month(self, members):
        """What the store and its dealer were invoiced, credited, and have paid."""
        first = self.env.company._channel_get_today().replace(day=1) - relativedelta(months=1)
        store, dealer = members['S00001'], members['D0001']
        paid = self._load_document(store, "酸奶 Yoghurt", 860, first + relativedelta(days=5))
        self._load_document(store, "鲜奶 Milk", 1_240, first + relativedelta(days=13))
        self._load_document(store, "退货 Return", 120, first + relativedelta(days=19), 'out_refund')
        self._load_document(dealer, "上期货款 Goods of the month before", 18_400, first + relativedelta(days=8))
        self._load_document(dealer, "促销堆头 Display for the promotion", 2_600, first + relativedelta(days=16))
        register = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=paid.ids)
        register.create({'payment_date': first + relativedelta(days=22)})._create_payments()

    @api.model
    def _load_document(self, member, name, amount, day, move_type='out_invoice'):
        move = self.env['account.move'].create({
            'move_type': move_type,
            'partner_id': member.partner_id.id,
            'invoice_date': day,
            'invoice_payment_term_id': False,
            'invoice_date_due': day + relativedelta(days=60),
            'invoice_line_ids': [Command.create({
                'name': name, 'quantity': 1, 'price_unit': amount, 'tax_ids': False})],
        })
        move.action_post()
        return move

    @api.model
    def _load_statements(self, members):
        today = self.env.company._channel_get_today()
        run = self.env['channel.reconciliation.run'].create({
            'date_from': today.replace(day=1) - relativedelta(months=1),
            'date_to': today.replace(day=1) - relativedelta(days=1),
            'sign_until': today + relativedelta(days=9),
            'member_ids': [Command.set([members[code].id for code in ('S00001', 'D0001', 'A02')])]})
        run._work()
        statements = {statement.member_id.code: statement for statement in run.reconciliation_ids}
        line = statements['D0001'].line_ids.filtered(lambda line: line.amount == 2_600)
        statements['D0001']._portal_dispute(
            self._as('dealer').user, line.id, 'price', "约定为 2,300 元。 We had agreed on 2,300.", their_amount=2_300)
        if signed := statements.get('A02'):
            signed._portal_sign(self._as('agent2').user, "沈明 Shen Ming", signed.sha256, '192.0.2.20')
