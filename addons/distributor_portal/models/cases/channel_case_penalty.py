from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...utils import with_own_defaults
from .channel_penalty_rule import KINDS

# Everything but a warning costs the member money or its business.
ALONE = ('warning',)
RESULT_FIELDS = {
    'state', 'proposed_by_id', 'approved_by_id', 'approved_at', 'executed_at', 'undo', 'result', 'reversal', 'move_id',
    'reversed_at', 'recovered_amount', 'case_id', 'rule_id'}
# Chosen when it is proposed, and never again.
GIVEN_FIELDS = {'case_id', 'rule_id'}


class ChannelCasePenalty(models.Model):
    """What follows from a confirmed case: proposed by one person, approved by another, executed, perhaps reversed.

    What each kind does when it is executed stands in channel_case_penalty_effects.
    """

    _name = 'channel.case.penalty'
    _description = "Penalty"
    _inherit = ['mail.thread']
    _order = 'case_id, id'

    case_id = fields.Many2one('channel.case', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='case_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    member_id = fields.Many2one(related='case_id.member_id', store=True)
    rule_id = fields.Many2one('channel.penalty.rule', "From the Matrix", readonly=True, ondelete='set null')
    kind = fields.Selection(KINDS, "Penalty", required=True, tracking=True)
    amount = fields.Monetary(tracking=True)
    days = fields.Integer(tracking=True, help="How long a freeze lasts.")
    explanation = fields.Char("Why")
    state = fields.Selection(
        [('proposed', "Proposed"), ('approved', "Approved"), ('cancelled', "Cancelled"), ('executed', "Executed"),
         ('reversed', "Reversed")], required=True, default='proposed', readonly=True, tracking=True)
    proposed_by_id = fields.Many2one('res.users', "Proposed By", required=True, readonly=True, ondelete='restrict')
    approved_by_id = fields.Many2one('res.users', "Approved By", readonly=True, ondelete='restrict')
    approved_at = fields.Datetime("Approved", readonly=True)
    executed_at = fields.Datetime("Executed", readonly=True)
    reversed_at = fields.Datetime("Reversed", readonly=True)
    result = fields.Char("What Was Done", readonly=True)
    reversal = fields.Char("What Was Taken Back", readonly=True)
    undo = fields.Json(readonly=True, help="What it takes to reverse it.")
    move_id = fields.Many2one('account.move', "Journal Entry", readonly=True, ondelete='restrict')
    recovered_amount = fields.Monetary(readonly=True, help="What came back so far of what the member owes for it.")

    _amount_not_negative = models.Constraint(
        'CHECK (amount >= 0 AND days >= 0)', "Amounts and days are not negative.")
    _four_eyes = models.Constraint(
        "CHECK (kind = 'warning' OR approved_by_id IS NULL OR approved_by_id != proposed_by_id)",
        "Whoever proposes a penalty does not approve it.")
    _approved_by_somebody = models.Constraint(
        "CHECK (state NOT IN ('approved', 'executed', 'reversed') OR approved_by_id IS NOT NULL)",
        "A penalty is approved by somebody.")

    # === COMPUTE METHODS === #

    @api.depends('kind', 'amount', 'days')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for penalty in self:
            parts = [kinds.get(penalty.kind, "")]
            if penalty.amount:
                parts.append(penalty.currency_id.format(penalty.amount))
            if penalty.days:
                parts.append(self.env._("%s days", penalty.days))
            penalty.display_name = " · ".join(parts)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_results(*({name: vals[name] for name in vals if name not in GIVEN_FIELDS} for vals in vals_list))
        vals_list = with_own_defaults(self, RESULT_FIELDS - GIVEN_FIELDS, vals_list)
        penalties = super().create([{**vals, 'proposed_by_id': self.env.uid} for vals in vals_list])
        penalties.case_id._check_state(('penalty',))
        return penalties

    def write(self, vals):
        self._refuse_results(vals)
        if {'kind', 'amount', 'days', 'explanation'} & set(vals):
            self._check_state('proposed')
        if {'kind', 'amount', 'days'} & set(vals):
            # Whoever changes a proposal is the one who proposes it.
            vals = {**vals, 'proposed_by_id': self.env.uid}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A penalty is cancelled, not deleted."))

    # === ACTION METHODS === #

    def action_approve(self):
        """proposed → approved, by another manager than the one who proposed it."""
        self.check_access('write')
        self.case_id._check_manager()
        self._check_state('proposed')
        for penalty in self:
            if penalty.kind not in ALONE and penalty.proposed_by_id == self.env.user:
                raise UserError(self.env._(
                    "You have proposed this yourself: another person approves it (%s).", penalty.display_name))
        self._set_state('approved', approved_by_id=self.env.uid, approved_at=fields.Datetime.now())

    def action_cancel(self):
        """proposed, approved → cancelled."""
        self.check_access('write')
        self.case_id._check_manager()
        self._check_state('proposed', 'approved')
        self._set_state('cancelled')

    # === BUSINESS METHODS === #

    def _refuse_results(self, *vals_list):
        if not self.env.su and any(RESULT_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("A penalty moves by its buttons; what became of it is not written by hand."))

    def _check_state(self, *states):
        for penalty in self:
            if penalty.state not in states:
                raise UserError(self.env._(
                    "%(penalty)s is %(state)s: too late for that.", penalty=penalty.display_name,
                    state=dict(self._fields['state']._description_selection(self.env))[penalty.state]))

    def _set_state(self, state, **values):
        self.sudo().write({'state': state, **values})

    def _execute(self):
        """approved → executed. What each kind does is its `_execute_<kind>`: (what was done, values to note)"""
        self._check_state('approved')
        for penalty in self.sudo():
            result, values = getattr(penalty, f'_execute_{penalty.kind}')()
            penalty._set_state('executed', executed_at=fields.Datetime.now(), result=result, **values)

    def _reverse(self):
        """executed → reversed, where that is possible; each says what was taken back and what not."""
        self._check_state('executed')
        for penalty in self.sudo():
            reversal = getattr(penalty, f'_reverse_{penalty.kind}')()
            penalty._set_state('reversed', reversed_at=fields.Datetime.now(), reversal=reversal)
