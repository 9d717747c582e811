import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...utils import with_own_defaults

STATES = [
    ('triage', "Triage"), ('open', "Open"), ('evidence', "Evidence"), ('hearing', "Hearing"), ('finding', "Finding"),
    ('penalty', "Penalty"), ('executed', "Executed"), ('appeal', "Appeal"), ('closed', "Closed")]
OUTCOMES = [
    ('dropped', "Dropped"), ('confirmed', "Confirmed"), ('unfounded', "Unfounded"), ('inconclusive', "Inconclusive")]
# Written by the transitions (channel_case_flow), as superuser, and by nobody else.
FLOW_FIELDS = {
    'state', 'outcome', 'opened_at', 'notified_at', 'hearing_until', 'answered_at', 'found_at', 'found_by_id',
    'executed_at', 'appeal_until', 'appealed_at', 'appeal_outcome', 'appeal_by_id', 'closed_at', 'charge'}
# What the accused and the harmed side are told rests on these: fixed once the notice is out.
FIXED_BY_NOTICE = {'member_id', 'company_id', 'violation_id', 'harmed_member_id'}
BEFORE_NOTICE = ('triage', 'open', 'evidence')
BEFORE_FINDING = (*BEFORE_NOTICE, 'hearing', 'finding')


class ChannelCase(models.Model):
    """What a member is accused of, from the first suspicion to the end of its appeal.

    How it moves stands in channel_case_flow; what the member sees of it in channel_case_portal.
    """

    _name = 'channel.case'
    _description = "Case"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    member_id = fields.Many2one(
        'channel.member', "Accused Member", required=True, index=True, ondelete='restrict', check_company=True,
        tracking=True)
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    harmed_member_id = fields.Many2one(
        'channel.member', "Harmed Member", index='btree_not_null', ondelete='restrict', check_company=True,
        tracking=True, help="Who suffered from it. The accused member never learns the name.")
    violation_id = fields.Many2one(
        'channel.violation', required=True, index=True, ondelete='restrict', tracking=True)
    state = fields.Selection(
        STATES, required=True, default='triage', readonly=True, index=True, copy=False, tracking=True,
        group_expand=True)
    outcome = fields.Selection(OUTCOMES, "Finding", readonly=True, copy=False, tracking=True)
    user_id = fields.Many2one(
        'res.users', "Investigator", default=lambda self: self.env.user, index='btree_not_null', tracking=True,
        domain=[('share', '=', False)])
    amount = fields.Monetary("Value", tracking=True, help="What the goods or orders concerned are worth.")
    signal_ids = fields.One2many('channel.signal', 'case_id', "Signals", readonly=True)
    order_ids = fields.Many2many('sale.order', string="Orders", check_company=True)
    verdict_ids = fields.Many2many('channel.verdict', string="Verdicts")
    summary = fields.Html("Internal Summary", help="For headquarters only.")
    charge = fields.Text(
        "Notice", readonly=True, copy=False, tracking=True, help="What the member was told it is accused of.")
    finding_text = fields.Text("Reasons", copy=False, help="Why it was decided so, as the member reads it.")
    appeal_text = fields.Text("Reply to the Appeal", copy=False, help="As the member reads it.")

    opened_at = fields.Datetime("Opened", readonly=True, copy=False)
    notified_at = fields.Datetime("Notice Sent", readonly=True, copy=False)
    hearing_until = fields.Date("Answer Until", readonly=True, copy=False, tracking=True)
    answered_at = fields.Datetime("Answered", readonly=True, copy=False)
    found_at = fields.Datetime("Decided", readonly=True, copy=False)
    found_by_id = fields.Many2one('res.users', "Decided By", readonly=True, copy=False)
    executed_at = fields.Datetime("Executed", readonly=True, copy=False)
    appeal_until = fields.Date("Appeal Until", readonly=True, copy=False, tracking=True)
    appealed_at = fields.Datetime("Appealed", readonly=True, copy=False)
    appeal_outcome = fields.Selection(
        [('upheld', "Finding Upheld"), ('overturned', "Finding Overturned")], readonly=True, copy=False, tracking=True)
    appeal_by_id = fields.Many2one('res.users', "Appeal Decided By", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed", readonly=True, copy=False)

    evidence_ids = fields.One2many('channel.case.evidence', 'case_id', "Evidence", readonly=True)
    evidence_count = fields.Integer(compute='_compute_evidence_count', help="Without what was withdrawn.")
    statement_ids = fields.One2many('channel.case.statement', 'case_id', "Statements of the Member", readonly=True)
    penalty_ids = fields.One2many('channel.case.penalty', 'case_id', "Penalties")
    deadline = fields.Date(compute='_compute_deadline', help="Until when the member may answer or appeal.")

    _check_company_auto = True
    _name_unique = models.Constraint('UNIQUE (company_id, name)', "Another case has this number.")
    _other_judge = models.Constraint(
        'CHECK (appeal_by_id IS NULL OR appeal_by_id != found_by_id)',
        "Whoever has decided a case does not decide its appeal.")
    _not_harmed_by_itself = models.Constraint(
        'CHECK (harmed_member_id IS NULL OR harmed_member_id != member_id)', "A member does not harm itself.")
    _deadlines = models.Index("(state, hearing_until, appeal_until) WHERE state IN ('hearing', 'executed')")

    # === COMPUTE METHODS === #

    @api.depends('evidence_ids.event_ids')
    def _compute_evidence_count(self):
        for case in self:
            case.evidence_count = len(case.evidence_ids.filtered(lambda evidence: not evidence.is_withdrawn))

    @api.depends('state', 'hearing_until', 'appeal_until')
    def _compute_deadline(self):
        for case in self:
            case.deadline = {'hearing': case.hearing_until, 'executed': case.appeal_until}.get(case.state)

    # === CONSTRAINT METHODS === #

    @api.constrains('finding_text', 'appeal_text', 'charge', 'harmed_member_id')
    def _check_names_nobody_harmed(self):
        for case in self:
            for text in (case.charge, case.finding_text, case.appeal_text):
                case._check_harmless(text)

    def _check_harmless(self, text):
        """:raise ValidationError: a text for the accused member that names the harmed one"""
        self.ensure_one()
        harmed = self.harmed_member_id.sudo()
        if not text or not harmed:
            return
        # A code is a short word that may stand in a longer one; a name is not.
        names_code = re.search(rf'(?<!\w){re.escape(harmed.code)}(?!\w)', text, re.IGNORECASE)
        if names_code or (harmed.name or harmed.code).casefold() in text.casefold():
            raise ValidationError(self.env._(
                "The accused member reads this: it must not name the harmed one (%s).", harmed.code))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A case is closed, not deleted."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_flow(*vals_list)
        for vals in vals_list:
            sequence = self.env['ir.sequence'].sudo().with_company(vals.get('company_id'))
            vals['name'] = sequence.next_by_code('channel.case') or "/"
        return super().create(with_own_defaults(self, FLOW_FIELDS, vals_list))

    def write(self, vals):
        self._refuse_flow(vals)
        if FIXED_BY_NOTICE & set(vals) and any(case.notified_at for case in self):
            raise UserError(self.env._("The notice is out: whom and what a case is about stays as it is."))
        if 'finding_text' in vals and not self.env.su and any(case.state not in BEFORE_FINDING for case in self):
            raise UserError(self.env._("The case is decided: its reasons stay as they are."))
        if 'amount' in vals and any(case.state not in BEFORE_FINDING for case in self):
            raise UserError(self.env._("The case is decided: the penalties were computed from its value."))
        return super().write(vals)

    # === ACTION METHODS === #

    def action_verify(self):
        """Compute the hashes of all evidence again, and say which file is not what it was."""
        self.check_access('read')
        differing = self.evidence_ids._find_differing()
        if differing:
            message = self.env._(
                "Not what was handed in: %s.", ", ".join(f"{one.name} ({one.sha256[:12]}…)" for one in differing))
        else:
            message = self.env._("All %s files are what was handed in.", len(self.evidence_ids))
        for case in self:
            case.sudo()._message_log(body=message)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': 'danger' if differing else 'success', 'sticky': bool(differing), 'message': message},
        }

    def action_add_evidence(self):
        self.check_access('write')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Add Evidence"),
            'res_model': 'channel.case.upload',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_case_id': self.id},
        }

    # === BUSINESS METHODS === #

    def _refuse_flow(self, *vals_list):
        if not self.env.su and any(FLOW_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("A case moves by its buttons; its state is not written by hand."))
