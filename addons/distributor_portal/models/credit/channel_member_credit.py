from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelMember(models.Model):
    """The credit of a member, and what the dealer centre shows of it. The callers have checked who asks."""

    _inherit = 'channel.member'

    shares_upstream_credit = fields.Boolean(
        "Draws on Upstream's Credit", tracking=True, groups='base.group_user',
        help="What this member orders and owes also counts against its upstream's credit line, and must fit into both. "
             "Without a line of its own, the upstream's alone counts.")
    has_reminders = fields.Boolean(
        "Payment Reminders", default=True, tracking=True, groups='base.group_user',
        help="Remind this member by mail and text message before and after invoices fall due.")

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to count anew where a change of line or sharing moves debts from one credit line to another."""
        is_moved = {'shares_upstream_credit', 'upstream_id', 'active'} & set(vals)
        CreditLine = self.env['channel.credit.line'].sudo()
        touched = CreditLine.browse(CreditLine._get_line_ids_for(self)) if is_moved else CreditLine
        result = super().write(vals)
        if is_moved:
            (touched | CreditLine.browse(CreditLine._get_line_ids_for(self)))._recount()
        return result

    # === ACTION METHODS === #

    def action_give_credit(self):
        """Give a credit line by the policy that fits to each of these members that has none."""
        self.check_access('write')
        bare = self.filtered(lambda member: not member.credit_line_ids)
        fitting = self.env['channel.credit.policy']._find_for(bare)
        if not fitting:
            raise UserError(self.env._("None of these members lacks a credit line and fits a credit policy."))
        lines = self.env['channel.credit.line'].create([
            {'member_id': member.id, 'company_id': member.company_id.id} for member in fitting])
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_credit_line_action')
        return {**action, 'domain': [('id', 'in', lines.ids)], 'context': {}}

    # === PORTAL === #

    @api.model
    def _portal_describe_credit(self, line):
        """The parts that what is used is made of, those that are nothing left out: [(label, amount)]"""
        parts = [
            (self.env._("Open orders"), line.open_order_amount),
            (self.env._("Delivered, not invoiced"), line.delivered_amount),
            (self.env._("Open invoices"), line.invoice_amount),
            (self.env._("Credit notes"), line.refund_amount),
            (self.env._("Payments not allocated"), line.payment_amount),
        ]
        return [(label, amount) for label, amount in parts if not line.currency_id.is_zero(amount)]

    def _portal_get_open_invoices(self, limit=100):
        """What this member has not paid yet, the oldest first."""
        self.ensure_one()
        return self.env['account.move'].search([
            ('commercial_partner_id', '=', self.partner_id.id), ('company_id', '=', self.company_id.id),
            ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), ('amount_residual', '!=', 0),
        ], order='invoice_date_due, id', limit=limit)

    def _portal_request_raise(self, user, amount, date_to, reason):
        """Ask headquarters for more credit until a day.

        :raise UserError: there is no line, or a request waits already
        """
        self.ensure_one()
        line = self._portal_get_credit()
        if not line:
            raise UserError(self.env._("No credit is agreed; ask your contact at headquarters."))
        if line.raise_ids.filtered(lambda raise_: raise_.state == 'requested'):
            raise UserError(self.env._("A raise waits for headquarters already."))
        if date_to < self.company_id._channel_get_today():
            raise UserError(self.env._("The raise would be over before it is decided on."))
        return self.env['channel.credit.raise'].with_user(user).sudo().create({
            'line_id': line.id, 'amount': amount, 'date_from': self.company_id._channel_get_today(),
            'date_to': date_to, 'reason': reason,
        })

    def _portal_withdraw_raise(self, user, raise_id):
        """Take back a raise of this member that waits. Decided on meanwhile, or another's, nothing happens."""
        self.ensure_one()
        self._portal_get_credit().raise_ids.filtered(
            lambda raise_: raise_.id == raise_id and raise_.state == 'requested').with_user(user).sudo()._withdraw()
