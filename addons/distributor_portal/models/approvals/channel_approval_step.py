from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import approvals as engine

DESK = 'distributor_portal.group_channel_user'
# The roles a step can ask: the key is stored, the value are roles of channel.member.user.
STEP_ROLES = {
    'ordering': ('owner', 'buyer'), 'owner': ('owner',), 'buyer': ('buyer',), 'finance': ('finance',),
    'warehouse': ('warehouse',),
}


class ChannelApprovalStep(models.Model):
    """One step of a chain: who decides, by when, and what follows when nobody has."""

    _name = 'channel.approval.step'
    _description = "Approval Step"
    _inherit = ['channel.kept.setup']
    _order = 'chain_id, sequence, id'

    chain_id = fields.Many2one('channel.approval.chain', required=True, index=True, ondelete='cascade')
    sequence = fields.Integer(
        default=20, help="Steps are asked in this sequence; those with the same number at the same time.")
    name = fields.Char(translate=True, help="What approvers see; empty: who decides.")
    kind = fields.Selection(
        [('upstream', "The Upstream's People"), ('member', "The Member's Own People"), ('group', "A Group of HQ"),
         ('users', "Persons of HQ"), ('salesperson', "The Salesperson")],
        "Who Decides", required=True, default='group')
    role = fields.Selection(
        [('ordering', "Owners and Buyers"), ('owner', "Owners"), ('buyer', "Buyers"), ('finance', "Finance"),
         ('warehouse', "Warehouse")],
        required=True, default='ordering', help="Which of the member's people decide.")
    is_only_reviewing = fields.Boolean(
        "Only if It Reviews", help="Asked only where the upstream reviews the orders below it.")
    group_id = fields.Many2one(
        'res.groups', "Group", ondelete='restrict',
        help="Those of this group who also work at the order desk. Empty: the whole order desk.")
    user_ids = fields.Many2many('res.users', 'channel_approval_step_user_rel', string="Persons")
    needs_all = fields.Boolean("All of Them", help="Each of them has to approve; otherwise any one of them.")
    asks_again = fields.Boolean(
        "Asked Again When the Amount Grows",
        help="An order that was changed is judged again. Its approval stays, unless this is set and it now costs more.")
    skips_repeat = fields.Boolean(
        "Skipped for Who Approved Before", default=True,
        help="Not asked when one of those who decide here has approved an earlier step of the order.")
    is_four_eyes = fields.Boolean(
        "Not One's Own Order", help="Who entered the order cannot approve it, neither for somebody else.")
    # --- deadline
    deadline = fields.Float("Decide Within", help="In working time by the company's calendar. 0: no deadline.")
    deadline_unit = fields.Selection(
        [('hours', "Working Hours"), ('days', "Working Days")], required=True, default='hours')
    remind_before = fields.Float(
        "Remind Before", help="So much earlier, in the same unit, those who have not decided are reminded, once.")
    on_deadline = fields.Selection(
        [('escalate', "Ask Others Too"), ('approve', "Approve"), ('refuse', "Refuse"), ('nothing', "Only Remind")],
        "After the Deadline", required=True, default='nothing')
    escalation_group_id = fields.Many2one('res.groups', "Others: Group", ondelete='restrict')
    escalation_user_ids = fields.Many2many(
        'res.users', 'channel_approval_step_escalation_rel', string="Others: Persons")
    description = fields.Char("In Words", compute='_compute_description')

    _times_positive = models.Constraint(
        'CHECK (COALESCE(deadline, 0) >= 0 AND COALESCE(remind_before, 0) >= 0 '
        'AND (COALESCE(remind_before, 0) = 0 OR remind_before < COALESCE(deadline, 0)))',
        "A reminder comes before the deadline.")
    _deadline_has_time = models.Constraint(
        "CHECK (on_deadline = 'nothing' OR COALESCE(deadline, 0) > 0)", "What follows a deadline needs a deadline.")

    # === COMPUTE METHODS === #

    @api.depends('name', 'kind', 'role', 'group_id', 'user_ids', 'chain_id.name')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """Its own name; else who decides and in which chain, since several chains may ask the same people."""
        for step in self:
            who = step._describe_who()
            step.display_name = step.name or self.env._(
                "%(who)s · %(chain)s", who=who[:1].upper() + who[1:], chain=step.chain_id.name or "")

    @api.depends(
        'name', 'kind', 'role', 'is_only_reviewing', 'group_id', 'user_ids', 'needs_all', 'deadline', 'deadline_unit',
        'on_deadline', 'escalation_group_id', 'escalation_user_ids')
    @api.depends_context('lang')
    def _compute_description(self):
        for step in self:
            who = step._describe_who()
            if step.kind == 'upstream' and step.is_only_reviewing:
                who = self.env._("%s where it reviews orders", who)
            if step.needs_all and step.kind != 'salesperson':
                who = self.env._("%s (all of them)", who)
            step.description = who + step._describe_deadline() if step.deadline else who

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'user_ids', 'on_deadline', 'escalation_group_id', 'escalation_user_ids')
    def _check_people(self):
        for step in self:
            if step.kind == 'users' and not step.user_ids:
                raise ValidationError(self.env._("Name the persons who decide."))
            if step.on_deadline == 'escalate' and not (step.escalation_group_id or step.escalation_user_ids):
                raise ValidationError(self.env._("Name whom to ask after the deadline."))
            for user in step.user_ids | step.escalation_user_ids:
                if not user.has_group(DESK):
                    raise ValidationError(self.env._(
                        "%s does not work at the order desk, so cannot decide on orders.", user.name))

    # === BUSINESS METHODS === #

    def _to_engine(self):
        self.ensure_one()
        desk = self.env['ir.model.data']._xmlid_to_res_id(DESK)
        return engine.Step(
            self.id, self.sequence, self.kind, self.role if self.kind in ('upstream', 'member') else '',
            (self.group_id.id or desk) if self.kind == 'group' else 0,
            tuple(sorted(self.user_ids.ids)) if self.kind == 'users' else (),
            self.needs_all, self.is_only_reviewing, {
                'asks_again': self.asks_again,
                'skips_repeat': self.skips_repeat,
                'is_four_eyes': self.is_four_eyes,
                'deadline': self.deadline,
                'deadline_unit': self.deadline_unit,
                'remind_before': self.remind_before,
                'on_deadline': self.on_deadline,
                'escalation_group_id': self.escalation_group_id.id,
                'escalation_user_ids': tuple(self.escalation_user_ids.ids),
            })

    def _describe_who(self):
        _ = self.env._
        roles = dict(self._fields['role']._description_selection(self.env))
        if self.kind == 'upstream':
            return _("the upstream") if self.role == 'ordering' else _("the upstream's %s", roles[self.role])
        if self.kind == 'member':
            return _("the member's own %s", roles[self.role])
        if self.kind == 'salesperson':
            return _("the salesperson")
        if self.kind == 'users':
            joiner = _(" and ") if self.needs_all else _(" or ")
            return joiner.join(self.user_ids.mapped('name')) or _("nobody yet")
        return self.group_id.sudo().name or self.env.ref(DESK).sudo().name

    def _describe_deadline(self):
        _ = self.env._
        time = f'{self.deadline:g}'
        within = _(" within %s working hours", time) if self.deadline_unit == 'hours' else (
            _(" within %s working days", time))
        if self.on_deadline == 'escalate':
            others = [*self.escalation_group_id.sudo().mapped('name'), *self.escalation_user_ids.mapped('name')]
            return within + _(" (else also %s)", ", ".join(others))
        if self.on_deadline == 'approve':
            return within + _(" (else approved)")
        return within + (_(" (else refused)") if self.on_deadline == 'refuse' else "")
