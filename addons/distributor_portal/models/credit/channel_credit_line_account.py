from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import credit
from ...utils import to_decimal


class ChannelCreditLine(models.Model):
    """What a credit line's use is made of, and whether it is on hold."""

    _inherit = 'channel.credit.line'

    pool_member_ids = fields.Many2many(
        'channel.member', compute='_compute_pool_member_ids', string="Members That Draw on It",
        help="The member itself, and those below whose \"Draws on Upstream's Credit\" is set.")
    open_order_amount = fields.Monetary(
        "Open Orders", compute='_compute_components', help="Ordered and neither delivered nor invoiced.")
    delivered_amount = fields.Monetary(
        "Delivered, Not Invoiced", compute='_compute_components')
    invoice_amount = fields.Monetary("Open Invoices", compute='_compute_components')
    refund_amount = fields.Monetary(
        "Credit Notes", compute='_compute_components',
        help="Not yet allocated to an invoice; they reduce what is used.")
    payment_amount = fields.Monetary(
        "Payments Not Allocated", compute='_compute_components',
        help="Payments and other entries on the account that no invoice was matched with; they reduce what is used.")
    overdue_amount = fields.Monetary(
        "Overdue", compute='_compute_overdue', help="Of the member itself, past its grace.")
    overdue_days = fields.Integer("Days Overdue", compute='_compute_overdue', help="Of the oldest such invoice.")
    is_on_hold = fields.Boolean(
        "On Hold", compute='_compute_overdue', search='_search_is_on_hold',
        help="An invoice is unpaid beyond its grace: no new order goes through until it is paid.")
    hold_reason = fields.Char("Why", compute='_compute_overdue')
    waiting_raise_count = fields.Integer("Raises Asked For", compute='_compute_waiting_raise_count')

    # === COMPUTE METHODS === #

    @api.depends('used_amount')
    def _compute_pool_member_ids(self):
        pool = self._get_pool_member_ids()
        for line in self:
            line.pool_member_ids = pool.get(line.id, [])

    @api.depends('used_amount')
    def _compute_components(self):
        lines_sudo = self.sudo()
        pool = lines_sudo._get_pool_member_ids()
        booked, held = lines_sudo._get_booked(pool), lines_sudo._get_held(pool)
        for line in self:
            amounts, (orders, delivered) = booked.get(line.id, {}), held.get(line.id, (0, 0))
            line.open_order_amount = orders - delivered
            line.delivered_amount = delivered
            line.invoice_amount = amounts.get('invoice', 0)
            line.refund_amount = amounts.get('refund', 0)
            line.payment_amount = amounts.get('payment', 0)

    @api.depends('used_amount', 'grace_days', 'holds_overdue')
    @api.depends_context('lang')
    def _compute_overdue(self):
        overdue = self.sudo()._get_overdue(is_hold=False)
        for line in self:
            late = overdue[line.sudo()]
            line.overdue_amount = late.amount if late else 0
            line.overdue_days = late.days if late else 0
            line.is_on_hold = bool(late) and line.holds_overdue
            line.hold_reason = line.is_on_hold and self.env._(
                "%(invoice)s was due on %(due)s.", invoice=late.name, due=late.due)

    def _search_is_on_hold(self, operator, value):
        if operator != 'in':
            return NotImplemented
        lines = self.sudo().search([('holds_overdue', '=', True), ('used_amount', '>', 0)])
        held = [line.id for line, late in lines._get_overdue().items() if late]
        return [('id', 'in' if True in value else 'not in', held)]

    def _compute_waiting_raise_count(self):
        counts = dict(self.env['channel.credit.raise']._read_group(
            [('line_id', 'in', self.ids), ('state', '=', 'requested')], ['line_id'], ['__count']))
        for line in self:
            line.waiting_raise_count = counts.get(line, 0)

    # === ACTION METHODS === #

    def action_view_orders(self):
        """The orders that hold part of this credit."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_order_action')
        domain = [('channel_member_id', 'in', self.pool_member_ids.ids), ('channel_credit_amount', '!=', 0)]
        return {**action, 'domain': domain, 'context': {}}

    def action_view_account(self):
        """What is open on the accounts of the members that draw on this credit."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Open on Account"),
            'res_model': 'account.move.line',
            'view_mode': 'list,form',
            'domain': [
                ('partner_id.commercial_partner_id', 'in', self.pool_member_ids.partner_id.ids),
                ('account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),
                ('reconciled', '=', False), ('company_id', 'in', self.company_id.ids)],
            'context': {'create': False},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_open_items(self, members):
        """{member id: [`OpenItem`] on its own account}; one query"""
        self.env['account.move.line'].flush_model()
        rows = self.env.execute_query(SQL("""
            SELECT member.id, COALESCE(entry.move_name, ''), COALESCE(entry.date_maturity, entry.date),
                   entry.amount_residual, COALESCE(entry.no_followup, FALSE) OR entry.payment_id IS NOT NULL,
                   entry.move_id
              FROM channel_member member
              JOIN res_partner partner ON partner.commercial_partner_id = member.partner_id
              JOIN account_move_line entry ON entry.partner_id = partner.id AND entry.reconciled IS NOT TRUE
                   AND entry.parent_state = 'posted' AND entry.company_id = member.company_id
              JOIN account_account account ON account.id = entry.account_id
                   AND account.account_type = 'asset_receivable'
             WHERE member.id = ANY(%s) AND entry.amount_residual != 0
        """, members.ids))
        items = defaultdict(list)
        for member_id, name, due, amount, is_disputed, move_id in rows:
            items[member_id].append(credit.OpenItem(name, due, to_decimal(amount, 2), is_disputed, move_id))
        return items

    def _get_overdue(self, is_hold=True):
        """{line: what its own member has overdue past the grace, or None}; one query however many

        :param is_hold: leave out lines that are not held for it
        """
        asked = self.filtered('holds_overdue') if is_hold else self
        items = self._get_open_items(asked.member_id) if asked else {}
        today = {company: company._channel_get_today() for company in asked.company_id}
        return {
            line: credit.find_overdue(items.get(line.member_id.id, ()), today[line.company_id], line.grace_days)
            if line in asked else None
            for line in self
        }
