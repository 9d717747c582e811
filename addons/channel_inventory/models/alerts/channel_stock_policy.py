from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine import alerts

METHODS = [
    ('days', "Days of sales"), ('fixed', "Fixed quantity"), ('service', "Service level")]


class ChannelStockPolicy(models.Model):
    """What stock is safe, and from when on somebody should know: for some products at some members.

    Of several that fit the most specific holds: member before tier before everybody; then product before category
    before all products; then the deeper category; then the newer policy.
    """

    _name = 'channel.stock.policy'
    _description = "Stock Policy"
    _inherit = ['mail.thread']
    _order = 'rank desc, id desc'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        'res.company', required=True, index=True, default=lambda self: self.env.company, ondelete='cascade')
    member_id = fields.Many2one('channel.member', index='btree_not_null', check_company=True, ondelete='cascade')
    tier_id = fields.Many2one('channel.tier', index='btree_not_null', ondelete='cascade')
    product_id = fields.Many2one('product.product', index='btree_not_null', ondelete='cascade')
    categ_id = fields.Many2one(
        'product.category', "Product Category", index='btree_not_null', ondelete='cascade', help="With all below it.")
    date_from = fields.Date("From", help="The first day on which it holds. Empty: always has.")
    date_to = fields.Date("Until", help="The last day on which it holds. Empty: for ever.")
    rank = fields.Integer(
        compute='_compute_rank', store=True, help="How specific it is; the highest that fits holds.")
    is_silent = fields.Boolean(
        "No Alerts", tracking=True,
        help="Nobody is told of too little, too much or expiry: goods that run out for good.")
    method = fields.Selection(METHODS, "Safe Is", required=True, default='days', tracking=True)
    qty = fields.Float("Quantity", digits='Product Unit', tracking=True, help="In the product's own unit.")
    days = fields.Float(
        "Days of Sales", default=7, digits=(16, 1), tracking=True, help="Of mean daily sales, as counted last night.")
    service = fields.Float(
        "Service Level (%)", default=95, digits=(5, 2), tracking=True,
        help="In so many of all lead times what is there must suffice.")
    lead_days = fields.Float("Lead Time (Days)", default=7, digits=(16, 1), help="From the order to the shelf.")
    lead_deviation = fields.Float(
        "Lead Time Varies By (Days)", default=0, digits=(16, 1), help="Standard deviation of the lead time.")
    cover_days = fields.Float(
        "Order Covers (Days)", default=14, digits=(16, 1),
        help="The quantity proposed brings stock up to what is safe and so many days of sales.")
    near_days = fields.Integer(
        "Near Expiry (Days)", default=3, help="A lot that expires within so many days is told of in any case.")
    ahead_days = fields.Integer(
        "Look Ahead (Days)", default=60,
        help="A lot that expires within so many days is told of where it will not sell in time.")
    slow_days = fields.Integer("Slow After (Days)", default=60, help="Without any sale.")
    supply_days = fields.Integer("Slow Above (Days of Supply)", default=120)
    deviation_qty = fields.Float(
        "Deviation From", default=5, digits='Product Unit', help="Unexplained deviations of so many are told of.")
    tried_at = fields.Datetime("Tried", readonly=True, copy=False)
    tried_positions = fields.Integer("Positions", readonly=True, copy=False, help="Of how many it would decide.")
    tried_counts = fields.Json(readonly=True, copy=False)
    tried_text = fields.Char("Today It Would Alert On", compute='_compute_tried_text')

    _member_or_tier = models.Constraint(
        'CHECK (member_id IS NULL OR tier_id IS NULL)', "A policy is for one member or for a tier, not for both.")
    _product_or_category = models.Constraint(
        'CHECK (product_id IS NULL OR categ_id IS NULL)',
        "A policy is for one product or for a category, not for both.")
    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "A policy ends before it begins.")
    _not_negative = models.Constraint(
        '''CHECK (qty >= 0 AND days >= 0 AND lead_days > 0 AND lead_deviation >= 0 AND cover_days >= 0
                  AND near_days >= 0 AND ahead_days >= near_days AND slow_days > 0 AND supply_days > 0
                  AND deviation_qty >= 0)''',
        "Days and quantities are not negative, a lead time takes some, and looking ahead goes beyond near expiry.")
    _service_range = models.Constraint(
        'CHECK (service BETWEEN 50 AND 99.99)', "A service level lies between 50 and 99.99 %.")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'tier_id', 'product_id', 'categ_id.parent_path')
    def _compute_rank(self):
        for policy in self:
            where = 2 if policy.member_id else 1 if policy.tier_id else 0
            depth = (policy.categ_id.parent_path or '').count('/')
            what = 100 if policy.product_id else min(99, depth)
            policy.rank = where * 1000 + what

    @api.depends('tried_counts', 'tried_positions')
    @api.depends_context('lang')
    def _compute_tried_text(self):
        kinds = dict(self.env['channel.alert']._get_kinds())
        for policy in self:
            counts = policy.tried_counts or {}
            policy.tried_text = "" if not policy.tried_at else self.env._(
                "%(alerts)s alerts on the %(positions)s positions that it decides: %(kinds)s",
                alerts=sum(counts.values()), positions=policy.tried_positions,
                kinds=", ".join(f"{name} {counts[kind]}" for kind, name in kinds.items() if kind in counts)
                or self.env._("none"))

    # === CONSTRAINT METHODS === #

    @api.constrains('method', 'qty')
    def _check_quantity(self):
        for policy in self:
            if policy.method == 'fixed' and not policy.qty:
                raise ValidationError(self.env._("Say how many are safe in %s.", policy.name))

    # === ACTION METHODS === #

    def action_try(self):
        """Say what this policy would alert on today, as if it were in force."""
        self.check_access('write')
        for policy in self:
            counts, positions = self.env['channel.alert'].sudo()._try_policy(policy)
            policy.write({
                'tried_at': fields.Datetime.now(), 'tried_positions': positions, 'tried_counts': counts})

    def action_view_alerts(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_alert_action')
        return {**action, 'domain': [('policy_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_in_force(self, company, today):
        return self.sudo().search(
            Domain('company_id', '=', company.id)
            & (Domain('date_from', '=', False) | Domain('date_from', '<=', today))
            & (Domain('date_to', '=', False) | Domain('date_to', '>=', today)))

    @api.model
    def _explain(self, member, product):
        """The policy that holds for a product at a member today; empty where the company's settings do."""
        company = member.company_id
        path = [int(part) for part in (product.categ_id.parent_path or '').split('/') if part]
        return self._get_in_force(company, company._channel_get_today()).filtered(
            lambda policy: (not policy.member_id or policy.member_id == member)
            and (not policy.tier_id or policy.tier_id == member.tier_id)
            and (not policy.product_id or policy.product_id == product)
            and (not policy.categ_id or policy.categ_id.id in path))[:1]

    def _get_z(self):
        self.ensure_one()
        return alerts.z_of(self.service / 100)
