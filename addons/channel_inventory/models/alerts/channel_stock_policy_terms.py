from odoo import api, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import alerts
from ..ledger.channel_stock_entry import DIGITS

COLUMNS = {
    # name: type; what a policy says, as the query that finds alerts reads it
    'policy_id': 'int4', 'is_silent': 'boolean', 'method': 'varchar', 'qty': 'numeric', 'days': 'numeric',
    'z': 'numeric', 'lead_days': 'numeric', 'lead_deviation': 'numeric', 'cover_days': 'numeric', 'near_days': 'int4',
    'ahead_days': 'int4', 'slow_days': 'int4', 'supply_days': 'int4', 'deviation_qty': 'numeric',
}
USUAL_DEVIATION = 5


class ChannelStockPolicy(models.Model):
    """Policies resolved for every product: once, and not once a position."""

    _inherit = 'channel.stock.policy'

    # === BUSINESS METHODS === #

    @api.model
    def _stage_terms(self, company, tried=None):
        """Fill the table `channel_alert_term`: for each product and each kind of member what holds there.

        A member that some policy names is a kind of its own (`class` is its id); all others of a tier are one (its id,
        negative).

        :param tried: a policy that counts as if it were in force
        """
        today = company._channel_get_today()
        policies = self._get_in_force(company, today)
        if tried:
            policies |= tried
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(SQL("DROP TABLE IF EXISTS channel_alert_term, channel_alert_policy"))
        cr.execute(SQL(
            """CREATE TEMP TABLE channel_alert_policy (
                   rank int4, place int4, member_id int4, tier_id int4, product_id int4, path varchar, %s)
               ON COMMIT DROP""",
            SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items())))
        rows = [self._get_usual_row(company), *(policy._get_row() for policy in policies)]
        cr.execute(SQL("INSERT INTO channel_alert_policy VALUES %s", SQL(", ").join(SQL("%s", row) for row in rows)))
        cr.execute(SQL(
            """CREATE TEMP TABLE channel_alert_term ON COMMIT DROP AS
               SELECT DISTINCT ON (c.class, p.id) c.class, p.id AS product_id,
                      COALESCE(NULLIF((p.standard_price->>%(company)s)::numeric, 0), t.list_price, 0) AS cost,
                      COALESCE(NULLIF(t.list_price, 0), (p.standard_price->>%(company)s)::numeric, 0) AS price,
                      %(names)s
                 FROM (SELECT -id AS class, id AS tier_id, NULL::int4 AS member_id FROM channel_tier
                    UNION ALL
                       SELECT id, tier_id, id FROM channel_member WHERE id IN (
                           SELECT member_id FROM channel_alert_policy)) c
           CROSS JOIN product_product p JOIN product_template t ON t.id = p.product_tmpl_id
            LEFT JOIN product_category g ON g.id = t.categ_id
                 JOIN channel_alert_policy a
                   ON (a.member_id IS NULL OR a.member_id = c.member_id)
                  AND (a.tier_id IS NULL OR a.tier_id = c.tier_id)
                  AND (a.product_id IS NULL OR a.product_id = p.id)
                  AND (a.path IS NULL OR g.parent_path LIKE a.path || '%%')
                WHERE t.is_storable
             ORDER BY c.class, p.id, a.rank DESC, a.place DESC""",
            company=str(company.id), names=SQL(", ").join(SQL("a.%s", SQL.identifier(name)) for name in COLUMNS)))
        cr.execute("CREATE INDEX ON channel_alert_term (class, product_id)")
        cr.execute("ANALYZE channel_alert_term")

    def _get_row(self):
        self.ensure_one()
        return (
            self.rank, self.id, self.member_id.id or None, self.tier_id.id or None, self.product_id.id or None,
            self.categ_id.parent_path or None, self.id, self.is_silent, self.method, self.qty, self.days,
            self._get_z(), self.lead_days, self.lead_deviation, self.cover_days, self.near_days, self.ahead_days,
            self.slow_days, self.supply_days, self.deviation_qty)

    @api.model
    def _get_usual_row(self, company):
        usual = company._channel_get_usual_policy()
        return (
            -1, 0, None, None, None, None, None, False, usual.method, usual.qty, usual.days, usual.z,
            usual.lead_days, usual.lead_deviation, usual.cover_days, usual.near_days, usual.ahead_days,
            usual.slow_days, usual.supply_days, USUAL_DEVIATION)

    def _to_engine(self):
        """The policy as the engine knows it."""
        self.ensure_one()
        whole = ('near_days', 'ahead_days', 'slow_days', 'supply_days')
        parts = ('qty', 'days', 'lead_days', 'lead_deviation', 'cover_days')
        return alerts.Policy(
            method=self.method, z=self._get_z(), **{name: self[name] for name in whole},
            **{name: to_decimal(self[name], DIGITS) for name in parts})
