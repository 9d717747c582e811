from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import OPEN_STATES
from ...engine import fingerprint, worst
from ...utils import with_own_defaults
from ..rules.channel_verdict import DECISION_NAMES

# Written by the checks, as superuser, and by nobody else.
RESULT_FIELDS = {
    'channel_state', 'channel_run', 'channel_problems', 'channel_credit_line_id', 'channel_credit_amount',
    'channel_sourcing', 'channel_content', 'channel_fingerprint', 'channel_urgent_until', 'channel_hand_warehouse_id',
    'channel_is_part_shipped',
}
CHANNEL_STATES = [
    ('draft', "Draft"), ('rejected', "Sent Back"), ('upstream', "Waits for Upstream"), ('hq', "Waits for HQ"),
    ('accepted', "Accepted"), ('confirmed', "Confirmed"), ('shipped', "Shipped"), ('received', "Received"),
    ('cancelled', "Cancelled")]


class SaleOrder(models.Model):
    """A channel order: a `sale.order` of a member. The steps it takes; how it is judged stands in sale_order_check."""

    _inherit = 'sale.order'

    channel_member_id = fields.Many2one(
        'channel.member', "Channel Member", compute='_compute_channel_member_id', store=True, readonly=False,
        precompute=True, index='btree_not_null', ondelete='restrict', check_company=True)
    channel_tier_id = fields.Many2one(related='channel_member_id.tier_id', string="Channel Tier", store=True)
    channel_source_id = fields.Many2one(
        'channel.source', "Order Source", index='btree_not_null', ondelete='restrict', copy=False)
    channel_external_id = fields.Char("External Number", copy=False, help="As the source names it; once per source.")
    channel_fingerprint = fields.Char(
        copy=False, groups='base.group_user', help="SHA-256 of the content as first received.")
    channel_state = fields.Selection(
        CHANNEL_STATES, "Channel Status", index='btree_not_null', copy=False, tracking=True, readonly=True)
    channel_content = fields.Char(
        copy=False, readonly=True, groups='base.group_user',
        help="SHA-256 of what was judged last: lines, prices, place.")
    channel_run = fields.Integer("Checks Made", copy=False, readonly=True)
    channel_problems = fields.Json(
        copy=False, groups='base.group_user', help="What of the order as received could not be read.")
    channel_verdict_ids = fields.One2many('channel.verdict', 'order_id', "All Verdicts", readonly=True)
    channel_current_verdict_ids = fields.One2many(
        'channel.verdict', compute='_compute_channel_current_verdict_ids', string="Verdicts")
    channel_worst_decision = fields.Selection(
        DECISION_NAMES, "Finding", compute='_compute_channel_worst', groups='base.group_user',
        help="The hardest verdict of the latest check.")
    channel_worst_message = fields.Char("Why", compute='_compute_channel_worst', groups='base.group_user')
    channel_approval_ids = fields.One2many('channel.approval', 'order_id', "Approvals", readonly=True)
    channel_event_ids = fields.One2many('channel.order.event', 'order_id', "Timeline", readonly=True)
    channel_receipt_ids = fields.One2many('channel.receipt', 'order_id', "Receipts", readonly=True)
    channel_credit_line_id = fields.Many2one('channel.credit.line', copy=False, readonly=True, ondelete='restrict')
    channel_currency_id = fields.Many2one(related='company_id.currency_id', string="Currency of the Credit")
    channel_credit_amount = fields.Monetary(
        "Credit Held", currency_field='channel_currency_id', copy=False, readonly=True,
        help="What this order takes of the member's credit at present.")
    channel_ship_code = fields.Char("Division of Delivery", copy=False)
    channel_latitude = fields.Float(digits=(10, 6), copy=False)
    channel_longitude = fields.Float(digits=(10, 6), copy=False)
    channel_sourcing = fields.Json(
        copy=False, groups='base.group_user', help="The warehouses weighed, the chosen one marked.")

    _channel_external_unique = models.UniqueIndex(
        '(channel_source_id, channel_external_id) WHERE channel_external_id IS NOT NULL',
        "This order was received before.")
    _channel_desk = models.Index("(channel_state, id) WHERE channel_state IN ('upstream', 'hq', 'accepted')")

    # === COMPUTE METHODS === #

    @api.depends('partner_id')
    def _compute_channel_member_id(self):
        companies = self.partner_id.commercial_partner_id
        members = {
            member.partner_id: member
            for member in self.env['channel.member'].sudo().search([('partner_id', 'in', companies.ids)])
        } if companies else {}
        for order in self:
            order.channel_member_id = members.get(order.partner_id.commercial_partner_id)

    @api.depends('channel_member_id')
    def _compute_pricelist_id(self):
        """Override of `sale`: a member buys by its own price list, or by the nearest one above it."""
        result = super()._compute_pricelist_id()
        orders = self.filtered(lambda order: order.state == 'draft' and order.channel_member_id)
        pricelists = orders.channel_member_id.sudo()._get_pricelists()
        for order in orders:
            order.pricelist_id = pricelists[order.channel_member_id.sudo()] or order.pricelist_id
        return result

    @api.depends('channel_verdict_ids', 'channel_run')
    def _compute_channel_current_verdict_ids(self):
        for order in self:
            order.channel_current_verdict_ids = order.channel_verdict_ids.filtered(
                lambda verdict, order=order: verdict.run == order.channel_run)

    @api.depends('channel_current_verdict_ids', 'channel_state')
    @api.depends_context('lang')
    def _compute_channel_worst(self):
        # All sentences together: what is filtered below would compute them order by order.
        self.sudo().channel_current_verdict_ids.mapped('message')
        for order in self:
            verdicts = order.sudo().channel_current_verdict_ids
            decision = worst(verdicts.mapped('decision'))
            hardest = verdicts.filtered(lambda verdict, decision=decision: verdict.decision == decision)
            order.channel_worst_decision = decision if verdicts else False
            order.channel_worst_message = " ".join(hardest.mapped('message'))
            if order.channel_state == 'hq' and decision != 'approve' and order.channel_tier_id.needs_hq_approval:
                order.channel_worst_message = self.env._(
                    "Headquarters confirms the orders of this tier (%s).", order.channel_tier_id.name)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._channel_refuse_results(*vals_list)
        orders = super().create(with_own_defaults(self, self._channel_get_result_fields(), vals_list))
        orders._channel_refuse_unchecked()
        return orders

    def write(self, vals):
        self._channel_refuse_results(vals)
        if vals.get('state') == 'sale':
            self.filtered(lambda order: order.state != 'sale')._channel_refuse_unconfirmable()
        result = super().write(vals)
        if {'partner_id', 'channel_member_id'} & set(vals):
            self._channel_refuse_unchecked()
        return result

    # === ACTION METHODS === #

    def action_channel_check(self):
        """Check, source and route these orders (again): those that wait for nobody are confirmed."""
        self.check_access('write')
        orders = self.filtered(
            lambda order: order.channel_member_id and order.channel_state in (False, 'draft', 'rejected', *OPEN_STATES))
        orders.sudo()._channel_complete()
        orders.sudo()._channel_process()

    # === BUSINESS METHODS === #

    def _confirmation_error_message(self):
        """Override of `sale` to let nothing be confirmed that was not checked and approved."""
        return super()._confirmation_error_message() or self._channel_get_confirmation_error()

    def _channel_get_confirmation_error(self):
        """Why the channel does not let this order be confirmed; None where it does."""
        self.ensure_one()
        if not (self.channel_member_id or self.partner_id.commercial_partner_id.sudo().channel_member_ids):
            return None
        if self.channel_state == 'accepted':
            if self._channel_is_changed():
                return self.env._("%(order)s was changed since it was checked: check it again.", order=self.name)
            return None
        if self.channel_state in (False, 'draft'):
            return self.env._("%(order)s is an order of the channel: check it first.", order=self.name)
        status = dict(self._fields['channel_state']._description_selection(self.env))[self.channel_state]
        return self.env._("%(order)s cannot be confirmed: %(status)s.", order=self.name, status=status)

    def _action_confirm(self):
        """Override of `sale` to note the confirmation."""
        result = super()._action_confirm()
        orders = self.sudo().filtered('channel_member_id')
        if orders:
            orders.channel_state = 'confirmed'
            self.env['channel.order.event']._note(
                'confirmed', orders, {order: order.warehouse_id.name for order in orders})
        return result

    def _action_cancel(self):
        """Override of `sale` to give back the credit and call off what waits."""
        result = super()._action_cancel()
        orders = self.sudo().filtered(lambda order: order.channel_state not in (False, 'draft', 'cancelled'))
        if orders:
            orders._channel_void_approvals()
            orders.channel_state = 'cancelled'
            orders._channel_refresh_credit()
            self.env['channel.order.event']._note('cancelled', orders)
        return result

    def action_draft(self):
        """Override of `sale`: a channel order set back to quotation is checked again, and holds nothing till then."""
        # `sale` passes over orders in other states, and asks for no right where none is left.
        self.check_access('write')
        orders = self.filtered(lambda order: order.state in ('cancel', 'sent') and order.channel_member_id).sudo()
        result = super().action_draft()
        orders._channel_void_approvals()
        orders.channel_state = 'draft'
        orders._channel_refresh_credit()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_judged(self):
        if self.channel_event_ids:
            raise UserError(self.env._("An order of the channel is cancelled, not deleted: its history stays."))

    def _channel_refuse_results(self, *vals_list):
        """What follows from the checks is written by them alone."""
        guarded = self._channel_get_result_fields()
        if not self.env.su and any(guarded & set(vals) for vals in vals_list):
            raise AccessError(self.env._(
                "The status of a channel order follows from its checks; it is not written by hand."))

    @api.model
    def _channel_get_result_fields(self):
        """The fields that nobody writes by hand. Override to guard others."""
        return RESULT_FIELDS

    def _channel_refuse_unconfirmable(self):
        """What keeps an order from being confirmed by the button keeps it from being written as confirmed, too."""
        if not self.env.su:
            for order in self:
                if error := order._channel_get_confirmation_error():
                    raise UserError(error)

    def _channel_refuse_unchecked(self):
        """No order is the channel's and confirmed that was never checked."""
        unchecked = self.filtered(lambda order: order.state == 'sale' and order.channel_state in (False, 'draft'))
        unchecked._channel_refuse_unconfirmable()

    def _channel_void_approvals(self):
        """Call off what still waits for somebody's decision."""
        self.channel_approval_ids.sudo().filtered(lambda approval: approval.state == 'pending')._void()

    def _channel_get_content(self):
        """A fingerprint of what the checks judge of this order."""
        self.ensure_one()
        lines = [
            [line.product_id.id, line.product_uom_id.id, line.product_uom_qty, line.price_unit, line.discount]
            for line in self._channel_get_judged_lines()
        ]
        return fingerprint([
            sorted(lines), self.channel_ship_code, self.partner_id.id, self.partner_shipping_id.id,
            *(['urgent'] if self.channel_is_urgent else []), *self._channel_get_form_content()])

    def _channel_is_changed(self):
        """Whether somebody has changed the order since it was judged."""
        return self.sudo().channel_content != self._channel_get_content()

    def _channel_confirm(self):
        """Confirm orders that nobody needs to look at any more, as one batch."""
        if self:
            self.with_context(
                mail_notrack=True, mail_create_nolog=True, mail_auto_subscribe_no_notify=True).action_confirm()

    # --- invoicing

    def _channel_invoice_received(self):
        """Invoice what has been delivered, where the company wants it at receipt."""
        orders = self.sudo().filtered(
            lambda order: order.company_id.channel_invoice_on_receipt and order.invoice_status == 'to invoice')
        if orders:
            orders._create_invoices(grouped=True).action_post()
