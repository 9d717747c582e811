from decimal import Decimal
from itertools import pairwise

from odoo import models
from odoo.tools import SQL

from ...engine import distance_km, kinds
from ...utils import to_decimal

USUAL_ORDERS = 20  # the usual amount of a member is the mean of so many of its last orders


class SaleOrder(models.Model):
    """Facts of the rules against diversion that look at how a member orders: how often, from where, who pays."""

    _inherit = 'sale.order'

    # What a member has ordered lately is read at every check: the cost must not grow with its history.
    _channel_member_recent = models.Index("(channel_member_id, create_date) WHERE channel_member_id IS NOT NULL")

    # === BUSINESS METHODS === #

    def _channel_get_split_facts(self):
        """The orders of the same member shortly before each of these, and what they have in common."""
        hours = max(
            self._channel_get_setting('split', 'window_hours'), self._channel_get_setting('split', 'duplicate_hours'))
        rows = self._channel_query(SQL("""
            SELECT o.id, before.name, before.amount_total / COALESCE(NULLIF(before.currency_rate, 0), 1) AS amount,
                   extract(epoch FROM o.create_date - before.create_date) / 60 AS minutes,
                   ARRAY(SELECT l.product_id || ':' || l.product_uom_id || ':' || l.product_uom_qty
                           FROM sale_order_line l
                          WHERE l.order_id = before.id AND l.product_id IS NOT NULL) AS basket
              FROM sale_order o
              JOIN sale_order before ON before.channel_member_id = o.channel_member_id AND before.id < o.id
               AND before.create_date >= o.create_date - make_interval(hours => %(hours)s)
               AND before.create_date <= o.create_date
             WHERE o.id IN %(ids)s AND before.state != 'cancel'
               AND before.channel_state NOT IN ('rejected', 'cancelled')
             ORDER BY o.id, before.id
            """, ids=tuple(self.ids), hours=hours)) if self else []
        siblings = self._channel_group_rows(rows, 'id')
        return [order._channel_prepare_split_fact(siblings[order.id]) for order in self]

    def _channel_prepare_split_fact(self, siblings):
        self.ensure_one()
        lines = self._channel_get_judged_lines()
        basket = sorted(f'{line.product_id.id}:{line.product_uom_id.id}:{float(line.product_uom_qty):g}'
                        for line in lines)
        products = set(lines.product_id.ids)
        found = []
        for row in siblings:
            parts = [text.split(':') for text in row['basket']]
            theirs = sorted(f'{product}:{unit}:{float(qty):g}' for product, unit, qty in parts)
            shared = len(products & {int(product) for product, _unit, _qty in parts}) / len(products or [0])
            found.append(kinds.Sibling(
                row['name'], int(row['minutes']), to_decimal(row['amount'], 2), to_decimal(shared, 4),
                bool(basket) and theirs == basket))
        quantities = [(line._channel_get_qty(), line.price_subtotal) for line in lines]
        return kinds.SplitFact(
            self.id, None, to_decimal(self._channel_get_amount(), 2),
            sum((qty for qty, _paid in quantities), Decimal(0)),
            sum((qty for qty, paid in quantities if not paid), Decimal(0)), tuple(found))

    def _channel_get_account_facts(self):
        """How long each member has been known, when it ordered last, and what it usually orders."""
        rows = self._channel_query(SQL("""
            SELECT o.id, EXTRACT(day FROM o.create_date - member.create_date)::int AS known,
                   count(before.create_date) AS orders, avg(before.amount) AS usual,
                   EXTRACT(day FROM o.create_date - max(before.create_date))::int AS silent
              FROM sale_order o
              JOIN channel_member member ON member.id = o.channel_member_id
              LEFT JOIN LATERAL (
                    SELECT earlier.create_date,
                           earlier.amount_total / COALESCE(NULLIF(earlier.currency_rate, 0), 1) AS amount
                      FROM sale_order earlier
                     WHERE earlier.channel_member_id = o.channel_member_id AND earlier.state = 'sale'
                       AND earlier.create_date <= o.create_date AND earlier.id < o.id
                     ORDER BY earlier.create_date DESC LIMIT %(usual)s
                   ) before ON TRUE
             WHERE o.id IN %(ids)s
             GROUP BY o.id, member.create_date
            """, ids=tuple(self.ids), usual=USUAL_ORDERS)) if self else []
        known = {row['id']: row for row in rows}
        return [
            kinds.AccountFact(
                order.id, None, to_decimal(order._channel_get_amount(), 2), max(known[order.id]['known'] or 0, 0),
                known[order.id]['orders'], known[order.id]['silent'], to_decimal(known[order.id]['usual'], 2),
                order._channel_get_other_payer())
            for order in self if order.id in known
        ]

    def _channel_get_other_payer(self):
        """Whom the invoice goes to, where that is not the member itself; '' otherwise."""
        self.ensure_one()
        payer = self.partner_invoice_id.sudo().commercial_partner_id
        return '' if payer in (self.channel_member_id.sudo().partner_id, payer.browse()) else payer.name or ''

    # --- where it was ordered

    def _channel_may_have_origins(self):
        """Whether it is known from where any of these came; of what another system sends it never is."""
        memo = self._channel_get_check()
        if not memo or not self:
            return bool(self)
        if memo.has_origins is None:
            memo.has_origins = bool(self.env['channel.origin'].sudo().search_count(
                [('order_id', 'in', memo.orders.ids)], limit=1))
        return memo.has_origins

    def _channel_get_origin_facts(self):
        """Who else ordered from the same network or device; networks known to be shared are left out."""
        hours = self._channel_get_setting('origin', 'window_hours')
        rows = self._channel_query(SQL("""
            SELECT mine.order_id, mine.ip, mine.network,
                   count(DISTINCT other.member_id) FILTER (WHERE other.network = mine.network) AS network_members,
                   count(DISTINCT other.id) FILTER (WHERE other.network = mine.network) AS network_orders,
                   count(DISTINCT other.member_id) FILTER (WHERE other.device = mine.device) AS device_members,
                   count(DISTINCT other.id) FILTER (WHERE other.device = mine.device) AS device_orders,
                   array_agg(DISTINCT member.code) FILTER (WHERE other.member_id != mine.member_id) AS others
              FROM channel_origin mine
              JOIN channel_origin other ON (other.network = mine.network OR other.device = mine.device)
               AND other.company_id = mine.company_id AND other.id <= mine.id
               AND other.at >= mine.at - make_interval(hours => %(hours)s)
              JOIN channel_member member ON member.id = other.member_id
             WHERE mine.order_id IN %(ids)s
             GROUP BY mine.id
            """, ids=tuple(self.ids), hours=hours)) if self._channel_may_have_origins() else []
        is_shared = self.env['channel.shared.network']._get_filter() if rows else None
        return [
            kinds.OriginFact(
                row['order_id'], None, row['network'], row['network_members'], row['network_orders'],
                row['device_members'], row['device_orders'], tuple(sorted(row['others'] or ())), hours)
            for row in rows if not is_shared(row['ip'])
        ]

    def _channel_get_travel_facts(self):
        """The last two places from where the people who placed these orders logged in.

        Odoo notes them only where it has a database of places (`geoip_city_db`): without one there is no fact.
        """
        rows = self._channel_query(SQL("""
            SELECT origin.order_id, log.ip_address AS ip, log.city, log.country,
                   log.first_activity AS first, log.last_activity AS last,
                   place.code, place.latitude, place.longitude
              FROM channel_origin origin
              JOIN res_device_log log ON log.user_id = origin.user_id
               AND log.last_activity >= origin.at - make_interval(hours => %(hours)s)
               AND log.first_activity <= origin.at
              LEFT JOIN LATERAL (
                    SELECT territory.code, territory.latitude, territory.longitude
                      FROM channel_territory territory
                     WHERE lower(territory.name->>'en_US') = lower(log.city)
                       AND territory.level IN ('province', 'city')
                     ORDER BY territory.code LIMIT 1
                   ) place ON TRUE
             WHERE origin.order_id IN %(ids)s AND log.city IS NOT NULL
             ORDER BY origin.order_id, log.last_activity
            """, ids=tuple(self.ids), hours=self._channel_get_setting('travel', 'window_hours'))) if (
                self._channel_may_have_origins()) else []
        if not rows:
            return []
        is_shared = self.env['channel.shared.network']._get_filter()
        logins = self._channel_group_rows([row for row in rows if not is_shared(row['ip'])], 'order_id')
        return [order._channel_prepare_travel_fact(logins[order.id]) for order in self if logins[order.id]]

    def _channel_prepare_travel_fact(self, logins):
        self.ensure_one()
        latest = logins[-1]
        distance = minutes = None
        for before, after in pairwise(logins):
            if before['city'] != after['city'] and before['code'] and after['code']:
                distance = distance_km(before['latitude'], before['longitude'], after['latitude'], after['longitude'])
                minutes = max((after['first'] - before['last']).total_seconds() / 60, 0.0)
        home = self.company_id.sudo().country_id.with_context(lang='en_US').name
        return kinds.TravelFact(
            self.id, None, latest['code'] or '', latest['city'],
            bool(home and latest['country'] and latest['country'] != home),
            frozenset(self.channel_member_id.sudo().territory_ids.mapped('code')), distance, minutes)
