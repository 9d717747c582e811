from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import cases

COLLECTED_AT_ONCE = 500
DEALT_AT_ONCE = 5000


class ChannelSignal(models.Model):
    """How signals come in, who looks at them, and what becomes of them."""

    _inherit = 'channel.signal'

    # === ACTION METHODS === #

    def action_take(self):
        """I look at these."""
        self.check_access('write')
        self._check_new()
        self.sudo().write({'user_id': self.env.uid, 'assigned_on': fields.Date.context_today(self)})

    def action_fill_my_day(self):
        """Deal me the most urgent signals that nobody looks at, as many as the day's budget leaves."""
        self.check_access('write')
        dealt = self._deal_out(self.env.company, self.env.user)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success' if dealt else 'warning',
                'message': self.env._("%s signals are yours now.", len(dealt)) if dealt else self.env._(
                    "Nothing is waiting, or your budget for today is used up."),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    def action_dismiss(self):
        """Ask for the reason, then dismiss."""
        self.check_access('write')
        self._check_new()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Dismiss"),
            'res_model': 'channel.signal.dismiss',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_signal_ids': self.ids},
        }

    def action_make_case(self):
        """One case of all these signals."""
        self.check_access('write')
        case = self._make_case()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.case', 'res_id': case.id, 'view_mode': 'form'}

    def action_view_orders(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_order_action')
        return {**action, 'domain': [('id', 'in', self.occurrence_ids.order_id.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _check_new(self):
        done = self.filtered(lambda signal: signal.state != 'new')
        if done or not self:
            raise UserError(self.env._(
                "Only new signals wait for somebody: %s.", ", ".join(done.mapped('name')) or self.env._("none chosen")))

    def _dismiss(self, reason, note=None):
        """:param reason: one of DISMISS_REASONS"""
        self._check_new()
        self.sudo().write({
            'state': 'dismissed', 'is_open': False, 'dismiss_reason': reason, 'dismissed_by_id': self.env.uid})
        if note:
            self.sudo()._message_log_batch({signal.id: note for signal in self})

    def _make_case(self):
        """A case about the member that all these signals suspect.

        :raise UserError: the member is not known, or they suspect several
        """
        self._check_new()
        if len(self.member_id) != 1 or not all(signal.member_id for signal in self):
            raise UserError(self.env._("A case is about one member: choose signals that name the same one."))
        main = self.sorted('priority', reverse=True)[0]
        case = self.env['channel.case'].create({
            'member_id': self.member_id.id,
            'company_id': main.company_id.id,
            'violation_id': main.violation_id.id,
            'amount': sum(self.mapped('amount')),
            'user_id': self.env.uid,
            'order_ids': self.occurrence_ids.order_id.ids,
            'verdict_ids': self.occurrence_ids.verdict_id.ids,
        })
        self.sudo().write({'state': 'case', 'case_id': case.id})
        return case

    # --- dealing out

    @api.model
    def _deal_out(self, company, analysts):
        """Give each analyst the most urgent signals that nobody has, within the budget of the day."""
        today = fields.Date.context_today(self)
        used = dict(self.sudo()._read_group(
            [('company_id', '=', company.id), ('assigned_on', '=', today), ('user_id', 'in', analysts.ids)],
            ['user_id'], ['__count']))
        room = {user.id: company.channel_alert_budget - used.get(user, 0) for user in analysts}
        waiting = self.sudo().search(
            [('company_id', '=', company.id), ('state', '=', 'new'), ('user_id', '=', False)], limit=DEALT_AT_ONCE)
        waiting._refresh_priority()
        waiting = waiting.sorted(lambda signal: (-signal.priority, signal.id))
        dealt = self.browse()
        for analyst, ids in cases.deal_out(waiting.ids, room).items():
            hand = self.sudo().browse(ids)
            hand.write({'user_id': analyst, 'assigned_on': today})
            dealt |= hand
        return dealt

    # === CRON === #

    @api.model
    def _cron_deal_out(self):
        for company in self.env['res.company'].sudo().search([('channel_analyst_ids', '!=', False)]):
            self._deal_out(company, company.channel_analyst_ids)

    @api.model
    def _cron_collect(self):
        """Make signals of what the rules found; an order's way through the checks does not wait for it."""
        while verdicts := self._find_uncollected():
            self._raise_from_verdicts(verdicts)
            may_be_more = len(verdicts) == COLLECTED_AT_ONCE
            if not self.env['ir.cron']._commit_progress(len(verdicts), remaining=int(may_be_more)):
                break

    @api.model
    def _find_uncollected(self):
        """Verdicts of rules that raise signals, the first one of each order, line and rule, not yet noted.

        What somebody has let pass, knowing why, is no suspicion.
        """
        self.env['channel.verdict'].flush_model()
        self.env['channel.rule'].flush_model(['makes_signal', 'signals_since'])
        self.env['channel.signal.occurrence'].flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT MIN(verdict.id)
              FROM channel_rule rule
              JOIN channel_rule_version version ON version.rule_id = rule.id
              JOIN channel_verdict verdict ON verdict.rule_version_id = version.id
                                          AND verdict.create_date >= rule.signals_since
             WHERE rule.makes_signal AND verdict.text_key != 'not_evaluated' AND verdict.override_id IS NULL
               AND NOT EXISTS (SELECT FROM channel_signal_occurrence noted
                                WHERE noted.order_id = verdict.order_id AND noted.rule_id = rule.id
                                  AND COALESCE(noted.line_no, 0) = COALESCE(verdict.line_no, 0))
             GROUP BY rule.id, verdict.order_id, COALESCE(verdict.line_no, 0)
             ORDER BY 1
             LIMIT %s
            """, COLLECTED_AT_ONCE))
        return self.env['channel.verdict'].sudo().browse(id_ for (id_,) in rows)

    @api.model
    def _raise_from_verdicts(self, verdicts):
        """A signal for each member and rule of these verdicts; a line that is checked again counts once."""
        amounts = self._get_amounts(verdicts.order_id)
        return self.sudo()._raise([{
            'key': f'verdict:{rule.id}:{verdict.order_id.id}:{verdict.line_no}',
            'cause': f'rule:{rule.id}:member:{member.id}',
            'name': f"{rule.name}: {member.display_name}",
            'violation_id': rule.violation_id.id,
            'company_id': verdict.company_id.id,
            'member_id': member.id,
            'source': 'rule',
            'score': rule.signal_score,
            'amount': amounts.get((verdict.order_id.id, verdict.line_no), 0),
            'occurred_at': verdict.order_id.date_order or verdict.create_date,
            'rule_id': rule.id,
            'order_id': verdict.order_id.id,
            'line_no': verdict.line_no,
            'verdict_id': verdict.id,
        } for verdict in verdicts for rule, member in ((verdict.rule_id, verdict.order_id.channel_member_id),)])

    @api.model
    def _get_amounts(self, orders):
        """{(order id, line number from 1; 0 the whole order): amount before tax in the company's currency}"""
        amounts = {}
        for order in orders:
            rate = order.currency_rate or 1.0
            amounts[order.id, 0] = order.amount_untaxed / rate
            for line in order._channel_get_judged_lines():
                amounts[order.id, line.channel_line_no + 1] = line.price_subtotal / rate
        return amounts
