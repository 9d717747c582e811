from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === BUSINESS METHODS === #

    def _channel_is_plain(self):
        """Whether reservation may take the short path: goods without lots, packages' order or parts of their own.

        Override for a kind of product whose reservation reads more than quants in their first-in order.
        """
        self.ensure_one()
        return (
            self.type == 'consu' and self.is_storable and self.tracking == 'none'
            and not self.categ_id.removal_strategy_id and self.categ_id.packaging_reserve_method != 'full'
            and not ('bom_ids' in self._fields and self.sudo().bom_ids))
