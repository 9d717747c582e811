from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command


class ChannelDemo(models.AbstractModel):
    """Credit in every state: nearly used up, raised for a time, on hold, shared, small by a policy, reminded of."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of credit."""
        result = super()._load_stories(members)
        self._load_micro_credit(members)
        self._load_nearly_used(members['D0004'])
        self._load_raises(members)
        self._load_hold(members['A02'])
        members['S00006'].shares_upstream_credit = True
        self._load_invoice(members['D0005'], 8_600, due_days=2)
        self.env['channel.credit.reminder']._cron_send()
        return result

    @api.model
    def _load_micro_credit(self, members):
        policy = self.env['channel.credit.policy'].create({
            'name': "Corner shops",
            'tier_id': self.env.ref('distributor_portal.channel_tier_store').id,
            'segment': 'regular',
            'limit_amount': 30_000,
        })
        self._translate({policy: "街边小店"})
        for code in ('S00007', 'S00008', 'S00009'):
            members[code].credit_line_ids.policy_id = policy

    @api.model
    def _load_nearly_used(self, member):
        line = member.credit_line_ids
        self._load_invoice(member, round(line.limit_amount * .93 - line.used_amount, 2), due_days=20)

    @api.model
    def _load_raises(self, members):
        """One in force, asked for by the dealer; one that waits for a manager."""
        today = self.env.company._channel_get_today()
        values = {'date_from': today, 'date_to': today + relativedelta(months=1)}
        granted = self._as('dealer')['channel.credit.raise'].create({
            **values, 'line_id': members['D0001'].credit_line_ids.id, 'amount': 100_000,
            'reason': "国庆备货 Stock for the October holidays"})
        granted.decision_note = "按合同第 7 条 By clause 7 of the contract"
        granted.with_user(self.env.ref('base.user_admin')).action_approve()
        self._as('hq')['channel.credit.raise'].create({
            **values, 'line_id': members['D0004'].credit_line_ids.id, 'amount': 80_000,
            'reason': "新店开业 Three new shops open"})

    @api.model
    def _load_hold(self, member):
        member.credit_line_ids.write({'holds_overdue': True, 'grace_days': 7})
        self._load_invoice(member, 52_300, due_days=-15)
        self._load_invoice(member, 18_900, due_days=-3)

    @api.model
    def _load_invoice(self, member, amount, due_days):
        """A posted invoice that falls due so many days from now."""
        due = member.company_id._channel_get_today() + relativedelta(days=due_days)
        invoice = self.env['account.move'].create({
            'move_type': 'out_invoice',
            'partner_id': member.partner_id.id,
            'invoice_date': due - relativedelta(days=30),
            'invoice_payment_term_id': False,
            'invoice_date_due': due,
            'invoice_line_ids': [Command.create({
                'name': "上期货款 Goods of the month before", 'quantity': 1, 'price_unit': amount, 'tax_ids': False})],
        })
        invoice.action_post()
        return invoice
