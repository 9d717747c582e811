from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === ACTION METHODS === #

    def action_view_channel_stock(self):
        """Where these products lie in the channel."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_report_action')
        return {**action, 'domain': [('product_id', 'in', self.ids)], 'context': {'group_by': ['level', 'branch_id']}}
