from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...utils import to_decimal

LAST_ORDERS = 3
USUAL_ORDERS = 6
# From so much above its usual order on, an approver is told.
NOTEWORTHY = Decimal('1.3')


class SaleOrder(models.Model):
    """What an approver wants to know of the orders that wait: which is urgent, and who orders."""

    _inherit = 'sale.order'

    # === PORTAL === #

    @api.model
    def _portal_get_queue(self, user, limit):
        """The orders that wait for `user`, the next deadline first, then the greatest; little of each is read."""
        Approval = self.env['channel.approval'].sudo()
        rows = Approval.search_fetch(
            user._channel_get_waiting_domain() & Domain('step', '!=', 'hq'), ['order_id', 'deadline'],
            order='deadline, id', limit=limit)
        deadlines = {}
        for row in rows:
            deadlines.setdefault(row.order_id.id, row.deadline or fields.Datetime.to_datetime('9999-12-31'))
        orders = self.sudo().search_fetch([('id', 'in', list(deadlines))], ['amount_total'])
        return orders.sorted(lambda order: (deadlines[order.id], -order.amount_total, order.id))

    def _portal_get_background(self):
        """{order: {'credit', 'currency', 'last', 'times_usual', 'was_approved_at'}}, in a few queries for all of them.

        `last`: [(name, day, amount)] of the member's orders before; `times_usual`: how many times its usual order this
        is, where that is worth a word.
        """
        members = self.channel_member_id
        credits = {line.member_id: line for line in self.env['channel.credit.line'].sudo().search(
            [('member_id', 'in', members.ids)])}
        last = self._portal_get_last_orders(members)
        background = {}
        for order in self:
            before = last[order.channel_member_id.id]
            amounts = [amount for _id, _name, _day, amount in before]
            usual = sum(amounts, Decimal(0)) / len(amounts) if len(amounts) >= LAST_ORDERS else None
            times = to_decimal(order.amount_total, 2) / usual if usual else Decimal(0)
            again = [row.decided_at for row in order.sudo().channel_approval_ids
                     if row.state == 'outgrown' and row.decided_at]
            background[order] = {
                'credit': credits.get(order.channel_member_id),
                'last': [one[1:] for one in before[:LAST_ORDERS]],
                'times_usual': round(times, 1) if times >= NOTEWORTHY else None,
                'was_approved_at': max(again, default=None),
            }
        return background

    def _portal_get_last_orders(self, members):
        """{member id: [(id, name, day, amount)]}, confirmed ones, the latest first; none that makes a claim good."""
        last = defaultdict(list)
        if not members:
            return last
        self.env['sale.order'].flush_model(
            ['channel_member_id', 'channel_claim_id', 'state', 'date_order', 'amount_total', 'name'])
        rows = self.env.execute_query(SQL(
            """SELECT member.id, latest.id, latest.name, latest.date_order, latest.amount_total
                 FROM unnest(%s::int[]) AS member (id)
                CROSS JOIN LATERAL (
                      SELECT id, name, date_order, amount_total FROM sale_order
                       WHERE channel_member_id = member.id AND state = 'sale' AND channel_claim_id IS NULL
                       ORDER BY date_order DESC, id DESC LIMIT %s) latest""", members.ids, USUAL_ORDERS))
        for member, id_, name, day, amount in rows:
            last[member].append((id_, name, day, to_decimal(amount, 2)))
        return last
