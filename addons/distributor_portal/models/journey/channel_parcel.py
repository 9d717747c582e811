from odoo import models


class ChannelParcel(models.Model):
    _inherit = 'channel.parcel'

    # === ACTION METHODS === #

    def action_delay(self):
        """Tell the member that these parcels come on another day."""
        self.check_access('read')
        self.order_id._channel_check_desk()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Promise Another Day"),
            'res_model': 'channel.parcel.delay',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_parcel_ids': self.ids},
        }
