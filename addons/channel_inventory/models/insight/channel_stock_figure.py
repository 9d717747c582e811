from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ChannelStockFigure(models.Model):
    """What the stock of one product at one member says, as counted last night: `engine/insight.py` defines it."""

    _name = 'channel.stock.figure'
    _description = "Stock Figures"
    _log_access = False
    _order = 'member_id.id, product_id.id'  # an index; by their codes all would be sorted

    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    tier_id = fields.Many2one(related='member_id.tier_id')
    product_id = fields.Many2one('product.product', required=True, readonly=True, index=True, ondelete='cascade')
    uom_id = fields.Many2one(related='product_id.uom_id')
    categ_id = fields.Many2one(related='product_id.categ_id')
    at_hand = fields.Float(digits='Product Unit', readonly=True, help="All states but in transit.")
    available = fields.Float(digits='Product Unit', readonly=True)
    in_transit = fields.Float(digits='Product Unit', readonly=True)
    daily_sales = fields.Float(digits='Product Unit', readonly=True, aggregator='sum', help="Mean of the last days.")
    days_of_supply = fields.Float(
        digits=(16, 1), readonly=True, aggregator='avg',
        help="How long what is available lasts. Empty where nothing was sold.")
    sold = fields.Float(digits='Product Unit', readonly=True, help="Over the days that the turn is counted over.")
    mean_stock = fields.Float(digits='Product Unit', readonly=True, help="Mean of the ends of these days.")
    turn = fields.Float("Turns a Year", digits=(16, 1), readonly=True, aggregator='avg')
    # A day and not a number of days: it stays as it is until something moves.
    aged_from = fields.Date("Came In", readonly=True, help="On average; first in, first out.")
    age_days = fields.Integer("Age (Days)", compute='_compute_age_days')
    last_sale = fields.Date(readonly=True)
    slow_qty = fields.Float("Slow", digits='Product Unit', readonly=True)
    old_qty = fields.Float(
        "Old", digits='Product Unit', readonly=True, help="Old by the day it came in, or near expiry.")
    expiring_qty = fields.Float("Near Expiry", digits='Product Unit', readonly=True)
    days_out = fields.Integer("Days Out of Stock", readonly=True)
    days_active = fields.Integer("Days Counted", readonly=True)
    is_short = fields.Boolean("Short", readonly=True)

    _position = models.Constraint('UNIQUE (member_id, product_id)', "Each position has one.")
    _slow_index = models.Index('(company_id, member_id) WHERE slow_qty > 0')
    _old_index = models.Index('(company_id, member_id) WHERE old_qty > 0')
    _short_index = models.Index('(company_id, member_id) WHERE is_short')

    # === COMPUTE METHODS === #

    @api.depends('aged_from')
    def _compute_age_days(self):
        today = fields.Date.context_today(self)
        for figure in self:
            figure.age_days = (today - figure.aged_from).days if figure.aged_from else 0

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # Counted at night.
        raise UserError(self.env._("Stock figures are counted, not made by hand."))

    def write(self, vals):
        # pylint: disable=method-required-super  # As above.
        raise UserError(self.env._("Stock figures are counted, not changed by hand."))

    # === ACTION METHODS === #

    def action_view_entries(self):
        """The movements that made these figures."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_entry_action')
        return {**action, 'domain': list(Domain.OR(
            Domain('member_id', '=', figure.member_id.id) & Domain('product_id', '=', figure.product_id.id)
            for figure in self))}
