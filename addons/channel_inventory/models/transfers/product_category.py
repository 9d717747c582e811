from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = 'product.category'

    channel_is_shared = fields.Boolean(
        "Members Share Stock", default=True,
        help="Members may send each other goods of this category. Below one that is not shared nothing is.")

    # === BUSINESS METHODS === #

    def _channel_get_shared(self):
        """Those of these categories that are shared, and all above them."""
        closed = self.search([('channel_is_shared', '=', False)]).ids
        return self.filtered(lambda category: not any(
            int(part) in closed for part in (category.parent_path or '').split('/') if part)) if closed else self
