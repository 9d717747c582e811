from odoo import fields, models


class StockLot(models.Model):
    _inherit = 'stock.lot'

    channel_is_recalled = fields.Boolean(
        "Recalled", tracking=True, copy=False,
        help="Every code of this lot answers so from now on, wherever it is scanned: one change, however many pieces.")
    channel_code_count = fields.Integer("Codes", compute='_compute_channel_code_count')

    # === COMPUTE METHODS === #

    def _compute_channel_code_count(self):
        counts = dict(self.env['channel.code'].sudo()._read_group(
            [('lot_id', 'in', self.ids), ('level', '=', 1)], ['lot_id'], ['__count']))
        for lot in self:
            lot.channel_code_count = counts.get(lot, 0)
