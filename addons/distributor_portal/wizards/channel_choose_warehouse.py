from odoo import fields, models
from odoo.exceptions import UserError

from ..const import OPEN_STATES


class ChannelChooseWarehouse(models.TransientModel):
    """Lets the order desk choose the warehouse itself, and asks why."""

    _name = 'channel.choose.warehouse'
    _description = "Choose a Warehouse"

    order_id = fields.Many2one('sale.order', required=True, readonly=True)
    company_id = fields.Many2one(related='order_id.company_id')
    warehouse_id = fields.Many2one(
        'stock.warehouse', required=True, domain="[('company_id', '=', company_id)]",
        help="It ships the whole order; what it lacks follows when it has come in.")
    reason = fields.Char(required=True, help="It is kept in the order's timeline.")

    # === ACTION METHODS === #

    def action_choose(self):
        """Plan the order on this warehouse, judge it on that, and note who wanted it so and why."""
        self.check_access('write')
        self.order_id.check_access('write')
        self.order_id._channel_check_desk()
        reason = (self.reason or '').strip()[:200]
        if not reason:
            raise UserError(self.env._("Say why: whoever looks at the order later wants to know."))
        order_sudo = self.order_id.sudo()
        if order_sudo.channel_state not in OPEN_STATES:
            raise UserError(self.env._("%s is confirmed or closed: its warehouse stays.", order_sudo.name))
        if self.warehouse_id.company_id != order_sudo.company_id:
            raise UserError(self.env._("This warehouse belongs to another company."))
        order_sudo.channel_hand_warehouse_id = self.warehouse_id
        self.env['channel.order.event']._note('sourced', order_sudo, {order_sudo: self.env._(
            "%(warehouse)s, by hand: %(reason)s", warehouse=self.warehouse_id.name, reason=reason)})
        order_sudo._channel_process()
        return {'type': 'ir.actions.act_window_close'}
