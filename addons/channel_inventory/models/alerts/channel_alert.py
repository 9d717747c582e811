from odoo import api, fields, models
from odoo.exceptions import AccessError

STATES = [('open', "Open"), ('snoozed', "Snoozed"), ('cleared', "Cleared"), ('ignored', "Ignored")]
# What follows from stock and sales; the rest is raised by others (`_raise`).
LEVEL_KINDS = ('out', 'short', 'negative', 'slow', 'expiry')
NIGHT_KINDS = (*LEVEL_KINDS, 'deviation', 'leakage')
# What runs low: it can be ordered again.
LOW_KINDS = ('out', 'short')
# What the member is told of. Deviations have a page of their own; a leak is nobody's business but the analysts'.
MEMBER_KINDS = ('out', 'short', 'negative', 'slow', 'expiry', 'temperature', 'device', 'silent')


class ChannelAlert(models.Model):
    """Something about the stock of a product at a member that somebody should know, as long as its cause is there.

    Found in channel_alert_find and channel_alert_leaks, kept in channel_alert_keep; what people do with it stands in
    channel_alert_flow, its words in channel_alert_text, the member's side in channel_alert_portal.
    """

    _name = 'channel.alert'
    _description = "Stock Alert"
    _inherit = ['channel.by.hand']
    _log_access = False
    _order = 'urgency desc, id desc'
    _check_company_auto = True

    _hand_fields = frozenset({'user_id'})

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='cascade')
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    upstream_id = fields.Many2one(related='member_id.upstream_id', store=True, string="Upstream")
    product_id = fields.Many2one('product.product', readonly=True, index='btree_not_null', ondelete='cascade')
    categ_id = fields.Many2one(related='product_id.categ_id', string="Product Category")
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True, index='btree_not_null', ondelete='cascade')
    kind = fields.Selection(selection='_get_kinds', required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, default='', help="Tells causes of one kind and product apart.")
    policy_id = fields.Many2one(
        'channel.stock.policy', "Policy", readonly=True, index='btree_not_null', ondelete='set null',
        help="What decided that it stands out. Empty: the company's settings.")
    state = fields.Selection(STATES, required=True, default='open', readonly=True)
    is_live = fields.Boolean("Cause Is There", required=True, default=True, readonly=True)
    qty = fields.Float("Quantity", digits='Product Unit', readonly=True, help="What is missing, or what is at stake.")
    order_qty = fields.Float(
        "To Order", digits='Product Unit', readonly=True,
        help="What brings it back to what is safe and the days that an order covers.")
    value = fields.Monetary("At Stake a Day", readonly=True)
    urgency = fields.Float(
        digits=(16, 0), readonly=True, aggregator='max', help="What a day without a decision costs × days.")
    inputs = fields.Json(readonly=True, help="All that it was judged by.")
    why = fields.Text("Why Now", compute='_compute_why')
    first_at = fields.Datetime("Since", required=True, readonly=True)
    last_at = fields.Datetime("Last Seen", required=True, readonly=True)
    closed_at = fields.Datetime("Cleared", readonly=True)
    snoozed_until = fields.Date(readonly=True)
    reason = fields.Char(readonly=True, help="Why it was snoozed or ignored.")
    user_id = fields.Many2one(
        'res.users', "Responsible", index='btree_not_null', domain=[('share', '=', False)])
    round_id = fields.Many2one(
        'channel.alert.round', "Dealt In", readonly=True, index='btree_not_null', ondelete='set null')
    case_id = fields.Many2one('channel.case', "Case", readonly=True, index='btree_not_null', ondelete='set null')
    event_ids = fields.One2many('channel.alert.event', 'alert_id', "What Was Done", readonly=True)

    _one_per_cause = models.UniqueIndex(
        '(member_id, COALESCE(product_id, 0), COALESCE(lot_id, 0), kind, key) WHERE is_live',
        "There is an alert of this cause already.")
    # Written every night: few indexes, and only over what is live.
    _urgent_index = models.Index("(company_id, urgency DESC) WHERE state = 'open'")
    _waiting_index = models.Index("(company_id, urgency DESC) WHERE state = 'open' AND round_id IS NULL")
    _live_is_no_past = models.Constraint(
        "CHECK (is_live = (closed_at IS NULL) AND (state != 'cleared' OR NOT is_live)"
        " AND (state NOT IN ('open', 'snoozed') OR is_live) AND (state != 'snoozed' OR snoozed_until IS NOT NULL))",
        "An alert is cleared when its cause is gone, and snoozed until a day.")

    # === SELECTION METHODS === #

    @api.model
    def _get_kinds(self):
        _ = self.env._
        return [
            ('out', _("Out of stock")), ('short', _("Below what is safe")), ('expiry', _("Expires unsold")),
            ('slow', _("Does not sell")), ('negative', _("Less than none")), ('deviation', _("Does not match")),
            ('leakage', _("Leaks")), ('temperature', _("Temperature")),
            ('device', _("Device outside its limits")), ('silent', _("Device silent"))]

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'product_id', 'kind')
    @api.depends_context('lang')
    def _compute_display_name(self):
        kinds = dict(self._get_kinds())
        for alert in self:
            alert.display_name = " · ".join(filter(None, (
                alert.member_id.code, alert.product_id.default_code or alert.product_id.name, kinds.get(alert.kind))))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Alerts are found, not made by hand."))
        return super().create(vals_list)

    def write(self, vals):
        """Override to note whose business it is from now on."""
        if 'user_id' in vals:
            changed = self.filtered(lambda alert: alert.user_id.id != (vals['user_id'] or False))
            changed._note('assigned', self.env['res.users'].browse(vals['user_id'] or []).name or "")
        return super().write(vals)
