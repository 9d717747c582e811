from odoo import api, fields, models


class SaleOrder(models.Model):
    """What headquarters sees of a member's request to cancel."""

    _inherit = 'sale.order'

    channel_cancel_request_ids = fields.One2many(
        'channel.cancel.request', 'order_id', "Requests to Cancel", readonly=True, groups='base.group_user')
    channel_cancel_reason = fields.Char(
        "Asks to Cancel", compute='_compute_channel_cancel_reason', groups='base.group_user')

    # === COMPUTE METHODS === #

    @api.depends('channel_cancel_request_ids.state')
    def _compute_channel_cancel_reason(self):
        for order in self:
            order.channel_cancel_reason = order.sudo()._channel_get_cancel_request().reason

    # === ACTION METHODS === #

    def action_channel_grant_cancel(self):
        """Cancel as the member asks."""
        self.check_access('write')
        self._channel_check_desk()
        return self._channel_get_cancel_request().action_grant()

    def action_channel_decline_cancel(self):
        """Ask for the answer, then let the order go on."""
        self.check_access('write')
        self._channel_check_desk()
        return self._channel_get_cancel_request().action_decline()

    # === BUSINESS METHODS === #

    def _channel_get_cancel_request(self):
        """The open requests of these orders, at most one each."""
        return self.channel_cancel_request_ids.filtered(lambda request: request.state == 'open')
