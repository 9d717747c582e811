from odoo import fields, models


class StockLot(models.Model):
    """A lot that is recalled: no member may sell it, and what still arrives of it is frozen, too."""

    _inherit = 'stock.lot'

    channel_is_frozen = fields.Boolean(
        "Frozen in the Channel", readonly=True, copy=False, tracking=True,
        help="No member may sell it. What arrives of it from now on is frozen, too.")
    channel_frozen_reason = fields.Char("Frozen Because", readonly=True, copy=False, tracking=True)

    # === ACTION METHODS === #

    def action_channel_freeze(self):
        """Ask why, then freeze these lots at every member."""
        self.check_access('read')
        return self.env['channel.stock.change']._ask('freeze', lots=self)

    def action_channel_release(self):
        """Ask why, then let every member sell these lots again."""
        self.check_access('read')
        return self.env['channel.stock.change']._ask('release', lots=self)
