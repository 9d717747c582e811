from odoo import api, fields, models


class StockLot(models.Model):
    _inherit = 'stock.lot'

    channel_is_recalled = fields.Boolean(
        "Recalled", tracking=True, copy=False,
        help="Every code of this lot answers so from now on, wherever it is scanned, and no member may sell it: the "
        "lot is frozen in the channel. Without the tick it is released.")
    channel_code_count = fields.Integer("Codes", compute='_compute_channel_code_count')

    # === COMPUTE METHODS === #

    def _compute_channel_code_count(self):
        counts = dict(self.env['channel.code'].sudo()._read_group(
            [('lot_id', 'in', self.ids), ('level', '=', 1)], ['lot_id'], ['__count']))
        for lot in self:
            lot.channel_code_count = counts.get(lot, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to freeze lots that are recalled before they arrive."""
        recalled = [vals.get('channel_is_recalled') for vals in vals_list]
        lots = super().create([{**vals, 'channel_is_recalled': False} for vals in vals_list])
        chosen = [lot.id for lot, is_recalled in zip(lots, recalled, strict=True) if is_recalled]
        self.browse(chosen)._channel_recall(True)
        return lots

    def write(self, vals):
        """Override of `stock`: what is recalled is frozen, what no longer is, released."""
        if 'channel_is_recalled' not in vals or (self.env.su and 'channel_is_frozen' in vals):
            return super().write(vals)
        vals = dict(vals)
        is_recalled = bool(vals.pop('channel_is_recalled'))
        result = super().write(vals) if vals else True
        self._channel_recall(is_recalled)
        return result

    # === BUSINESS METHODS === #

    def _channel_recall(self, is_recalled):
        """Recall these lots, or recall them no more. :raise AccessError: managers do that"""
        lots = self.filtered(lambda lot: lot.channel_is_recalled != is_recalled)
        if not lots:
            return
        if not self.env.su:
            self.env['channel.stock.change']._check_manager()
        self.env['channel.stock']._change_lots(
            lots, 'freeze' if is_recalled else 'release',
            self.env._("Recalled") if is_recalled else self.env._("No longer recalled"))
