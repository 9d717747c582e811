from odoo import models

from .memo import get_memo


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    # === ACTION METHODS === #

    def action_confirm(self):
        """Override of `stock`: the moves of a batch were confirmed, and their companies checked, a moment ago."""
        if not get_memo(self) or any(move.state == 'draft' for move in self.move_ids):
            return super().action_confirm()
        self.move_ids.filtered(lambda move: move.state not in ('cancel', 'done'))._trigger_scheduler()
        return True

    # === BUSINESS METHODS === #

    def message_post_with_source(self, source_ref, **kwargs):
        """Override of `mail`: a delivery of a batch names its order in two fields, and needs no note that says so."""
        if get_memo(self) and source_ref == 'mail.message_origin_link':
            return self.env['mail.message']
        return super().message_post_with_source(source_ref, **kwargs)
