from odoo import fields, models
from odoo.exceptions import UserError

SHIPPED = ('received', 'cancelled')


class ChannelParcelDelay(models.TransientModel):
    """Promises parcels for another day, and tells their members why."""

    _name = 'channel.parcel.delay'
    _description = "Promise Another Day"

    parcel_ids = fields.Many2many('channel.parcel', string="Parcels", required=True)
    date = fields.Date("Promised For", required=True)
    reason = fields.Char(required=True, help="The member reads it beside the new day.")

    # === ACTION METHODS === #

    def action_delay(self):
        """Write the new day, and note the old one."""
        self.ensure_one()
        self.check_access('write')
        self.parcel_ids.check_access('read')
        orders = self.parcel_ids.order_id
        orders.check_access('write')
        orders._channel_check_desk()
        reason = (self.reason or '').strip()[:200]
        if not reason:
            raise UserError(self.env._("Say why: the member reads it."))
        if self.date < min(self.parcel_ids.company_id.mapped(lambda company: company._channel_get_today())):
            raise UserError(self.env._("This day is over."))
        late = self.parcel_ids.filtered(lambda parcel: parcel.state in SHIPPED)
        if late:
            raise UserError(self.env._("%s has arrived or is cancelled.", late[0].display_name))
        before = orders._channel_get_promises()
        self.parcel_ids.sudo().arrival_date = self.date
        orders._channel_note_promises(before, 'announced', reason)
        return {'type': 'ir.actions.act_window_close'}
