from odoo import api, models

CHANGES = {'quantity', 'lot_id', 'owner_id', 'product_uom_id'}


class StockMoveLine(models.Model):
    """Headquarters may correct a delivery that has left: the ledger follows."""

    _inherit = 'stock.move.line'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == 'done').picking_id.sudo()._channel_post_stock()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not CHANGES.isdisjoint(vals):
            self.filtered(lambda line: line.state == 'done').picking_id.sudo()._channel_post_stock()
        return result
