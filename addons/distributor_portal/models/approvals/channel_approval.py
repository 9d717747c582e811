from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...engine.approvals import Given, Part
from ...utils import to_decimal
from .channel_approval_step import STEP_ROLES


class ChannelApproval(models.Model):
    """One decision that an order needs: by people of a member, or of headquarters.

    Who decides is copied from the step when the decision is asked for: a chain that changes later leaves alone what
    is under way.
    """

    _name = 'channel.approval'
    _description = "Order Approval"
    _order = 'order_id, sequence, id'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='order_id.company_id', store=True)
    order_member_id = fields.Many2one(related='order_id.channel_member_id', string="Member")
    amount_total = fields.Monetary(related='order_id.amount_total', string="Order Total")
    currency_id = fields.Many2one(related='order_id.currency_id')
    sequence = fields.Integer(default=10)
    step = fields.Selection(
        [('upstream', "Upstream"), ('member', "The Member Itself"), ('hq', "Headquarters")], "Side", required=True)
    key = fields.Char(help="The same decision has the same key at every check of the order.")
    chain_id = fields.Many2one('channel.approval.chain', "Chain", index='btree_not_null', ondelete='restrict')
    step_id = fields.Many2one('channel.approval.step', "Step", index='btree_not_null', ondelete='set null')
    reasons = fields.Json(help="Which chains asked for this decision, and what they saw in the order.")
    why = fields.Char("Why", compute='_compute_why')
    # --- who decides
    member_id = fields.Many2one('channel.member', "By Member", index=True, ondelete='restrict')
    role = fields.Char()
    group_id = fields.Many2one('res.groups', "By Group", ondelete='restrict')
    approver_ids = fields.Many2many('res.users', 'channel_approval_approver_rel', string="By")
    who = fields.Char("Who Decides", compute='_compute_who')
    is_four_eyes = fields.Boolean("Not One's Own Order")
    asks_again = fields.Boolean("Asked Again When the Amount Grows")
    skips_repeat = fields.Boolean("Skipped for Who Approved Before")
    # --- when
    is_open = fields.Boolean("Waits Now", index=True, help="Its turn has come: earlier steps are done.")
    opened_at = fields.Datetime("Waits Since")
    deadline = fields.Datetime()
    remind_at = fields.Datetime()
    reminded_at = fields.Datetime("Reminded")
    on_deadline = fields.Char()
    escalated_at = fields.Datetime("Passed On")
    escalation_group_id = fields.Many2one('res.groups', "Passed On to Group", ondelete='restrict')
    escalation_user_ids = fields.Many2many('res.users', 'channel_approval_escalation_rel', string="Passed On to")
    # --- the decision
    state = fields.Selection(
        [('pending', "Pending"), ('approved', "Approved"), ('refused', "Refused"), ('void', "No Longer Needed"),
         ('outgrown', "Asked Again")],
        required=True, default='pending', index=True)
    user_id = fields.Many2one('res.users', "Decided By", ondelete='restrict')
    on_behalf_id = fields.Many2one('res.users', "In Place of", ondelete='restrict')
    is_automatic = fields.Boolean("By Itself", help="Decided by its deadline, or since the same person had approved.")
    decided_at = fields.Datetime("Decided")
    amount = fields.Float(help="What the order came to, in the company's currency, when it was decided.")
    reason = fields.Char("Comment")

    _reason_when_refused = models.Constraint(
        "CHECK (state != 'refused' OR reason IS NOT NULL)", "A refusal says why.")
    _waiting_idx = models.Index("(deadline, remind_at) WHERE is_open")

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'step_id', 'group_id', 'member_id')
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = f"{approval.order_id.name}: {approval.who}"

    @api.depends('reasons')
    @api.depends_context('lang')
    def _compute_why(self):
        """Which chains, and why: “Big orders” (orders over 5,000.00 CNY)."""
        reasons = {str(reason): reason for approval in self for reason in approval.reasons or ()}
        ids = {chain for chain, _parts in reasons.values()}
        chains = self.env['channel.approval.chain'].sudo().browse(ids).exists()
        sentences = {}
        for key, (chain_id, parts) in reasons.items():  # many orders share a reason
            chain = chains.filtered(lambda chain, id_=chain_id: chain.id == id_)
            words = chain._describe_orders([Part(text, args) for text, args in parts])
            sentences[key] = self.env._("“%(chain)s”: %(orders)s", chain=chain.name or "?", orders=words)
        for approval in self:
            approval.why = "; ".join(sentences[str(reason)] for reason in approval.reasons or ())

    @api.depends('step_id', 'member_id', 'group_id', 'approver_ids', 'step')
    @api.depends_context('lang')
    def _compute_who(self):
        for approval in self:
            step = approval.step_id.sudo()
            if step.name:
                who = step.name
            elif approval.member_id:
                who = approval.member_id.sudo().name
            elif approval.group_id:
                who = approval.group_id.sudo().name
            else:
                who = ""
            people = ", ".join(approval.approver_ids.sudo().mapped('name'))
            approval.who = ": ".join(filter(None, (who, people))) or dict(
                self._fields['step']._description_selection(self.env))[approval.step]

    # === ACTION METHODS === #

    def action_approve(self):
        """From the list of what waits: approve those that wait for the user."""
        self.check_access('read')
        return self.order_id.action_channel_approve()

    def action_refuse(self):
        """From the list of what waits: ask why, then refuse."""
        self.check_access('read')
        return self.order_id.action_channel_refuse()

    def action_open_order(self):
        """The order that waits."""
        self.check_access('read')
        return self.order_id._get_records_action()

    # === BUSINESS METHODS === #

    def _decide(self, state, reason=None):
        """From pending to approved or refused, by the current user, for itself or for whom it stands in.

        :raise AccessError: one of them does not wait for the user
        """
        pending = self.filtered(lambda approval: approval.state == 'pending' and approval.is_open)
        entitled = self.env.user._channel_get_entitled(pending)
        if self.env.uid != api.SUPERUSER_ID and pending.filtered(lambda approval: approval not in entitled):
            raise AccessError(self.env._("These orders do not wait for you."))
        for person, approvals in pending.grouped(lambda approval: entitled.get(approval, self.env.user)).items():
            approvals.write({
                **self._prepare_decision(state, reason),
                'on_behalf_id': person.id if person != self.env.user else False,
            })
        for order, approvals in pending.grouped('order_id').items():
            approvals.amount = order._channel_get_company_amount()
        pending._close_activities()
        return pending

    def _skip_repeats(self, approvers):
        """Of these pending decisions, approve those that one of `approvers` has in effect made. :return: them"""
        skipped = self.browse()
        for approval in self.filtered(lambda row: row.skips_repeat and len(row.approver_ids) < 2):
            again = approvers & approval._get_people()
            if again and not (approval.is_four_eyes and approval.order_id.create_uid in again):
                approval.with_user(again[0]).sudo()._decide_automatically(
                    'approved', self.env._("Approved before by the same person."))
                skipped |= approval
        return skipped

    def _decide_automatically(self, state, reason):
        """Decided by a deadline, or because the same person has approved before."""
        self.write({**self._prepare_decision(state, reason), 'is_automatic': True})
        for order, approvals in self.grouped('order_id').items():
            approvals.amount = order._channel_get_company_amount()
        self._close_activities()

    def _prepare_decision(self, state, reason):
        return {
            'state': state, 'user_id': self.env.uid, 'decided_at': fields.Datetime.now(), 'reason': reason or None,
            'is_open': False,
        }

    def _void(self):
        """What is no longer asked for: nobody needs to decide."""
        if self:
            self.write({'state': 'void', 'is_open': False})
            self._close_activities()

    def _to_engine(self):
        self.ensure_one()
        # Decisions from before the chains have neither key nor amount.
        key = self.key or f"{self.sequence}/{self.step}/{self.member_id.id or ''}"
        return Given(key, self.state, to_decimal(self.amount, 2) if self.amount else None, self.asks_again)

    def _get_roles(self):
        """The roles of a member's people that decide."""
        self.ensure_one()
        return STEP_ROLES.get(self.role or 'ordering', STEP_ROLES['ordering'])

    def _get_people(self):
        """Everybody who may decide now, delegates left aside: who is reminded."""
        self.ensure_one()
        users = self.approver_ids | self.escalation_user_ids
        if self.member_id and not self.approver_ids:
            users |= self.member_id.sudo().user_link_ids.filtered(
                lambda link: link.role in self._get_roles()).user_id
        for group in (self.group_id if not self.approver_ids else self.group_id.browse()) | self.escalation_group_id:
            users |= group.sudo().all_user_ids
        return users.filtered(lambda user: user.active and (
            user.share or (self._is_desk(user) and self.company_id in user.company_ids)))

    @api.model
    def _is_desk(self, user):
        return user.has_group('distributor_portal.group_channel_user')

    @api.model
    def _prepare_from_asked(self, asked, order):
        """Values of the decision that the engine asks for."""
        step, options = asked.step, asked.step.options
        return {
            'order_id': order.id,
            'sequence': step.sequence,
            'step': asked.side,
            'key': asked.key,
            'chain_id': asked.reasons[0][0],
            'step_id': step.key,
            'reasons': [[chain, [[part.text, dict(part.args)] for part in parts]] for chain, parts in asked.reasons],
            'member_id': asked.member or False,
            'role': step.role,
            'group_id': asked.group or False,
            **({'approver_ids': list(asked.users)} if asked.users else {}),
            'is_four_eyes': options['is_four_eyes'],
            'asks_again': options['asks_again'],
            'skips_repeat': options['skips_repeat'],
            'on_deadline': options['on_deadline'],
        }
