from odoo import api, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        """The database deletes the variants of a template by itself: nobody asks them."""
        self.with_context(active_test=False).product_variant_ids._unlink_except_sold()
