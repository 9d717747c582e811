from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    channel_stock_ids = fields.One2many('channel.stock', 'member_id', "Stock")

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_stock(self):
        """The ledger has no foreign keys, which cost most of what a row costs: here is what they would refuse."""
        if self.env['channel.stock.entry'].sudo().search_count([('member_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Members with stock movements are closed, not deleted."))
