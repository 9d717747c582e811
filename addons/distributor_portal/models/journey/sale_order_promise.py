from datetime import timedelta

from odoo import fields, models


class SaleOrder(models.Model):
    """The day an order is promised for, and every change of it."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_source(self, blocked=()):
        """Override: an order that is planned anew may come on another day."""
        before = self._channel_get_promises()
        result = super()._channel_source(blocked)
        self._channel_note_promises(before, 'planned')
        return result

    def _channel_renew_promises(self):
        """Override: an order that was approved late comes later."""
        before = self._channel_get_promises()
        result = super()._channel_renew_promises()
        self._channel_note_promises(before, 'waited')
        return result

    def _channel_get_promises(self):
        """{order: the day by which all of it is promised}; orders without a promise left out."""
        days = {
            order: [parcel.arrival_date for parcel in order.sudo().channel_parcel_ids if parcel.arrival_date]
            for order in self}
        return {order: max(some) for order, some in days.items() if some}

    def _channel_note_promises(self, before, reason, detail=None):
        """Note where the promise is another one than `before`: facts, and the timeline."""
        now = self.browse(order.id for order in before)._channel_get_promises() if before else {}
        moved = {order: (day, now[order]) for order, day in before.items() if now.get(order, day) != day}
        if not moved:
            return
        self.env['channel.promise.change'].sudo().create([{
            'order_id': order.id, 'company_id': order.company_id.id, 'date_before': was, 'date_after': day,
            'reason': reason, 'detail': detail or False, 'user_id': self.env.uid,
        } for order, (was, day) in moved.items()])
        texts = {order: f"{was.isoformat()} → {day.isoformat()}" + (f": {detail}" if detail else "")
                 for order, (was, day) in moved.items()}
        self.env['channel.order.event']._note('promise_changed', self.browse(order.id for order in moved), texts)

    # === PORTAL === #

    def _portal_get_promise(self, is_moved=True):
        """{'first', 'now', 'is_late', 'changes'} of an order that is promised for a day; else None.

        :param is_moved: False where it is known that the promise is the first one
        """
        self.ensure_one()
        if self.channel_state in ('rejected', 'cancelled', 'draft'):
            return None
        now = self._channel_get_promises().get(self)
        if not now:
            return None
        changes = self.env['channel.promise.change'].sudo()
        if is_moved:
            changes = changes.search([('order_id', '=', self.id)], order='id')
        # A day that is ahead everywhere in the world is late nowhere.
        is_ahead = now > fields.Date.today() + timedelta(days=1)
        return {
            'first': changes[:1].date_before or now,
            'now': now,
            'is_late': not is_ahead and self.channel_state in ('confirmed', 'shipped', 'accepted') and (
                now < self.company_id.sudo()._channel_get_today()),
            'is_over': self.channel_state == 'received',
            'changes': changes,
        }
