from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES

HOLD_FIELDS = {'channel_held_at', 'channel_held_by_id', 'channel_hold_reason'}


class SaleOrder(models.Model):
    """An order put on hold: headquarters neither approves nor confirms it until somebody releases it."""

    _inherit = 'sale.order'

    channel_held_at = fields.Datetime("On Hold Since", copy=False, readonly=True, groups='base.group_user')
    channel_held_by_id = fields.Many2one(
        'res.users', "Held By", copy=False, readonly=True, ondelete='restrict', groups='base.group_user')
    channel_hold_reason = fields.Char(
        "Why on Hold", copy=False, readonly=True, tracking=True, groups='base.group_user',
        help="For headquarters only; members never see it.")

    # === BUSINESS METHODS === #

    @api.model
    def _channel_get_result_fields(self):
        """Override to guard what the buttons write."""
        return super()._channel_get_result_fields() | HOLD_FIELDS

    def _channel_hold(self, reason):
        """Put these on hold."""
        self.sudo().write({
            'channel_held_at': fields.Datetime.now(), 'channel_held_by_id': self.env.uid,
            'channel_hold_reason': reason})

    def _channel_release(self):
        """Take these off hold; those that nobody else has to decide on are confirmed."""
        orders = self.sudo()
        orders.write({'channel_held_at': False, 'channel_held_by_id': False, 'channel_hold_reason': False})
        orders.filtered(lambda order: order.channel_state == 'accepted')._channel_confirm()

    def _confirmation_error_message(self):
        """Override: what is on hold is not confirmed, however it is tried."""
        held = self.sudo()
        if held.channel_held_at and held.channel_state in OPEN_STATES:
            return self.env._(
                "%(order)s is on hold (%(reason)s): release it first.", order=self.name,
                reason=held.channel_hold_reason)
        return super()._confirmation_error_message()

    def _channel_confirm(self):
        """Override: what is on hold stays accepted until it is released."""
        return super(SaleOrder, self.filtered(lambda order: not order.sudo().channel_held_at))._channel_confirm()

    def _channel_decide_rows(self, rows, is_approved, reason=None):
        """Override: headquarters does not approve what it holds; the members' own decisions go on."""
        if is_approved and any(row.step == 'hq' and row.order_id.channel_held_at for row in rows.sudo()):
            raise UserError(self.env._("On hold; release first: %s", ", ".join(
                rows.sudo().order_id.filtered('channel_held_at').mapped('name'))))
        return super()._channel_decide_rows(rows, is_approved, reason)

    def _channel_decide_by_deadline(self, rows, state, reason):
        """Override: a deadline decides nothing that is on hold; somebody does after the release."""
        going = rows.filtered(lambda row: not row.order_id.sudo().channel_held_at)
        if going:
            return super(SaleOrder, going.order_id.with_env(self.env))._channel_decide_by_deadline(going, state, reason)
        return None

    def _action_cancel(self):
        """Override of `sale`: what is cancelled is not on hold any more."""
        held = self.sudo().filtered('channel_held_at')
        if held:
            held.write({'channel_held_at': False, 'channel_held_by_id': False, 'channel_hold_reason': False})
        return super()._action_cancel()
