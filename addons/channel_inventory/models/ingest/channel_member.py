from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    tracks_stock = fields.Boolean(
        "Stock Is Kept", default=True, help="What the member sells on is taken from its stock. Switch it off for "
        "members that report sales only, or their stock falls ever further below nothing.")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_sales(self):
        """Who reports sales only has no entries in the ledger, and is known by its sales all the same."""
        if self.env['channel.sell.through'].sudo().search_count([('member_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Members that have reported sales are closed, not deleted."))
