from datetime import timedelta
from decimal import Decimal

import pytz

from odoo import models
from odoo.tools import SQL

from ...engine import rhythm
from .memo import get_memo

HISTORY_DAYS = 180
MAX_USUAL = 40
NOT_ORDERED = ('draft', 'rejected', 'cancelled')


class ChannelMember(models.Model):
    """The usual basket: what a member orders again and again, by its own orders."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_usual(self):
        """What this member usually orders about now, the most overdue first, each with its reason; see
        `_portal_get_sheet`. In one query, however many orders there were.
        """
        self.ensure_one()
        habits = self._portal_get_habits()
        products = self.env['product.product'].browse([habit.product for habit in habits])
        today = self.company_id._channel_get_today()
        due = rhythm.find_due(habits, today, self._portal_get_offtake(products))
        return [{
            'product': self.env['product.product'].browse(habit.product).with_prefetch(products.ids),
            'qty': habit.usual,
            'before': None,
            'reason': self._portal_get_habit_text(habit, today),
        } for habit in due[:MAX_USUAL]]

    def _portal_get_habits(self):
        """[engine habit] from the orders of the last 180 days."""
        self.ensure_one()
        memo = get_memo(self)
        if memo and memo.habits is not None:
            return memo.habits
        today = self.company_id._channel_get_today()
        habits = rhythm.find_habits(
            rhythm.Purchase(product, day, Decimal(qty))
            for product, day, qty in self._portal_query_purchases(today - timedelta(days=HISTORY_DAYS)))
        if memo:
            memo.habits = habits
        return habits

    def _portal_get_offtake(self, products):
        """For how many days the member's stock of a product still lasts, where somebody knows: {product id: days}.

        Nobody does here. An addon that counts sell-through and stock overrides it: then stock decides what is due,
        and the rhythm of orders only where it says nothing.
        """
        return {}

    def _portal_get_habit_text(self, habit, today):
        days = habit.days_since(today)
        if not days:
            return self.env._("every %(interval)s days, last today", interval=habit.interval)
        return self.env._("every %(interval)s days, last %(days)s days ago", interval=habit.interval, days=days)

    def _portal_query_purchases(self, since):
        """[(product id, day, quantity in its own unit)] of this member's orders that were not called off.

        What makes a claim good was not ordered.
        """
        self.env['sale.order'].flush_model(['channel_member_id', 'channel_state', 'channel_claim_id', 'date_order'])
        self.env['sale.order.line'].flush_model(['order_id', 'product_id', 'product_uom_id', 'product_uom_qty'])
        zone = pytz.timezone(self.company_id.partner_id.tz or 'UTC').zone
        return self.env.execute_query(SQL("""
            SELECT line.product_id, (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                   round(sum(line.product_uom_qty * unit.factor / own.factor)::numeric, 3)
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN uom_uom own ON own.id = template.uom_id
             WHERE sale.channel_member_id = %(member)s AND sale.date_order >= %(since)s
               AND sale.channel_state NOT IN %(not_ordered)s AND sale.channel_claim_id IS NULL
               AND line.display_type IS NULL
             GROUP BY line.product_id, day
        """, zone=zone, member=self.id, since=since, not_ordered=NOT_ORDERED))
