from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL

from ...engine import KINDS, kinds
from ...utils import to_decimal


class SaleOrder(models.Model):
    """Facts of the rules against diversion that look at the order itself: where it goes, and at what price.

    One query per kind for a whole batch, however many orders and lines it has.
    """

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_setting(self, kind_code, name):
        """The largest value of a parameter among the rules being judged: how far back their facts must reach."""
        memo = self._channel_get_check()
        rules = memo.rules if memo else self.env['channel.rule']._get_rules_in_force()
        values = [rule.params[name] for rule, _tiers in rules if rule.kind == kind_code]
        return max(values, default=KINDS[kind_code].schema()[name].default)

    # --- places

    def _channel_get_ship_to_facts(self):
        """For orders that go elsewhere than to their member: whose place is it, by contact, phone or street?"""
        elsewhere = self.filtered(lambda order: order.partner_shipping_id != order.channel_member_id.sudo().partner_id)
        if not elsewhere:
            return []
        rows = self._channel_query(SQL("""
            SELECT DISTINCT ON (o.id) o.id, owner.code, owner.how,
                   (owner.parent_path LIKE member.parent_path || '%%'
                    OR member.parent_path LIKE owner.parent_path || '%%') AS is_in_line
              FROM sale_order o
              JOIN channel_member member ON member.id = o.channel_member_id
              JOIN res_partner place ON place.id = o.partner_shipping_id
              JOIN LATERAL (
                    SELECT other.code, other.parent_path, 'contact' AS how
                      FROM channel_member other
                     WHERE other.partner_id = place.commercial_partner_id AND other.id != member.id AND other.active
                     UNION ALL
                    SELECT other.code, other.parent_path,
                           CASE WHEN %(phone)s = %(other_phone)s THEN 'phone' ELSE 'street' END
                      FROM channel_territory area
                      JOIN channel_member other ON other.street_id = area.id
                      JOIN res_partner company ON company.id = other.partner_id
                     WHERE area.code = o.channel_ship_code AND other.active AND other.company_id = o.company_id
                       AND place.commercial_partner_id = member.partner_id AND place.id != member.partner_id
                       AND (%(phone)s = %(other_phone)s OR lower(trim(place.street)) = lower(trim(company.street)))
                   ) owner ON TRUE
             WHERE o.id IN %(ids)s
             ORDER BY o.id, is_in_line DESC, owner.code
            """, ids=tuple(elsewhere.ids),
            phone=SQL(r"NULLIF(regexp_replace(place.phone, '\D', '', 'g'), '')"),
            other_phone=SQL(r"NULLIF(regexp_replace(company.phone, '\D', '', 'g'), '')")))
        return [kinds.ShipToFact(row['id'], None, row['code'], row['is_in_line'], row['how']) for row in rows]

    def _channel_get_region_facts(self):
        """For products that are sold in some territories only."""
        lines = self._channel_get_judged_lines()
        if not lines or not self.env['product.template']._channel_has_regions():
            return []
        field = self.env['product.template']._fields['channel_territory_ids']
        rows = self._channel_query(SQL("""
            SELECT product.id, array_agg(territory.code) AS codes
              FROM product_product product
              JOIN %(rel)s rel ON rel.%(template)s = product.product_tmpl_id
              JOIN channel_territory territory ON territory.id = rel.%(territory)s
             WHERE product.id IN %(ids)s
             GROUP BY product.id
            """, rel=SQL.identifier(field.relation), template=SQL.identifier(field.column1),
            territory=SQL.identifier(field.column2), ids=tuple(lines.product_id.ids)))
        codes = {row['id']: frozenset(row['codes']) for row in rows}
        return [
            kinds.RegionFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), codes[line.product_id.id],
                line.order_id.channel_ship_code or '')
            for line in lines if line.product_id.id in codes
        ]

    def _channel_get_exclusivity_facts(self):
        """Who outside the member's line has been promised to be alone at the place of delivery."""
        exclusive = self.env['channel.authorization'].sudo()._get_exclusive_holders(
            self.company_id, set(self.mapped('channel_ship_code')), fields.Date.context_today(self))
        if not exclusive:
            return []
        others = {order: order._channel_filter_others(exclusive) for order in self}
        categories = self._channel_get_categories()
        return [
            kinds.ExclusivityFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), line.product_id.id,
                frozenset(categories[line.product_id.categ_id]), others[line.order_id],
                line.order_id.channel_ship_code, line.order_id.channel_sales_channel or 'offline')
            for line in self._channel_get_judged_lines() if others[line.order_id]
        ]

    def _channel_filter_others(self, exclusive):
        """Those who neither are this order's member nor stand above or below it."""
        self.ensure_one()
        own = self.channel_member_id.sudo().parent_path
        return tuple(
            holder for path, company, holder in exclusive
            if company == self.company_id.id and not own.startswith(path) and not path.startswith(own))

    # --- prices

    def _channel_get_net_price(self, line):
        """What the line costs per product unit after discounts, before tax, in the company's currency."""
        qty = line._channel_get_qty()
        if not qty:
            return Decimal(0)
        return to_decimal(line.price_subtotal / (line.order_id.currency_rate or 1.0), 6) / qty

    def _channel_get_rebates_per_unit(self):
        """{line: the rebate that it earns later, per product unit}. Override, where rebates are accrued."""
        return {}

    def _channel_get_floor_facts(self):
        lines = self._channel_get_judged_lines()
        categories = self._channel_get_categories()
        floors = self.env['channel.price.floor'].sudo()._get_floors(
            self.company_id, lines.product_id, fields.Date.context_today(self))
        if not any(floors.values()):
            return []
        rebates = self._channel_get_rebates_per_unit()
        facts = []
        for line in lines:
            order = line.order_id
            floor = kinds.narrowest_floor(
                floors[order.company_id.id], line.product_id.id, categories[line.product_id.categ_id],
                order.channel_ship_code or '', order.channel_sales_channel or 'offline')
            facts.append(kinds.FloorFact(
                order.id, line.channel_line_no, line._channel_get_sku(), self._channel_get_net_price(line),
                rebates.get(line, Decimal(0)), floor and floor.price, order.company_id.currency_id.name))
        return facts

    def _channel_get_discount_facts(self):
        """The discount off the catalogue price, next to what the members of the tier paid in the window."""
        lines = self._channel_get_judged_lines()
        if not lines:
            return []
        days = self._channel_get_setting('discount', 'window_days')
        peers = {(row['tier_id'], row['product_id']): row for row in self._channel_query(SQL("""
            WITH paid AS (
                SELECT o.channel_tier_id AS tier_id, l.product_id, o.channel_member_id AS member_id,
                       1 - l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1)
                           / (l.product_uom_qty * unit.factor / own.factor) / template.list_price AS discount
                  FROM sale_order_line l
                  JOIN sale_order o ON o.id = l.order_id
                  JOIN product_product product ON product.id = l.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = l.product_uom_id
                  JOIN uom_uom own ON own.id = template.uom_id
                 WHERE l.product_id IN %(products)s AND o.channel_tier_id IN %(tiers)s AND o.state = 'sale'
                   AND o.company_id IN %(companies)s AND o.id NOT IN %(ids)s
                   AND o.date_order >= now() AT TIME ZONE 'UTC' - make_interval(days => %(days)s)
                   AND l.product_uom_qty > 0 AND template.list_price > 0
            ), middle AS (
                SELECT tier_id, product_id, count(DISTINCT member_id) AS peers,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY discount) AS median
                  FROM paid GROUP BY tier_id, product_id
            )
            SELECT tier_id, product_id, middle.peers, middle.median,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(paid.discount - middle.median)) AS spread
              FROM paid JOIN middle USING (tier_id, product_id)
             GROUP BY tier_id, product_id, middle.peers, middle.median
            """, products=tuple(lines.product_id.ids), tiers=tuple(self.channel_tier_id.ids) or (0,),
            companies=tuple(self.company_id.ids), ids=tuple(self.ids), days=days))}
        return [
            self._channel_prepare_discount_fact(
                line, peers.get((line.order_id.channel_tier_id.id, line.product_id.id), {}), days)
            for line in lines if line.product_id.list_price > 0
        ]

    def _channel_prepare_discount_fact(self, line, peers, days):
        share = 1 - self._channel_get_net_price(line) / to_decimal(line.product_id.list_price, 6)
        return kinds.DiscountFact(
            line.order_id.id, line.channel_line_no, line._channel_get_sku(), share.quantize(Decimal('0.0001')),
            peers.get('peers', 0), to_decimal(peers.get('median'), 4), to_decimal(peers.get('spread'), 4), days)

    # --- kinds whose facts other addons bring

    def _channel_get_quantity_facts(self):
        """Override, where the members' sell-through and stock are known."""
        return []

    def _channel_get_leakage_facts(self):
        """Override, where the members' stock books are known."""
        return []

    def _channel_get_scan_place_facts(self):
        """Override, where codes are scanned."""
        return []

    def _channel_get_clone_facts(self):
        """Override, where codes are scanned."""
        return []

    def _channel_get_foreign_return_facts(self):
        """Override, where returned goods bear codes."""
        return []

    def _channel_get_online_leak_facts(self):
        """Override, where offers on marketplaces are read."""
        return []

    def _channel_group_rows(self, rows, key):
        grouped = defaultdict(list)
        for row in rows:
            grouped[row[key]].append(row)
        return grouped
