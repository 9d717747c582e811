from odoo import fields, models
from odoo.exceptions import UserError


class ChannelConnectorDrop(models.TransientModel):
    """Gives messages up, and keeps why."""

    _name = 'channel.connector.drop'
    _description = "Drop Messages"

    message_ids = fields.Many2many('channel.connector.message', required=True)
    reason = fields.Char(required=True, help="Whoever looks for these messages later reads it.")

    # === ACTION METHODS === #

    def action_drop(self):
        """Drop those that are not done or under way."""
        self.ensure_one()
        self.check_access('write')
        self.message_ids.check_access('write')
        reason = (self.reason or '').strip()[:200]
        if not reason:
            raise UserError(self.env._("Say why."))
        if not self.message_ids._drop(reason):
            raise UserError(self.env._("These are done, or under way at this moment."))
        return {'type': 'ir.actions.act_window_close'}
