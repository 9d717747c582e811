from odoo import fields, models
from odoo.tools import SQL


class ChannelCaseMetric(models.Model):
    """How well rules and cases work: a row for each case, each dismissed signal and each order that a rule blocked.

    Rates are averages of 0 and 100 over the rows that they are about; on others they are empty and do not count.
    """

    _name = 'channel.case.metric'
    _description = "Case Metrics"
    _auto = False
    _order = 'date desc, id desc'
    _rec_name = 'topic'

    topic = fields.Selection(
        [('case', "Case"), ('signal', "Dismissed Signal"), ('order', "Order Blocked")], "About", readonly=True)
    date = fields.Date(readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    rule_id = fields.Many2one('channel.rule', "Rule", readonly=True)
    violation_id = fields.Many2one('channel.violation', readonly=True)
    member_id = fields.Many2one('channel.member', "Member", readonly=True)
    tier_id = fields.Many2one('channel.tier', readonly=True)
    territory_id = fields.Many2one('channel.territory', "Province", readonly=True)
    case_id = fields.Many2one('channel.case', "Case", readonly=True)
    order_id = fields.Many2one('sale.order', "Order", readonly=True)
    case_count = fields.Integer("Cases", readonly=True)
    precision_rate = fields.Float(
        "Confirmed (%)", readonly=True, aggregator='avg', help="Of the decided cases, those that were confirmed.")
    triage_rate = fields.Float(
        "Worth a Case (%)", readonly=True, aggregator='avg', help="Of the signals looked at, those not dismissed.")
    detect_days = fields.Float(
        "Days to Detect", readonly=True, aggregator='avg', help="From when it first happened to its first signal.")
    decide_days = fields.Float(
        "Days to Decide", readonly=True, aggregator='avg', help="From the opening of the case to its finding.")
    overturned_rate = fields.Float(
        "Appeals Overturned (%)", readonly=True, aggregator='avg', help="Of the appeals decided, those that succeeded.")
    penalty_amount = fields.Monetary("Penalties", readonly=True, help="Executed and not reversed.")
    recovered_amount = fields.Monetary("Money Recovered", readonly=True, help="What has come back of that.")
    blocked_count = fields.Integer(
        "Orders Blocked", readonly=True, help="Orders that a rule has sent back, each once.")
    false_rate = fields.Float(
        "Blocked by Mistake (%)", readonly=True, aggregator='avg',
        help="Of the orders blocked, those that somebody let pass all the same, those whose signal was dismissed "
             "because the rule or the data was wrong, and those whose case turned out unfounded or was overturned.")
    self_resolved_rate = fields.Float(
        "Mended by the Member (%)", readonly=True, aggregator='avg',
        help="Of the orders blocked, those that the member has mended itself and that were accepted then.")

    @property
    def _table_query(self):
        # Each row's id stays the same from one reading to the next: three kinds of rows, three residues.
        return SQL(
            "%s UNION ALL %s UNION ALL %s", self._select_cases(), self._select_signals(), self._select_orders())

    def _select_cases(self):
        return SQL("""
            SELECT one.id * 3 AS id, 'case' AS topic, COALESCE(one.found_at, one.create_date)::date AS date,
                   one.company_id, company.currency_id, signal.rule_id, one.violation_id, one.member_id, one.tier_id,
                   %(province)s AS territory_id, one.id AS case_id, NULL::int4 AS order_id, 1 AS case_count,
                   CASE WHEN one.outcome IN ('confirmed', 'unfounded', 'inconclusive')
                        THEN 100.0 * (one.outcome = 'confirmed'
                                      AND one.appeal_outcome IS DISTINCT FROM 'overturned')::int END AS precision_rate,
                   NULL::numeric AS triage_rate,
                   EXTRACT(EPOCH FROM signal.create_date - signal.first_seen) / 86400 AS detect_days,
                   EXTRACT(EPOCH FROM one.found_at - one.opened_at) / 86400 AS decide_days,
                   CASE WHEN one.appeal_outcome IS NOT NULL
                        THEN 100.0 * (one.appeal_outcome = 'overturned')::int END AS overturned_rate,
                   penalty.amount AS penalty_amount, penalty.recovered AS recovered_amount, 0 AS blocked_count,
                   NULL::numeric AS false_rate, NULL::numeric AS self_resolved_rate
              FROM channel_case one
              JOIN res_company company ON company.id = one.company_id
              JOIN channel_member member ON member.id = one.member_id
              LEFT JOIN LATERAL (
                   SELECT MIN(first_seen) AS first_seen, MIN(create_date) AS create_date, MIN(rule_id) AS rule_id
                     FROM channel_signal WHERE case_id = one.id) signal ON true
              LEFT JOIN LATERAL (
                   SELECT SUM(amount) AS amount, SUM(recovered_amount) AS recovered
                     FROM channel_case_penalty
                    WHERE case_id = one.id AND state = 'executed' AND kind IN ('clawback', 'deposit')) penalty ON true
        """, province=self._province())

    def _select_signals(self):
        """Every signal that somebody has decided on; those in a case give the rate its good half."""
        return SQL("""
            SELECT signal.id * 3 + 1, 'signal', signal.create_date::date, signal.company_id, company.currency_id,
                   signal.rule_id, signal.violation_id, signal.member_id, signal.tier_id, %(province)s, signal.case_id,
                   NULL::int4, 0, NULL::numeric, 100.0 * (signal.state = 'case')::int, NULL::numeric, NULL::numeric,
                   NULL::numeric, NULL::numeric, NULL::numeric, 0, NULL::numeric, NULL::numeric
              FROM channel_signal signal
              JOIN res_company company ON company.id = signal.company_id
              LEFT JOIN channel_member member ON member.id = signal.member_id
             WHERE signal.state != 'new'
        """, province=self._province())

    def _select_orders(self):
        return SQL("""
            SELECT blocked.id * 3 + 2, 'order', blocked.date, blocked.company_id, company.currency_id, blocked.rule_id,
                   rule.violation_id, sale.channel_member_id, sale.channel_tier_id, %(province)s, NULL::int4, sale.id,
                   0,
                   NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric,
                   NULL::numeric, 1,
                   100.0 * (%(mistaken)s)::int,
                   100.0 * (sale.channel_state IN ('accepted', 'confirmed', 'shipped', 'received')
                            AND sale.channel_run > blocked.run)::int
              FROM (SELECT MIN(verdict.id) AS id, MIN(verdict.create_date)::date AS date, verdict.company_id,
                           verdict.order_id, version.rule_id, MAX(verdict.run) AS run,
                           BOOL_OR(verdict.override_id IS NOT NULL) AS is_overridden
                      FROM channel_verdict verdict
                      JOIN channel_rule_version version ON version.id = verdict.rule_version_id
                     WHERE COALESCE(verdict.rule_decision, verdict.decision) = 'block'
                     GROUP BY verdict.company_id, verdict.order_id, version.rule_id) blocked
              JOIN sale_order sale ON sale.id = blocked.order_id
              JOIN res_company company ON company.id = blocked.company_id
              JOIN channel_rule rule ON rule.id = blocked.rule_id
              LEFT JOIN channel_member member ON member.id = sale.channel_member_id
        """, province=self._province(), mistaken=self._get_mistaken())

    def _province(self):
        return SQL("""(SELECT province.id
                         FROM channel_territory street
                         JOIN channel_territory province ON province.code = left(street.code, 2)
                        WHERE street.id = member.street_id)""")

    def _get_mistaken(self):
        """Condition on `blocked` and `sale`: the rule blocked the order and should not have. Override to add others."""
        return SQL("""
            blocked.is_overridden OR EXISTS (
                SELECT FROM channel_signal_occurrence seen
                  JOIN channel_signal signal ON signal.id = seen.signal_id
                  LEFT JOIN channel_case one ON one.id = signal.case_id
                 WHERE seen.order_id = sale.id AND seen.rule_id = blocked.rule_id
                   AND (signal.dismiss_reason = 'wrong' OR one.outcome = 'unfounded'
                        OR one.appeal_outcome = 'overturned'))
        """)
