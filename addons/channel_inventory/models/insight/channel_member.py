from odoo import api, fields, models
from odoo.tools import SQL

PLACED_BY = {'upstream_id', 'tier_id', 'street_id', 'company_id'}


class ChannelMember(models.Model):
    """What lies at a member and below it; and that the sums follow a member that moves."""

    _inherit = 'channel.member'

    channel_stock_physical = fields.Float(
        "Units at the Member", digits='Product Unit', compute='_compute_channel_stock', groups='base.group_user',
        help="Of all products and in all states.")
    channel_stock_all_physical = fields.Float(
        "Units, With Below", digits='Product Unit', compute='_compute_channel_stock', groups='base.group_user')
    channel_stock_all_value = fields.Monetary(
        "Value, With Below", compute='_compute_channel_stock', groups='distributor_portal.group_channel_manager',
        help="At headquarters' cost, as counted last night.")
    channel_stock_days_of_supply = fields.Float(
        "Days of Supply", digits=(16, 1), compute='_compute_channel_stock', groups='base.group_user')
    channel_stock_slow_share = fields.Float("Slow", compute='_compute_channel_stock', groups='base.group_user')
    channel_stock_out_rate = fields.Float("Out of Stock", compute='_compute_channel_stock', groups='base.group_user')

    # === COMPUTE METHODS === #

    def _compute_channel_stock(self):
        nodes = {node.member_id: node for node in self.env['channel.stock.node'].sudo().search(
            [('member_id', 'in', self.ids)])}
        empty = self.env['channel.stock.node'].sudo()
        for member in self:
            node = nodes.get(member, empty)
            member.channel_stock_physical = node.physical
            member.channel_stock_all_physical = node.all_physical
            member.channel_stock_all_value = node.all_value
            member.channel_stock_days_of_supply = node.days_of_supply
            member.channel_stock_slow_share = node.slow_share
            member.channel_stock_out_rate = node.out_rate

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if PLACED_BY & set(vals):
            self._leave_moved()
        return result

    # === ACTION METHODS === #

    def action_view_stock(self):
        """What lies at these members, product by product."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)]}

    # === BUSINESS METHODS === #

    def _leave_moved(self):
        """Leave word for the next fold: these and all below them may count in other sums now."""
        self.flush_model(['upstream_id', 'tier_id', 'street_id', 'company_id', 'parent_path'])
        if self.ids:
            self.env.cr.execute(SQL(
                """INSERT INTO channel_stock_moved
                   SELECT DISTINCT below.id FROM channel_member m
                     JOIN channel_member below ON below.parent_path LIKE m.parent_path || '%%' WHERE m.id IN %s""",
                tuple(self.ids)))

    @api.ondelete(at_uninstall=False)
    def _unlink_stock_figures(self):
        """A member that is deleted has never held anything: its node is empty."""
        self.env['channel.stock.node'].sudo().search([('member_id', 'in', self.ids)]).unlink()
