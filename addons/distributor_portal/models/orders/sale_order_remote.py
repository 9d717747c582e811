from odoo import models
from odoo.exceptions import AccessError, UserError

from ...const import RECEIVING_ROLES


class SaleOrder(models.Model):
    """What members' people and their programs may do with an order over XML-RPC and JSON-2, as in the dealer centre."""

    _inherit = 'sale.order'

    def channel_decide(self, decision, reason=None):
        """Approve or refuse orders that wait for the caller, in person or for whom it stands in.

        :param decision: 'approve' or 'refuse'; a refusal gives a `reason`
        :return: {order name: its channel status now}
        :raise AccessError: an order that does not wait for the caller
        """
        self.check_access('read')
        if decision not in ('approve', 'refuse'):
            raise UserError(self.env._("The decision is approve or refuse."))
        reason = (reason or '').strip()[:200]
        if decision == 'refuse' and not reason:
            raise UserError(self.env._("A refusal says why."))
        waiting = self._channel_get_open_approvals(self.env.user)
        if set(self.ids) - set(waiting.order_id.ids):
            raise AccessError(self.env._("These orders do not wait for you."))
        self.sudo()._channel_decide_rows(waiting, decision == 'approve', reason or None)
        return {order.name: order.channel_state for order in self.sudo()}

    def channel_receive(self, lines, delivery=None, note=None):
        """Scan in a delivery of this order, as its member's people or an integrator.

        :param lines: ``[{"sku" | "gtin", "received", "damaged"}]`` in the products' own units; what is not named was
            not received
        :param delivery: the delivery's name, where the order has several
        :return: ``{"delivery", "differs", "claim", "status"}``, `claim` the number of the one that a difference has
            made, or False; sent again, the first receipt's
        """
        self.ensure_one()
        user = self.env.user
        if not user.has_group('distributor_portal.group_channel_integrator'):
            self.check_access('read')
            if self.sudo().channel_member_id not in user._channel_get_members(RECEIVING_ROLES):
                raise AccessError(self.env._("This delivery is not yours to receive."))
        picking = self.sudo()._channel_find_delivery(delivery)
        received, damaged = picking._channel_read_counts(lines)
        receipt = picking._channel_receive(received, damaged, note)
        return {
            'delivery': picking.name, 'differs': receipt.has_difference,
            'claim': receipt.sudo().claim_ids[:1].name or False, 'status': self.sudo().channel_state}

    # === BUSINESS METHODS === #

    def _channel_get_step_of(self, user):
        """The side at which this order waits for `user`: 'upstream', 'hq', or False."""
        self.ensure_one()
        waiting = self._channel_get_open_approvals(user)
        return ('hq' if waiting[0].step == 'hq' else 'upstream') if waiting else False

    def _channel_find_delivery(self, name):
        deliveries = self.picking_ids.filtered(lambda picking: (
            picking._channel_is_delivery() and picking.state == 'done' and name in (None, False, picking.name)))
        if len(deliveries) != 1:
            raise UserError(
                self.env._("Name one of the deliveries: %s.", ", ".join(deliveries.mapped('name'))) if deliveries
                else self.env._("%s has nothing to receive.", self.name))
        return deliveries
