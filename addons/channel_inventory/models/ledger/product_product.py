from odoo import api, models
from odoo.exceptions import UserError


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_stock(self):
        """As for members: the ledger has no foreign keys."""
        if self.env['channel.stock'].sudo().search_count([('product_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Products with stock movements in the channel are archived, not deleted."))

    # === BUSINESS METHODS === #

    def _channel_get_arrival_state(self, lot=None):
        """In which state what arrives undamaged begins. :param lot: id of its lot, if it is known"""
        self.ensure_one()
        if lot and self.env['stock.lot'].browse(lot).channel_is_frozen:
            return 'frozen'
        return 'inspection' if self.channel_inspects_arrivals else 'available'
