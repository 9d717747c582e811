from collections import defaultdict

from odoo import models

from ...engine import urgency as engine
from ...utils import to_decimal

SENT_BACK_OFTEN = 2


class SaleOrder(models.Model):
    """What keeps an order waiting for headquarters: read for a batch, a query for each kind of cause in it."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_waiting(self, now):
        """Those of these orders that wait for headquarters to do something."""
        often = self._channel_get_times_sent_back()
        return self.filtered(lambda order: order.channel_member_id and (
            order.channel_held_at and order.channel_state in ('upstream', 'hq', 'accepted')
            or order.channel_state in ('hq', 'accepted')
            or order.channel_state == 'rejected' and order.id in often
            or order._channel_is_late(now)
            or order._channel_has_open_difference()))

    def _channel_is_late(self, now):
        self.ensure_one()
        return bool(
            self.channel_state == 'confirmed' and self.channel_ship_date
            and self.company_id._channel_end_of_day(self.channel_ship_date) <= now)

    def _channel_has_open_difference(self):
        """Whether what a member received differs from what was shipped, and headquarters has to see to it."""
        self.ensure_one()
        return self.channel_state in ('confirmed', 'shipped', 'received') and any(
            receipt.has_difference and receipt._channel_waits_for_hq(self.channel_settled_at)
            for receipt in self.sudo().channel_receipt_ids)

    def _channel_get_times_sent_back(self):
        """{order id: when it was sent back last}, of those that were sent back time and again."""
        again = self.filtered(
            lambda order: order.channel_state == 'rejected' and order.channel_run >= SENT_BACK_OFTEN)
        if not again:
            return {}
        return {
            order.id: last for order, count, last in self.env['channel.order.event'].sudo()._read_group(
                [('order_id', 'in', again.ids), ('kind', '=', 'rejected')], ['order_id'], ['__count', 'at:max'])
            if count >= SENT_BACK_OFTEN}

    def _channel_get_urgency_facts(self, now):
        """{order: what the engine rates}, of orders that wait."""
        causes = self._channel_get_rule_causes()
        decisions = self._channel_get_open_decisions()
        sent_back = self._channel_get_times_sent_back()
        facts = {}
        for order in self:
            deadline, opened_at = decisions.get(order.id, (None, None))
            cause, since = order._channel_get_cause(
                now, causes.get(order.id, ()), opened_at, sent_back.get(order.id))
            facts[order] = engine.Waiting(
                order.id, cause, min(since or order.date_order or now, now),
                to_decimal(order._channel_get_amount(), 2), order.channel_member_id.sudo().segment or 'regular',
                order.channel_is_urgent, deadline, order._channel_get_leaving())
        return facts

    def _channel_get_cause(self, now, ruled, opened_at, sent_back_at):
        """(what it waits for, since when)"""
        self.ensure_one()
        if self.channel_held_at:
            return 'hold', self.channel_held_at
        if self.channel_state == 'hq':
            return engine.pick_cause([*ruled, 'approval']), opened_at
        if self.channel_state == 'accepted':
            return 'confirm', self.write_date
        if self.channel_state == 'rejected':
            return 'returned', sent_back_at
        if self._channel_is_late(now):
            return 'late', self.company_id._channel_end_of_day(self.channel_ship_date)
        differing = self.sudo().channel_receipt_ids.filtered('has_difference')
        return 'difference', max(differing.mapped('received_at'), default=None)

    def _channel_get_leaving(self):
        """When its goods are to leave; no more once they have."""
        self.ensure_one()
        if self.channel_state not in ('upstream', 'hq', 'accepted', 'confirmed'):
            return None
        if self.channel_urgent_until:
            return self.channel_urgent_until
        return self.company_id._channel_end_of_day(self.channel_ship_date) if self.channel_ship_date else None

    def _channel_get_rule_causes(self):
        """{order id: causes that the latest verdicts come to}"""
        asked = self.filtered(lambda order: order.channel_state == 'hq')
        if not asked:
            return {}
        causes = defaultdict(set)
        verdicts = self.env['channel.verdict'].sudo().search_fetch(
            [('order_id', 'in', asked.ids), ('decision', '=', 'approve')], ['order_id', 'run', 'rule_version_id'])
        for verdict in verdicts:
            if verdict.run == verdict.order_id.channel_run:
                causes[verdict.order_id.id].add(engine.CAUSE_OF_KIND.get(verdict.rule_version_id.kind, 'rule'))
        return causes

    def _channel_get_open_decisions(self):
        """{order id: (nearest deadline, since when headquarters is asked)}"""
        asked = self.filtered(lambda order: order.channel_state == 'hq')
        if not asked:
            return {}
        return {
            order.id: (deadline or None, opened_at or None)
            for order, deadline, opened_at in self.env['channel.approval'].sudo()._read_group(
                [('order_id', 'in', asked.ids), ('is_open', '=', True), ('step', '=', 'hq')], ['order_id'],
                ['deadline:min', 'opened_at:min'])}
