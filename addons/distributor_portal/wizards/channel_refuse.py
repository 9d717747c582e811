from odoo import fields, models
from odoo.exceptions import UserError


class ChannelRefuse(models.TransientModel):
    """Asks why before headquarters refuses orders."""

    _name = 'channel.refuse'
    _description = "Refuse Orders"

    order_ids = fields.Many2many('sale.order', string="Orders", required=True)
    reason = fields.Char(required=True, help="The member reads it in the order's timeline.")

    # === ACTION METHODS === #

    def action_refuse(self):
        """Refuse those of the orders that wait for the user."""
        self.check_access('write')
        self.order_ids.check_access('write')
        self.order_ids._channel_check_desk()
        waiting = self.order_ids._channel_get_open_approvals(self.env.user)
        if not waiting:
            raise UserError(self.env._("None of these orders waits for you."))
        reason = (self.reason or '').strip()
        if not reason:
            raise UserError(self.env._("Say why: the member has to know what to change."))
        waiting.order_id.with_env(self.env)._channel_decide_rows(waiting, False, reason)
        return {'type': 'ir.actions.act_window_close'}
