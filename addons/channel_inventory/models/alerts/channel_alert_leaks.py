import csv
import io
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.engine import KINDS, judge_all, kinds
from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import alerts
from ..ledger.channel_stock_entry import DIGITS

WINDOWS = (30, 90)
QUANTITIES = ('missing', 'closing', 'changed', 'received', 'sold', 'before_last', 'explained', 'pace')
# Causes that account for what a count has taken out of the book, without anything having left.
EXPLAINING = ('unit', 'receipt', 'claim', 'recount', 'double', 'no_opening', 'untracked')
# What counts have taken out of the book in the window, and all that went in and out beside it. Sums over lots and
# states at hand: mixed up lots even out, goods on their way have not come.
BOOKS = """
    WITH lost AS (
        SELECT member_id, product_id, -SUM(qty) AS missing, MAX(at) AS last_at, COUNT(*) AS counts,
               -COALESCE(SUM(qty) FILTER (WHERE NOT is_last), 0) AS before_last
          FROM (SELECT e.member_id, e.product_id, e.occurred_at AS at, SUM(e.qty) AS qty,
                       LEAD(e.occurred_at) OVER (
                           PARTITION BY e.member_id, e.product_id ORDER BY e.occurred_at) IS NULL AS is_last
                  FROM channel_stock_entry e
                 WHERE %(scope)s AND e.occurred_at >= %(since)s AND e.kind = 'adjustment' AND e.source = 'count'
                   AND e.state IN ('available', 'reserved')
              GROUP BY 1, 2, 3) e
      GROUP BY 1, 2 HAVING -SUM(qty) > %(units)s
    ),
    explained AS (
        SELECT d.member_id, d.product_id, SUM(d.qty) AS qty FROM channel_deviation d
         WHERE d.day >= %(since)s::date AND (
             (d.kind = ANY(%(explaining)s) AND d.state IN ('explained', 'accepted'))
          OR (d.kind = 'unexplained' AND d.state = 'accepted'))
      GROUP BY 1, 2
    )
    SELECT l.member_id, l.product_id, l.missing, b.closing, b.changed, b.received, b.sold, l.counts, l.last_at,
           l.before_last, GREATEST(0, COALESCE(x.qty, 0)) AS explained, COALESCE(f.daily_sales, 0) AS pace,
           %(today)s - f.last_sale AS idle
      FROM lost l JOIN channel_stock_node n ON n.member_id = l.member_id AND NOT n.is_silent
 LEFT JOIN channel_stock_figure f ON f.member_id = l.member_id AND f.product_id = l.product_id
 LEFT JOIN explained x ON x.member_id = l.member_id AND x.product_id = l.product_id
     CROSS JOIN LATERAL (
        SELECT (SELECT SUM(s.physical - s.in_transit) FROM channel_stock s
                 WHERE s.member_id = l.member_id AND s.product_id = l.product_id) AS closing,
               COALESCE(SUM(e.qty), 0) AS changed,
               COALESCE(SUM(e.qty) FILTER (
                   WHERE e.kind IN ('opening', 'receipt', 'found', 'surplus', 'merge')), 0) AS received,
               -COALESCE(SUM(e.qty) FILTER (WHERE e.kind IN ('sale', 'sale_return', 'allotment')), 0) AS sold
          FROM channel_stock_entry e
         WHERE e.member_id = l.member_id AND e.product_id = l.product_id AND e.occurred_at >= %(since)s
           AND e.state != 'in_transit'
     ) b
"""


class ChannelAlert(models.Model):
    """Goods that leave a member without a sale: opening + in − sold − out − closing, by the rules of kind `leakage`.

    The rules are the order desk's (R8): what breaks one is an alert with its book, and stands beside the member's
    next order. Without a rule in force nothing is looked for.
    """

    _inherit = 'channel.alert'

    # === BUSINESS METHODS === #

    @api.model
    def _get_leak_rules(self):
        return [(rule, tiers) for rule, tiers in self.env['channel.rule']._get_rules_in_force()
                if rule.kind == 'leakage']

    @api.model
    def _find_leaks(self, company, scope):
        """:param scope: as of `_find_levels`"""
        rules = self._get_leak_rules()
        if not rules:
            return
        worst = {}
        for days in WINDOWS:
            for fact in self._read_books(company, scope, days, rules):
                cell = fact['member_id'], fact['product_id']
                # The short window wins where both break: it is the fresher.
                worst.setdefault(cell, fact)
        self._stage_leaks(worst)

    @api.model
    def _read_books(self, company, scope, days, rules):
        """Positions that break a rule over so many days, each with its book."""
        since = fields.Datetime.now() - timedelta(days)
        units = min(rule.params['units'] for rule, _tiers in rules)
        read = self.env.execute_query_dict(SQL(
            BOOKS, scope=scope("e"), since=SQL("%s::timestamp", since), units=units, explaining=list(EXPLAINING),
            today=SQL("%s::date", company._channel_get_today())))
        # The database's own numbers reach Python as floats.
        rows = [{**row, **{name: to_decimal(row[name], DIGITS) for name in QUANTITIES}} for row in read]
        rows = [row for row in rows if alerts.tells_sales(row['idle'], row['pace'])]
        if not rows:
            return []
        tiers = {member.id: member.tier_id.id for member in self.env['channel.member'].sudo().browse(
            {row['member_id'] for row in rows})}
        facts = [self._prepare_leak_fact(number, row, days) for number, row in enumerate(rows)]
        broken = {}
        for rule, of_tiers in rules:
            chosen = [fact for fact, row in zip(facts, rows, strict=True)
                      if not of_tiers or tiers[row['member_id']] in of_tiers]
            for found in judge_all([rule], {rule.key: chosen}, KINDS):
                row = rows[found.order]
                if found.text == 'stock_leaks' and alerts.is_confirmed(
                        row['missing'], row['before_last'], Decimal(str(found.limit))):
                    broken.setdefault(found.order, found)
        return [{**rows[number], 'fact': facts[number], 'found': found} for number, found in broken.items()]

    @api.model
    def _prepare_leak_fact(self, number, row, days):
        """What the rule judges. What is explained left by a way that is on record, as returns and transfers did."""
        opening = row['closing'] - row['changed']
        out = opening + row['received'] - row['sold'] - row['closing'] - row['missing'] + row['explained']
        return kinds.LeakageFact(
            number, None, "", days, opening, row['received'], Decimal(0), row['sold'], out, row['closing'])

    @api.model
    def _stage_leaks(self, worst):
        rows = []
        cr = self.env.cr
        products = {product for _member, product in worst}
        cr.execute("SELECT DISTINCT product_id, price FROM channel_alert_term WHERE product_id = ANY(%s)",
                   [list(products)])
        prices = dict(cr.fetchall())
        for (member, product), row in worst.items():
            fact = row['fact']
            had = fact.opening + fact.received
            missing = had - fact.sold - fact.out - fact.closing
            value, days = alerts.weigh_leak(missing, had, to_decimal(prices.get(product), 6))
            rows.append({
                'member_id': member, 'product_id': product, 'kind': 'leakage', 'qty': missing, 'value': value,
                'days': days, 'inputs': {
                    **fact.as_inputs(), 'had': float(had), 'missing': float(missing),
                    'limit': float(row['found'].limit), 'explained': float(row['explained']),
                    'counts': row['counts'], 'last_count': fields.Datetime.to_string(row['last_at'])}})
        self._stage_rows(rows)

    # --- what is shown

    def _to_leak_fact(self, key):
        """What the rules judge beside an order. :param key: the order's"""
        self.ensure_one()
        inputs = self.inputs
        return kinds.LeakageFact(key, None, self.product_id.default_code or "", inputs['days'], *(
            Decimal(str(inputs[name])) for name in (
                'opening', 'received', 'transferred_in', 'sold', 'out', 'closing')))

    def _to_csv(self):
        """The books of these as a file, for a case."""
        _ = self.env._
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([
            _("Member"), _("Product"), _("Days"), _("Opening"), _("Came In"), _("Sold"), _("Left, on Record"),
            _("Closing"), _("Missing"), _("Limit"), _("Counts")])
        for alert in self:
            inputs = alert.inputs
            writer.writerow([
                alert.member_id.code, alert.product_id.default_code or alert.product_id.name, *(
                    inputs.get(name) for name in (
                        'days', 'opening', 'received', 'sold', 'out', 'closing', 'missing', 'limit', 'counts'))])
        return out.getvalue().encode()
