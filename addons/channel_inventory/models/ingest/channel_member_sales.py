from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import written
from .channel_sell_through_take import Terms

SOURCE = 'portal'
MAX_PRODUCTS = 300
DAYS_SHOWN = 7
LATELY = 30  # days; what was sold in them stands on top
MAX_QTY = 10**6


class ChannelMember(models.Model):
    """Sales that a member types in itself: a figure per product and day, which it may mend until the month closes."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_sales_days(self):
        """(the first day that is open, today)"""
        self.ensure_one()
        return self.company_id._channel_get_first_open_day(), self.company_id._channel_get_today()

    def _portal_get_sold_domain(self):
        """Products that this member can report: what it may buy, and has a code."""
        return self._portal_get_products_domain() & Domain('default_code', '!=', False)

    def _portal_get_sales_sheet(self, day, search=''):
        """What can be typed in for this day: the member's products, those sold lately first, with what was said.

        :return: [{'product', 'qty', 'other', 'lately', 'codes', 'packs'}], at most MAX_PRODUCTS; 'other' is what came
            in for that day by other ways
        """
        self.ensure_one()
        domain = self._portal_get_sold_domain()
        for word in search.split()[:5]:
            domain &= Domain.OR([
                Domain('name', 'ilike', word), Domain('default_code', 'ilike', word), Domain('barcode', '=', word)])
        lately = self._portal_get_sold(day - timedelta(days=LATELY), day)
        Product = self.env['product.product']
        first = Product.search(domain & Domain('id', 'in', list(lately)), limit=MAX_PRODUCTS)
        products = (first | Product.search(domain, limit=MAX_PRODUCTS))[:MAX_PRODUCTS]
        typed, all_ways = self._portal_get_said(day), self._portal_get_sold(day, day)
        rows = [{
            'product': product, 'qty': typed.get(product.id, 0),
            'other': all_ways.get(product.id, 0) - typed.get(product.id, 0), 'lately': lately.get(product.id, 0),
            'packs': [(pack.uom_id.name, pack.uom_id._compute_quantity(1, product.uom_id, round=False), pack.barcode)
                      for pack in product.product_uom_ids.sorted(lambda pack: pack.uom_id.factor)],
        } for product in products]
        return sorted(rows, key=lambda row: (not row['qty'], -row['lately'], row['product'].default_code))

    def _portal_get_sold(self, first, last):
        """{product id: what it sold from the first day to the last}, whatever way that came in."""
        return {product: float(qty) for product, qty in self.env.execute_query(SQL(
            """SELECT product_id, SUM(qty) FROM channel_sell_through
                WHERE member_id = %s AND day BETWEEN %s AND %s GROUP BY product_id""", self.id, first, last))}

    def _portal_get_said(self, day):
        """{product id: what was typed in for this day}"""
        return {product: float(qty) for product, qty in self.env.execute_query(SQL(
            """SELECT s.product_id, SUM(s.qty) FROM channel_sell_through s JOIN channel_source c ON c.id = s.source_id
                WHERE s.member_id = %s AND s.day = %s AND c.code = %s AND starts_with(s.external_key, %s)
             GROUP BY s.product_id HAVING SUM(s.qty) != 0""", self.id, day, SOURCE, self._portal_get_key(day)))}

    def _portal_get_key(self, day):
        """How the keys of what was typed in for this day begin."""
        return f'{self.code}|{day}|'

    def _portal_get_last_sales(self, today):
        """[(day, items, products)] of the last days, from wherever they came."""
        self.ensure_one()
        found = {day: (float(qty), count) for day, qty, count in self.env.execute_query(SQL(
            """SELECT day, SUM(qty), COUNT(DISTINCT product_id) FROM channel_sell_through
                WHERE member_id = %s AND day > %s AND day <= %s GROUP BY day""",
            self.id, today - timedelta(days=DAYS_SHOWN), today))}
        return [(day, *found.get(day, (0, 0))) for day in (today - timedelta(days=ago) for ago in range(DAYS_SHOWN))]

    def _portal_report_sales(self, day, quantities):
        """Take what was typed in for a day: it replaces what was said of these products before.

        :param quantities: {product id: text}; empty says nothing, 0 takes back
        :return: how many figures were new or changed
        :raise UserError: a day that is not open, or no quantity
        """
        self.ensure_one()
        first, today = self._portal_get_sales_days()
        if not first <= day <= today:
            raise UserError(self.env._("This day can no longer be changed. Ask your contact at headquarters."))
        products = self.env['product.product'].search(
            self._portal_get_sold_domain() & Domain('id', 'in', list(quantities)))
        said = self._portal_get_said(day)
        rows = []
        for product in products:
            qty = self._portal_read_qty(quantities[product.id])
            if qty is not None and float(qty) != said.get(product.id, 0):
                rows.append({
                    'external_key': f'{self._portal_get_key(day)}{product.id}', 'member': self.code,
                    'sku': product.default_code, 'qty': qty, 'date': day.isoformat()})
        if rows:
            feed, held = self._portal_ingest(rows, self.env._("Sales of %s", day))
            if held:
                reasons = dict(feed.row_ids._get_reasons())
                texts = sorted({reasons[reason] for _key, reason in held})
                raise UserError(self.env._("Not taken: %s", ", ".join(texts)))
        return len(rows)

    def _portal_read_qty(self, text):
        text = (text or '').strip()[:40]
        if not text:
            return None
        qty = written.number(text)
        if qty is None or not 0 <= qty <= MAX_QTY:
            raise UserError(self.env._("%s is not a quantity.", text[:20]))
        return qty

    def _portal_ingest(self, rows, name, **values):
        """:return: (feed, [(key, reason)] of what is held)"""
        feed = self.env['channel.feed'].sudo().create({
            'name': f'{self.code}: {name}', 'kind': 'portal', 'state': 'running', 'company_id': self.company_id.id,
            'member_id': self.id, 'user_id': self.env.uid, 'started_at': fields.Datetime.now(),
            'source_id': self.env['channel.source'].sudo().search([('code', '=', SOURCE)], limit=1).id, **values})
        SellThrough = self.env['channel.sell.through'].sudo()
        SellThrough._wait_for_turn()
        held = SellThrough._ingest(rows, feed, terms=Terms(source=SOURCE, members=frozenset(self.ids)))[1]
        feed._finish()
        return feed, held

    def _portal_take_list(self, table, name, digest):
        """An uploaded list of this member's own sales. Its keys are the member's: nobody else's row can be meant.

        :param table: [(row number, cells)]
        :return: the feed
        """
        self.ensure_one()
        twin = self.env['channel.feed'].sudo().search([
            ('digest', '=', digest), ('state', '=', 'done'), ('member_id', '=', self.id)], limit=1)
        if twin:
            taken_on = fields.Date.to_date(twin.finished_at)
            raise UserError(self.env._("This very file was taken on %s already.", taken_on))
        rows = self.env['channel.feed.format']._read_own_rows(table, self.code)
        return self._portal_ingest(rows, name, digest=digest, filename=name)[0]
