from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...utils import with_own_defaults

DECIDED_FIELDS = {'state', 'requested_by', 'decided_by', 'decided_at'}
LONGEST = relativedelta(years=1)


class ChannelCreditRaise(models.Model):
    """A credit limit raised for a time: asked for by the member or the order desk, approved by somebody else.

    It is in force by its dates alone, at the moment somebody orders; no job has to run for it to begin or end.
    """

    _name = 'channel.credit.raise'
    _description = "Temporary Credit Raise"
    _order = 'date_from desc, id desc'

    line_id = fields.Many2one('channel.credit.line', "Credit Line", required=True, index=True, ondelete='cascade')
    member_id = fields.Many2one(related='line_id.member_id', store=True, index=True)
    company_id = fields.Many2one(related='line_id.company_id', store=True)
    currency_id = fields.Many2one(related='line_id.currency_id')
    amount = fields.Monetary("Raise By", required=True, help="On top of the limit while it is in force.")
    date_from = fields.Date("From", required=True, default=lambda self: self.env.company._channel_get_today())
    date_to = fields.Date("Until", required=True, help="Its last day.")
    reason = fields.Char(required=True, help="Why more credit is needed for a time.")
    state = fields.Selection(
        [('requested', "Requested"), ('approved', "Approved"), ('refused', "Refused"), ('withdrawn', "Withdrawn")],
        required=True, default='requested', readonly=True, copy=False, index=True)
    status = fields.Selection(
        [('requested', "Waits for Approval"), ('upcoming', "Approved, Begins Later"), ('in_force', "In Force"),
         ('expired', "Over"), ('refused', "Refused"), ('withdrawn', "Withdrawn")], compute='_compute_status')
    requested_by = fields.Many2one(
        'res.users', required=True, default=lambda self: self.env.user, readonly=True, copy=False, ondelete='restrict')
    decided_by = fields.Many2one('res.users', readonly=True, copy=False, ondelete='restrict')
    decided_at = fields.Datetime("Decided", readonly=True, copy=False)
    decision_note = fields.Char("Note on the Decision", copy=False, help="The member sees it.")

    _amount_positive = models.Constraint('CHECK (amount > 0)', "A raise is more than nothing.")
    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The raise ends before it begins.")
    _four_eyes = models.Constraint(
        "CHECK (state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL AND decided_by != requested_by)",
        "Somebody else than who asked for a raise decides on it.")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'date_from', 'date_to')
    def _compute_display_name(self):
        for raise_ in self:
            raise_.display_name = f"{raise_.member_id.code or ''} {raise_.date_from or ''} – {raise_.date_to or ''}"

    @api.depends('state', 'date_from', 'date_to')
    def _compute_status(self):
        for raise_ in self:
            today = (raise_.company_id or self.env.company)._channel_get_today()
            if raise_.state != 'approved' or not raise_.date_from or not raise_.date_to:
                raise_.status = raise_.state
            elif raise_.date_to < today:
                raise_.status = 'expired'
            else:
                raise_.status = 'upcoming' if raise_.date_from > today else 'in_force'

    # === CONSTRAINT METHODS === #

    @api.constrains('date_from', 'date_to')
    def _check_is_temporary(self):
        for raise_ in self:
            if raise_.date_to > raise_.date_from + LONGEST:
                raise ValidationError(self.env._("A raise lasts at most a year; change the limit instead."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(DECIDED_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("Who asked for a raise and who decided on it is noted by itself."))
        raises = super().create(with_own_defaults(self, DECIDED_FIELDS, vals_list))
        for raise_ in raises:
            if raise_.date_to < raise_.company_id._channel_get_today():
                raise ValidationError(self.env._("The raise would be over before it is decided on."))
        return raises

    def write(self, vals):
        if not self.env.su and DECIDED_FIELDS & set(vals):
            raise AccessError(self.env._("A raise is decided on by its buttons, not written by hand."))
        if set(vals) - DECIDED_FIELDS and any(raise_.state != 'requested' for raise_ in self):
            raise UserError(self.env._("What was decided on stands: ask for another raise."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(raise_.state != 'requested' for raise_ in self):
            raise UserError(self.env._("A raise that was decided on stays in the record."))

    # === ACTION METHODS === #

    def action_approve(self):
        """A manager who has not asked for it approves."""
        self.check_access('write')
        self._decide('approved')

    def action_refuse(self):
        """A manager who has not asked for it refuses; the note says why."""
        self.check_access('write')
        if any(not raise_.decision_note for raise_ in self):
            raise UserError(self.env._("A refusal says why: fill in the note."))
        self._decide('refused')

    def action_withdraw(self):
        """Take back what waits, or end what is in force: orders that used it stand, new ones lack it."""
        self.check_access('write')
        if any(raise_.state == 'approved' for raise_ in self):
            self._check_manager()
        self._withdraw()

    # === BUSINESS METHODS === #

    @api.model
    def _get_in_force_domain(self):
        """Raises that count today. Override to count others."""
        today = self.env.company._channel_get_today()
        return Domain('state', '=', 'approved') & Domain('date_from', '<=', today) & Domain('date_to', '>=', today)

    def _check_manager(self):
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel decide on credit."))

    def _decide(self, state):
        self._check_manager()
        waiting = self.filtered(lambda raise_: raise_.state == 'requested')
        if any(raise_.sudo().requested_by == self.env.user for raise_ in waiting):
            raise UserError(self.env._("Somebody else than who asked for a raise decides on it."))
        if not waiting:
            raise UserError(self.env._("This raise was decided on already."))
        # Who judges an order at this moment has written the same rows: one of the two comes after the other.
        waiting.sudo().line_id._lock()
        waiting.sudo().write({'state': state, 'decided_by': self.env.uid, 'decided_at': fields.Datetime.now()})
        waiting.sudo()._tell()

    def _withdraw(self):
        live = self.filtered(lambda raise_: raise_.state in ('requested', 'approved')).sudo()
        live.line_id._lock()
        live.write({'state': 'withdrawn'})
        live._tell()

    def _tell(self):
        """Let the ceilings follow, and note it on the credit line."""
        self.line_id._add({line.id: 0 for line in self.line_id})
        states = dict(self._fields['state']._description_selection(self.env))
        for raise_ in self:
            raise_.line_id.message_post(body=self.env._(
                "Raise by %(amount)s from %(start)s until %(end)s: %(state)s. %(note)s",
                amount=raise_.currency_id.format(raise_.amount), start=raise_.date_from, end=raise_.date_to,
                state=states[raise_.state], note=raise_.decision_note or raise_.reason))
