from odoo import api, models

from .memo import check_companies, get_memo


class StockMoveLine(models.Model):
    _inherit = 'stock.move.line'

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to create with these the lines that a reservation has put off."""
        memo = get_memo(self)
        if not memo or not memo.pending_lines:
            return super().create(vals_list)
        pending, memo.pending_lines = memo.pending_lines, []
        super(StockMoveLine, self.with_context(channel_is_reserved=True)).create(pending)
        return super().create(vals_list)

    def _check_company(self, fnames=None):
        """Override of `base` to check together what a batch has in common."""
        return check_companies(
            self, fnames, lambda records, names: super(StockMoveLine, records)._check_company(names))
