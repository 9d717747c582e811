from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine import ledger


class ChannelStockNode(models.Model):
    """What lies at a member in all, and at everybody below it: kept up by the fold, its figures counted at night."""

    _name = 'channel.stock.node'
    _description = "Stock of a Member"
    _log_access = False
    _order = 'member_id.id'  # an index; by its code all would be sorted
    _rec_name = 'member_id'

    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    # As the sums know them: a member that has moved is moved in the sums by the next fold.
    branch_id = fields.Many2one(
        'channel.member', "Branch", readonly=True, index=True, ondelete='cascade',
        help="The member right below headquarters that it buys through in the end.")
    province_id = fields.Many2one(
        'channel.territory', "Province", readonly=True, ondelete='set null', help="Where the member is.")
    tier_id = fields.Many2one('channel.tier', "Tier", required=True, readonly=True, ondelete='restrict')
    path = fields.Char(readonly=True)
    # --- its own units, of all products together
    available = fields.Float(digits='Product Unit', readonly=True)
    reserved = fields.Float(digits='Product Unit', readonly=True)
    in_transit = fields.Float(digits='Product Unit', readonly=True)
    inspection = fields.Float("In Inspection", digits='Product Unit', readonly=True)
    frozen = fields.Float(digits='Product Unit', readonly=True)
    damaged = fields.Float(digits='Product Unit', readonly=True)
    expired = fields.Float(digits='Product Unit', readonly=True)
    physical = fields.Float(digits='Product Unit', readonly=True, help="The sum of the seven states.")
    # --- with everybody below
    all_available = fields.Float("Available, With Below", digits='Product Unit', readonly=True)
    all_in_transit = fields.Float("In Transit, With Below", digits='Product Unit', readonly=True)
    all_physical = fields.Float("Physical, With Below", digits='Product Unit', readonly=True)
    # --- counted at night
    counted_on = fields.Date("Counted", readonly=True, index=True)
    value = fields.Monetary(
        "Value at Cost", readonly=True, groups='distributor_portal.group_channel_manager',
        help="What is at hand, at headquarters' cost, as counted last night.")
    all_value = fields.Monetary(
        "Value, With Below", readonly=True, groups='distributor_portal.group_channel_manager',
        help="The same of the member and everybody below it.")
    product_count = fields.Integer("Products", readonly=True, help="Products of which something is at hand.")
    days_of_supply = fields.Float(
        "Days of Supply", digits=(16, 1), readonly=True, aggregator='avg',
        help="How long what is available lasts at the present daily sales. Products count by their cost.")
    turn = fields.Float(
        "Turns a Year", digits=(16, 1), readonly=True, aggregator='avg',
        help="How often the stock is sold in a year: sales of the last days, on a year, "
             "over the mean stock of these days.")
    age_days = fields.Float(
        "Age (Days)", digits=(16, 0), readonly=True, aggregator='avg',
        help="Mean days since the units that are there came in; first in, first out.")
    slow_share = fields.Float(
        "Slow", readonly=True, aggregator='avg', help="Share of the stock that is not sold, or lasts too long.")
    old_share = fields.Float(
        "Old", readonly=True, aggregator='avg', help="Share of the stock that came in long ago or is near its expiry.")
    out_rate = fields.Float(
        "Out of Stock", readonly=True, aggregator='avg',
        help="Share of days, over the products it deals in, that ended with none available.")
    short_count = fields.Integer("Short Products", readonly=True, help="Products that last for a few days only.")
    out_count = fields.Integer(
        "Products Out of Stock", readonly=True, help="Products it deals in of which none is left.")
    slow_count = fields.Integer("Slow Products", readonly=True)
    old_count = fields.Integer("Old Products", readonly=True, help="Products with units that are old or near expiry.")
    last_report_at = fields.Datetime("Last Report", readonly=True, help="When it last reported what it sold.")
    is_silent = fields.Boolean(
        "Silent", readonly=True, help="It has reported no sale for longer than the company's limit.")

    _member_unique = models.Constraint('UNIQUE (member_id)', "Each member has one.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # Sums of what the ledger says.
        raise UserError(self.env._("These are sums of the stock ledger: they are not made by hand."))

    def write(self, vals):
        # pylint: disable=method-required-super  # As above.
        raise UserError(self.env._("These are sums of the stock ledger: they are not changed by hand."))

    # === ACTION METHODS === #

    def action_view_positions(self):
        """What lies at these members, product by product."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_action')
        return {**action, 'domain': [('member_id', 'in', self.member_id.ids)]}

    def action_view_below(self):
        """The members right below these."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_node_action')
        return {**action, 'domain': [('member_id.upstream_id', 'in', self.member_id.ids)], 'context': {}}

    def action_view_figures(self):
        """Their products with age, supply and sales, as counted last night."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_figure_action')
        return {**action, 'domain': [('member_id', 'in', self.member_id.ids)], 'context': {}}

    def action_export(self):
        """An XLSX file of these members, or where none is ticked, of the list as it is filtered."""
        self.check_access('read')
        return self.env['channel.stock.report']._get_export_action('members', self)

    # === BUSINESS METHODS === #

    @api.model
    def _get_export_columns(self):
        """Fields of the file, in their sequence; only those the user may read."""
        names = (
            'member_id', 'tier_id', 'branch_id', 'province_id', *ledger.STATES, 'physical', 'all_physical', 'value',
            'all_value', 'product_count', 'days_of_supply', 'turn', 'age_days', 'slow_share', 'old_share', 'out_rate',
            'short_count', 'out_count', 'last_report_at', 'counted_on')
        return [name for name in names if self._has_field_access(self._fields[name], 'read')]

    @api.model
    def _get_below_domain(self, members):
        """Nodes of these members and all below them. :param members: a recordset"""
        return Domain('member_id', 'child_of', members.ids)
