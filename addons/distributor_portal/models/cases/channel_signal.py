import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, groupby

from ...engine import cases
from ...utils import with_own_defaults

SOURCES = [
    ('rule', "Order Rule"), ('manual', "By Hand"), ('scan', "Code Scan"), ('stock', "Stock Leakage"),
    ('market', "Marketplace"), ('other', "Other System")]
DISMISS_REASONS = [
    ('explained', "There is a good reason"), ('known', "Known already"), ('minor', "Too small to follow up"),
    ('wrong', "The rule or the data is wrong")]
# Written by the methods below, as superuser, and by nobody else.
RESULT_FIELDS = {
    'state', 'is_open', 'priority', 'occurrence_count', 'case_id', 'dismiss_reason', 'dismissed_by_id', 'assigned_on',
    'cause'}


class ChannelSignal(models.Model):
    """A suspicion that an analyst looks at: dismissed with a reason, or taken into a case."""

    _name = 'channel.signal'
    _description = "Signal"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'priority desc, id desc'

    name = fields.Char("Suspicion", required=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    member_id = fields.Many2one(
        'channel.member', "Member", index='btree_not_null', ondelete='restrict', check_company=True,
        help="Whom it is about; empty as long as nobody knows.")
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    violation_id = fields.Many2one('channel.violation', required=True, index=True, ondelete='restrict')
    rule_id = fields.Many2one('channel.rule', "Rule", index='btree_not_null', ondelete='restrict', readonly=True)
    source = fields.Selection(SOURCES, required=True, default='manual', readonly=True)
    cause = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: f'manual:{uuid.uuid4()}',
        help="Occurrences of one cause are collected in one signal, as long as it is open.")
    score = fields.Integer(default=50, help="How grave it looks by itself, from 0 to 100.")
    priority = fields.Integer(readonly=True, help="Score, repetition, money at stake and age; the highest comes first.")
    occurrence_count = fields.Integer("Times Seen", readonly=True, default=1, copy=False)
    occurrence_ids = fields.One2many('channel.signal.occurrence', 'signal_id', "Occurrences", readonly=True)
    amount = fields.Monetary("Value", help="What is at stake: the orders or goods concerned.")
    first_seen = fields.Datetime(required=True, default=fields.Datetime.now, help="When it first happened.")
    last_seen = fields.Datetime(required=True, default=fields.Datetime.now)
    age_days = fields.Integer("Age (Days)", compute='_compute_age_days', help="Since it was raised.")
    note = fields.Text()
    state = fields.Selection(
        [('new', "New"), ('case', "In a Case"), ('dismissed', "Dismissed")],
        required=True, default='new', readonly=True, index=True, copy=False, tracking=True, group_expand=True)
    is_open = fields.Boolean(default=True, required=True, copy=False, help="New, or in a case that is not closed.")
    user_id = fields.Many2one(
        'res.users', "Analyst", index='btree_not_null', copy=False, tracking=True, domain=[('share', '=', False)])
    assigned_on = fields.Date(readonly=True, copy=False)
    case_id = fields.Many2one(
        'channel.case', "Case", index='btree_not_null', readonly=True, copy=False, ondelete='restrict')
    dismiss_reason = fields.Selection(DISMISS_REASONS, readonly=True, copy=False, tracking=True)
    dismissed_by_id = fields.Many2one('res.users', "Dismissed By", readonly=True, copy=False)

    _one_open_per_cause = models.UniqueIndex(
        '(company_id, cause) WHERE is_open', "There is an open signal of this cause already.")
    _score_range = models.Constraint('CHECK (score BETWEEN 0 AND 100)', "A score lies between 0 and 100.")
    _dismissed_with_reason = models.Constraint(
        "CHECK (state != 'dismissed' OR dismiss_reason IS NOT NULL)", "Whoever dismisses a signal says why.")
    _in_case_has_case = models.Constraint(
        "CHECK (state != 'case' OR case_id IS NOT NULL)", "A signal in a case names the case.")

    # === COMPUTE METHODS === #

    @api.depends('create_date')
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for signal in self:
            signal.age_days = (now - (signal.create_date or now)).days

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_results(*vals_list)
        signals = super().create(with_own_defaults(self, RESULT_FIELDS, vals_list))
        signals._refresh_priority()
        return signals

    def write(self, vals):
        self._refuse_results(vals)
        result = super().write(vals)
        if {'score', 'amount', 'violation_id'} & set(vals):
            self._refresh_priority()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A signal is dismissed with a reason, not deleted."))

    # === BUSINESS METHODS === #

    def _refuse_results(self, *vals_list):
        if not self.env.su and any(RESULT_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("The state of a signal follows from what is done with it."))

    def _refresh_priority(self):
        now = fields.Datetime.now()

        def compute(signal):
            return cases.priority(
                signal.score, signal.occurrence_count, Decimal(str(signal.amount or 0)),
                Decimal(str(signal.violation_id.typical_value or 0)), (now - (signal.create_date or now)).days)

        for priority, signals in groupby(self.sudo(), compute):
            changed = self.browse([signal.id for signal in signals if signal.priority != priority])
            if changed:
                changed.sudo().write({'priority': priority})

    @api.model
    def _raise(self, values_list):
        """Note suspicions, each once and for ever: sent again they change nothing. The hook for other addons.

        Two transactions that note the same cause at once cannot both pass; Odoo runs the later one again.

        :param values_list: dicts with `key` (of this occurrence, unique for ever), `name`, `violation_id` and, where
            known, `cause` (what collects several; default: the key), `company_id`, `member_id`, `source`, `score`,
            `amount` (company currency), `occurred_at`, `rule_id`, `order_id`, `line_no`, `verdict_id`
        :return: the signals that are new or were seen again
        """
        known = {
            occurrence.key for occurrence in self.env['channel.signal.occurrence'].sudo().search_fetch(
                [('key', 'in', [values['key'] for values in values_list])], ['key'])}
        fresh = {values['key']: self._fill_defaults(values) for values in values_list if values['key'] not in known}
        if not fresh:
            return self.browse()
        groups = groupby(fresh.values(), lambda values: (values['company_id'], values['cause']))
        signal_ids = {key: self._upsert(list(group)) for key, group in groups}
        self.env['channel.signal.occurrence'].sudo().create([{
            'signal_id': signal_ids[values['company_id'], values['cause']],
            **{name: values.get(name) for name in (
                'key', 'company_id', 'occurred_at', 'amount', 'rule_id', 'order_id', 'line_no', 'verdict_id')},
        } for values in fresh.values()])
        signals = self.browse(signal_ids.values())
        signals.invalidate_recordset()
        signals.modified(['member_id'])
        signals._refresh_priority()
        return signals

    @api.model
    def _fill_defaults(self, values):
        return {
            'cause': values['key'], 'company_id': self.env.company.id, 'source': 'other', 'score': 50, 'amount': 0,
            'member_id': None, 'rule_id': None, **values,
            'occurred_at': values.get('occurred_at') or fields.Datetime.now(),
        }

    @api.model
    def _upsert(self, group):
        """Add these occurrences of one cause to its open signal, or open one. :return: its id"""
        first = group[0]
        self.flush_model()
        return self.env.execute_query(SQL(
            """
            INSERT INTO channel_signal (
                company_id, cause, name, member_id, violation_id, rule_id, source, score, occurrence_count, amount,
                first_seen, last_seen, state, is_open, priority, create_uid, write_uid, create_date, write_date)
            VALUES (%(company_id)s, %(cause)s, %(name)s, %(member_id)s, %(violation_id)s, %(rule_id)s, %(source)s,
                    %(score)s, %(count)s, %(amount)s, %(first_seen)s, %(last_seen)s, 'new', true, 0, %(uid)s, %(uid)s,
                    now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
            ON CONFLICT (company_id, cause) WHERE is_open DO UPDATE SET
                occurrence_count = channel_signal.occurrence_count + EXCLUDED.occurrence_count,
                amount = COALESCE(channel_signal.amount, 0) + EXCLUDED.amount,
                score = GREATEST(channel_signal.score, EXCLUDED.score),
                first_seen = LEAST(channel_signal.first_seen, EXCLUDED.first_seen),
                last_seen = GREATEST(channel_signal.last_seen, EXCLUDED.last_seen),
                write_date = EXCLUDED.write_date
            RETURNING id
            """,
            **{name: first[name] or None for name in (
                'company_id', 'cause', 'name', 'member_id', 'violation_id', 'rule_id', 'source')},
            score=max(values['score'] for values in group), count=len(group),
            amount=sum(values['amount'] for values in group),
            first_seen=min(values['occurred_at'] for values in group),
            last_seen=max(values['occurred_at'] for values in group), uid=self.env.uid))[0][0]
