from datetime import timedelta

from odoo import api, fields, models

# (number, member, product and quantity, days it waits): the warehouses have less of the first.
SHORT = (
    ('P-1301', 'D0007', 'HLT-M-800', 240, 2),
    ('P-1302', 'D0012', 'HLT-M-800', 96, 1),
    ('P-1303', 'D0015', 'HLT-M-800', 60, 0),
    ('P-1304', 'D0008', 'HLT-M-800', 48, 3),
)
HOLD_REASON = "等促销价确认 Waits for the price of the promotion"


class ChannelDemo(models.AbstractModel):
    """The desk: orders that wait for headquarters for several reasons, some for days."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        orders = self._load_desk_waiting()
        self._load_desk_hold(orders[-1])
        self._load_desk_sent_back_twice()
        self._load_desk_overdue()
        return result

    @api.model
    def _take_in_for_desk(self, number, member, sku, qty):
        answer = self._as('integrator')['sale.order']._channel_take_in(
            [{'external_id': number, 'member': member, 'lines': [{'sku': sku, 'qty': qty}]}])[0]
        return self.env['sale.order'].browse(answer['order_id'])

    @api.model
    def _load_desk_waiting(self):
        """Short of stock, since some days; one of them should have been decided by now."""
        now = fields.Datetime.now()
        orders = []
        for number, member, sku, qty, days in SHORT:
            order = self._take_in_for_desk(number, member, sku, qty)
            order.channel_approval_ids.opened_at = now - timedelta(days=days)
            orders.append(order)
        orders[1].channel_approval_ids.deadline = now - timedelta(hours=5)
        self.env['sale.order'].union(*orders)._channel_rate_again()
        return orders

    @api.model
    def _load_desk_hold(self, order):
        order.with_env(self._as('hq'))._channel_hold(HOLD_REASON)

    @api.model
    def _load_desk_sent_back_twice(self):
        """The member has tried again, and the packs are still not whole."""
        self._take_in_for_desk('P-1305', 'D0016', 'DRK-S-330', 30)._channel_process()

    @api.model
    def _load_desk_overdue(self):
        """Confirmed, and should have left two days ago."""
        order = self._take_in_for_desk('P-1306', 'D0009', 'DRK-W-550', 48)
        order.channel_parcel_ids.ship_date = fields.Date.add(fields.Date.today(), days=-2)
