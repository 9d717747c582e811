from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.distributor_portal.utils import with_own_defaults

GUARDED = {'channel_is_frozen', 'channel_frozen_reason'}


class StockLot(models.Model):
    """A lot that is recalled: no member may sell it, and what still arrives of it is frozen, too."""

    _inherit = 'stock.lot'

    channel_is_frozen = fields.Boolean(
        "Frozen in the Channel", readonly=True, copy=False, tracking=True,
        help="No member may sell it. What arrives of it from now on is frozen, too.")
    channel_frozen_reason = fields.Char("Frozen Because", readonly=True, copy=False, tracking=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_recall(any(vals.get(name) for vals in vals_list for name in GUARDED))
        return super().create(with_own_defaults(self, GUARDED, vals_list))

    def write(self, vals):
        self._check_recall(GUARDED & set(vals))
        return super().write(vals)

    @api.model
    def _check_recall(self, is_touched):
        """A recall is ordered and lifted by its buttons, which ask who and why; not by whoever may write lots."""
        if is_touched and not self.env.su:
            raise AccessError(self.env._("Lots are frozen and released by managers, with a reason."))

    # === ACTION METHODS === #

    def action_channel_freeze(self):
        """Ask why, then freeze these lots at every member."""
        self.check_access('read')
        return self.env['channel.stock.change']._ask('freeze', lots=self)

    def action_channel_release(self):
        """Ask why, then let every member sell these lots again."""
        self.check_access('read')
        return self.env['channel.stock.change']._ask('release', lots=self)
