from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_stock_physical = fields.Float(
        "In the Channel", digits='Product Unit', compute='_compute_channel_stock_physical',
        groups='distributor_portal.group_channel_user',
        help="What lies at all members of these companies, in all states.")

    # === COMPUTE METHODS === #

    def _compute_channel_stock_physical(self):
        sums = dict(self.env['channel.stock.report']._read_group(
            [('product_tmpl_id', 'in', self.ids), ('tier_id', '!=', False)], ['product_tmpl_id'], ['physical:sum']))
        for template in self:
            template.channel_stock_physical = sums.get(template._origin, 0)

    # === ACTION METHODS === #

    def action_view_channel_stock(self):
        """Where these products lie in the channel."""
        self.check_access('read')
        return self.with_context(active_test=False).product_variant_ids.action_view_channel_stock()
