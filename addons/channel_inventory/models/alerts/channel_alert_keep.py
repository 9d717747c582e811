from collections import namedtuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.json import scriptsafe as json

from .channel_alert import LEVEL_KINDS, LOW_KINDS, MEMBER_KINDS, NIGHT_KINDS

CHUNK = 500  # members in one transaction
TOUCHED_AT_ONCE = 20_000
Kept = namedtuple('Kept', ('new', 'cleared'))
# What is found is there once: it is new, or it is as it is now. Whoever has ignored it is not asked again.
MERGE = """
    INSERT INTO channel_alert AS a (
        company_id, member_id, tier_id, upstream_id, product_id, lot_id, kind, key, policy_id, state, is_live, qty,
        order_qty, value, urgency, inputs, first_at, last_at)
    SELECT m.company_id, m.id, m.tier_id, m.upstream_id, f.product_id, f.lot_id, f.kind, f.key, f.policy_id, 'open',
           TRUE, f.qty, f.order_qty, ROUND(f.value, 2), ROUND(f.value * f.days, 2), f.inputs, %(now)s, %(now)s
      FROM channel_alert_found f JOIN channel_member m ON m.id = f.member_id
    ON CONFLICT (member_id, COALESCE(product_id, 0), COALESCE(lot_id, 0), kind, key) WHERE is_live DO UPDATE
       SET policy_id = EXCLUDED.policy_id, qty = EXCLUDED.qty, order_qty = EXCLUDED.order_qty, value = EXCLUDED.value,
           urgency = EXCLUDED.urgency, inputs = EXCLUDED.inputs, last_at = EXCLUDED.last_at
     WHERE a.last_at::date < EXCLUDED.last_at::date OR a.inputs IS DISTINCT FROM EXCLUDED.inputs
 RETURNING (xmax = 0) AS is_new
"""


class ChannelAlert(models.Model):
    """How alerts come and go: one for each cause, cleared when the cause is gone, opened anew when it comes back."""

    _inherit = 'channel.alert'

    # === CRON === #

    @api.model
    def _cron_night(self):
        """Every night, after the figures are counted: all members, in portions; then the day's hands."""
        Cron = self.env['ir.cron']
        waiting = {}
        for company in self.env['res.company'].sudo().search([('active', '=', True)]):
            today = company._channel_get_today()
            if company.channel_alert_day != today:
                company.write({'channel_alert_day': today, 'channel_alert_upto': 0})
            waiting[company] = self._get_waiting_members(company)
        # Dealing out is work, too: while some remains, Odoo calls again.
        Cron._commit_progress(remaining=sum(len(members) + 1 for members in waiting.values()))
        for company, members in waiting.items():
            for chunk in split_every(CHUNK, members, list):
                self._evaluate_members(company, chunk)
                company.channel_alert_upto = chunk[-1]
                if not Cron._commit_progress(len(chunk)):
                    return
            self.env['channel.alert.round'].sudo()._deal_out(company)
            Cron._commit_progress(1)

    @api.model
    def _cron_touched(self):
        """Every few minutes: what has moved since, by feeds, receipts, counts."""
        # The night looks at everything anyway; two that keep the same alert at once would fail.
        while not self._is_night_under_way() and (pairs := self._take_touched()):
            self._evaluate_pairs(pairs)
            if not self.env['ir.cron']._commit_progress(len(pairs)):
                return

    # === BUSINESS METHODS === #

    @api.model
    def _is_night_under_way(self):
        """Whether the nightly job runs; if not, it cannot begin before this transaction ends."""
        night = self.env.ref('channel_inventory.ir_cron_alerts', raise_if_not_found=False)
        return bool(night) and not self.env.execute_query(SQL(
            "SELECT id FROM ir_cron WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", night.id))

    @api.model
    def _get_waiting_members(self, company):
        """Members with stock, with goods they should have, or with alerts that may have to go, not come to tonight."""
        self.env.flush_all()
        return [id_ for id_, in self.env.execute_query(SQL(
            """SELECT m.id FROM channel_member m
                WHERE m.company_id = %s AND m.id > %s
                  AND (EXISTS (SELECT FROM channel_stock s WHERE s.member_id = m.id)
                    OR EXISTS (SELECT FROM channel_stock_policy p WHERE p.member_id = m.id AND p.product_id IS NOT NULL)
                    OR EXISTS (SELECT FROM channel_alert a WHERE a.member_id = m.id AND a.is_live))
             ORDER BY m.id""", company.id, company.channel_alert_upto))]

    @api.model
    def _evaluate_all(self, companies=None):
        """Look for everything now, in this transaction, and deal it out."""
        for company in companies or self.env['res.company'].sudo().search([('active', '=', True)]):
            company.channel_alert_upto = 0
            for chunk in split_every(CHUNK, self._get_waiting_members(company), list):
                self._evaluate_members(company, chunk)
            self.env['channel.alert.round'].sudo()._deal_out(company)

    @api.model
    def _evaluate_members(self, company, members):
        """Look for all kinds at these members of a company. :param members: ids. :return: `Kept`"""
        def scope(alias):
            return SQL("%s.member_id = ANY(%s)", SQL.identifier(alias), list(members))

        self.env['channel.stock.policy']._stage_terms(company)
        self._stage()
        self._find_levels(company, scope)
        self._find_deviations(scope)
        self._find_leaks(company, scope)
        return self._keep(NIGHT_KINDS, scope)

    @api.model
    def _evaluate_pairs(self, pairs):
        """Look how much there is of these positions. :param pairs: (member id, product id)"""
        members = self.env['channel.member'].sudo().browse({member for member, _product in pairs}).exists()
        by_company = members.grouped('company_id')
        for company, some in by_company.items():
            ids = set(some.ids)
            asked = [pair for pair in pairs if pair[0] in ids]

            def scope(alias, asked=asked):
                table = SQL.identifier(alias)
                return SQL(
                    "(%s.member_id, %s.product_id) IN (SELECT * FROM unnest(%s::int4[], %s::int4[]))", table, table,
                    [member for member, _product in asked], [product for _member, product in asked])

            self.env['channel.stock.policy']._stage_terms(company)
            self._stage()
            self._find_levels(company, scope)
            self._keep(LEVEL_KINDS, scope)

    @api.model
    def _take_touched(self):
        """[(member id, product id)] whose stock has changed; they are taken away with this transaction."""
        return self.env.execute_query(SQL(
            """DELETE FROM channel_alert_touched WHERE ctid = ANY(ARRAY(
                   SELECT ctid FROM channel_alert_touched LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING member_id, product_id""", TOUCHED_AT_ONCE))

    @api.model
    def _keep(self, kinds, scope):
        """Make what is kept what was found: one alert for each cause, and none whose cause is gone.

        :param kinds: that were looked for
        :param scope: as of `_find_levels`: where
        :return: `Kept`
        """
        self.env.flush_all()
        self._wake(scope)
        rows = self.env.execute_query(SQL(MERGE, now=self._now()))
        cleared = self._clear(kinds, scope)
        self._count_at_members(scope)
        self.invalidate_model()
        self.env.registry.clear_cache()
        return Kept(sum(is_new for is_new, in rows), cleared)

    @api.model
    def _clear(self, kinds, scope):
        """Their cause is gone: by itself, nobody has to close anything."""
        self.env.cr.execute(SQL(
            """UPDATE channel_alert a
                  SET state = CASE WHEN state = 'ignored' THEN 'ignored' ELSE 'cleared' END, is_live = FALSE,
                      closed_at = %s
                WHERE a.is_live AND a.kind = ANY(%s) AND %s AND NOT EXISTS (
                      SELECT FROM channel_alert_found f
                       WHERE f.member_id = a.member_id AND f.kind = a.kind AND f.key = a.key
                         AND f.product_id IS NOT DISTINCT FROM a.product_id
                         AND f.lot_id IS NOT DISTINCT FROM a.lot_id)""",
            self._now(), list(kinds), scope("a")))
        return self.env.cr.rowcount

    @api.model
    def _wake(self, scope):
        """The day of those that were snoozed until yesterday has come."""
        self.env.cr.execute(SQL(
            """WITH woken AS (
                   UPDATE channel_alert a SET state = 'open', snoozed_until = NULL, round_id = NULL
                    WHERE a.state = 'snoozed' AND a.snoozed_until <= %s AND %s RETURNING a.id)
               INSERT INTO channel_alert_event (alert_id, kind, at) SELECT id, 'woken', %s FROM woken""",
            self.env.company._channel_get_today(), scope("a"), self._now()))

    @api.model
    def _count_at_members(self, scope):
        """What each member sees: kept with it, so that no page has to count."""
        self.env.cr.execute(SQL(
            """UPDATE channel_member m
                  SET channel_alert_count = t.alerts, channel_low_count = t.low
                 FROM (SELECT m.id, COUNT(a.id) AS alerts, COUNT(a.id) FILTER (WHERE a.kind = ANY(%(low)s)) AS low
                         FROM channel_member m
                    LEFT JOIN channel_alert a
                           ON a.member_id = m.id AND a.is_live AND a.state != 'ignored' AND a.kind = ANY(%(shown)s)
                        WHERE m.id IN (SELECT member_id FROM channel_alert a WHERE %(scope)s)
                     GROUP BY 1) t
                WHERE t.id = m.id
                  AND (COALESCE(m.channel_alert_count, 0), COALESCE(m.channel_low_count, 0)) != (t.alerts, t.low)""",
            low=list(LOW_KINDS), shown=list(MEMBER_KINDS), scope=scope("a")))
        self.env['channel.member'].invalidate_model(['channel_alert_count', 'channel_low_count'])

    # --- the hook for others

    @api.model
    def _stage_rows(self, rows):
        """Add rows to what is found. :param rows: as of `_raise`"""
        for chunk in split_every(1000, rows, list):
            self.env.cr.execute(SQL(
                """INSERT INTO channel_alert_found (
                       member_id, product_id, lot_id, kind, key, policy_id, qty, order_qty, value, days, inputs)
                   VALUES %s""", SQL(", ").join(SQL("%s", (
                    row['member_id'], row.get('product_id') or None, row.get('lot_id') or None, row['kind'],
                    row.get('key') or '', None, row.get('qty') or 0, 0, row.get('value') or 0, row.get('days') or 1,
                    json.dumps(row.get('inputs') or {}))) for row in chunk)))

    @api.model
    def _raise(self, kind, rows):
        """Something else that somebody should know: the hook for others. Raised again it is the same alert.

        :param kind: one of `_get_kinds`; 'temperature', 'device' and 'silent' are for devices
        :param rows: [{'member_id', 'product_id', 'lot_id', 'key', 'qty', 'value', 'days', 'inputs'}], all but the
            member optional. `key` tells causes apart (the code of a device), `value` is what a day costs in company
            currency, `inputs` {'text': a sentence for people} and whatever else it was judged by
        :return: how many are new
        """
        self._stage()
        self._stage_rows([{**row, 'kind': kind} for row in rows])
        members = list({row['member_id'] for row in rows})
        return self._keep((), lambda alias: SQL("%s.member_id = ANY(%s)", SQL.identifier(alias), members)).new

    @api.model
    def _settle(self, kind, keys):
        """The cause of these is gone. :param keys: as they were raised. :return: how many were cleared"""
        found = self.sudo().search(
            Domain('kind', '=', kind) & Domain('key', 'in', list(keys)) & Domain('is_live', '=', True))
        for state, some in found.grouped('state').items():
            some.write({
                'state': 'ignored' if state == 'ignored' else 'cleared', 'is_live': False,
                'closed_at': fields.Datetime.now(), 'snoozed_until': False})
        members = found.member_id.ids
        self.env.flush_all()
        self._count_at_members(lambda alias: SQL("%s.member_id = ANY(%s)", SQL.identifier(alias), members))
        return len(found)
