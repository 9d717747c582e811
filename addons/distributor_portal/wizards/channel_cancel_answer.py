from odoo import fields, models
from odoo.exceptions import UserError


class ChannelCancelAnswer(models.TransientModel):
    """Asks what to answer before a request to cancel is declined."""

    _name = 'channel.cancel.answer'
    _description = "Decline to Cancel"

    request_ids = fields.Many2many('channel.cancel.request', string="Requests", required=True)
    answer = fields.Char(required=True, help="The member reads it in the order's timeline.")

    # === ACTION METHODS === #

    def action_decline(self):
        """Let the orders go on, and tell their members why."""
        self.ensure_one()
        self.check_access('write')
        requests = self.request_ids.filtered(lambda request: request.state == 'open')
        requests.check_access('read')
        requests.order_id.check_access('write')
        requests.order_id._channel_check_desk()
        answer = (self.answer or '').strip()[:200]
        if not answer:
            raise UserError(self.env._("Say why: the member reads it."))
        requests.sudo()._close('declined', answer)
        orders = requests.order_id
        self.env['channel.order.event']._note('cancel_declined', orders, dict.fromkeys(orders, answer))
        return {'type': 'ir.actions.act_window_close'}
