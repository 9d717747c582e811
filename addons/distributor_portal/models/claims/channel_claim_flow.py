from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...engine import claims as engine
from ...utils import to_decimal


class ChannelClaim(models.Model):
    """The steps of a claim. Each method says from which states it leads, and who may take it."""

    _inherit = 'channel.claim'

    # === ACTION METHODS === #

    def action_send(self):
        """draft → sent, for claims that headquarters writes down for a member."""
        self.check_access('write')
        self._send()

    def action_accept_all(self):
        """Accept everything as claimed. Of several, those that wait for a decision."""
        self.check_access('write')
        for claim in self._get_waiting():
            for line in claim.line_ids:
                line.accepted_qty = line.claimed_qty
            claim._decide()

    def action_accept_small(self):
        """Accept those of these claims that are small enough to need no look.

        :raise UserError: none of them is
        """
        self.check_access('write')
        small = self.filtered(lambda claim: claim.state == 'sent' and claim._in_company_currency(
            claim.amount) <= claim.company_id.channel_claim_small)
        if not small:
            raise UserError(self.env._("None of these claims waits and is small enough to be accepted unseen."))
        small.action_accept_all()

    def action_ask_decision(self):
        """Ask for the reason before less than everything is accepted."""
        self.check_access('write')
        self.ensure_one()
        self._get_waiting()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Decide the Claim"),
            'res_model': 'channel.claim.decide', 'view_mode': 'form', 'target': 'new',
            'context': {'default_claim_id': self.id}}

    def action_ask_answer(self):
        """Ask for what to write to the member."""
        self.check_access('write')
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Write to the Member"),
            'res_model': 'channel.claim.answer', 'view_mode': 'form', 'target': 'new',
            'context': {'default_claim_id': self.id}}

    def action_confirm_decision(self):
        """second → what was decided, by somebody else."""
        self.check_access('write')
        self._check_second()
        for claim in self:
            claim._move(('second',), claim.decision, confirmed_by_id=self.env.uid)
            claim._carry_out()

    def action_send_back(self):
        """second → sent: decide again."""
        self.check_access('write')
        self._check_second()
        self._move(('second',), 'sent', decision=False, decided_by_id=False, decided_at=False)
        self._note('back')

    def action_settle(self):
        """Make what is still missing: a credit note that waited for its invoice, a return that was called off."""
        self.check_access('write')
        self.sudo()._settle()

    # === BUSINESS METHODS === #

    def _move(self, allowed, state, **values):
        """The one way from a state to another. :raise UserError: it does not lead there from where the claim is"""
        wrong = self.filtered(lambda claim: claim.state not in allowed)
        if wrong:
            states = dict(self._fields['state']._description_selection(self.env))
            raise UserError(self.env._(
                "%(claim)s is %(state)s: this is not possible now.", claim=wrong[0].name, state=states[wrong[0].state]))
        self.sudo().write({'state': state, **values})

    def _get_waiting(self):
        """Those that headquarters has to decide on. :raise UserError: none"""
        waiting = self.filtered(lambda claim: claim.state == 'sent')
        if not waiting:
            raise UserError(self.env._("No decision is asked for here."))
        return waiting

    def _check_second(self):
        """:raise AccessError, UserError: the user is no manager, or has decided it"""
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("A manager confirms what is decided above the amount set."))
        own = self.filtered(lambda claim: claim.decided_by_id == self.env.user)
        if own:
            raise UserError(self.env._("You have decided %s yourself: another person confirms it.", own[0].name))

    # --- the member's side

    def _send(self):
        """draft → upstream or sent: what is claimed is counted, within its time and with its photos.

        :raise UserError: nothing is claimed, too late, a photo is missing, more than there is
        """
        for claim in self:
            claim._check_complete()
            self.env['channel.claim.counter'].sudo()._take(claim.picking_id.sudo(), claim.line_ids._get_counted())
            upstream = claim.sudo().member_id.upstream_id
            goes_up = claim.company_id.channel_claim_upstream and bool(upstream.user_link_ids)
            claim._move(('draft',), 'upstream' if goes_up else 'sent', sent_at=fields.Datetime.now(),
                        deadline=claim._get_today() + timedelta(days=claim.company_id.channel_claim_answer_days))
            claim._note('sent')
            self.env['channel.order.event']._note('claimed', claim.order_id, {claim.order_id: claim.name})
            claim._plan(self.env._("Answer claim %s", claim.name), claim.deadline)

    def _check_complete(self):
        self.ensure_one()
        if self.state != 'draft':
            raise UserError(self.env._("%s was sent already.", self.name))
        if not self.line_ids:
            raise UserError(self.env._("Say of which products, and how much."))
        policies = self.env['channel.claim.policy']._get_policies(self.company_id)
        today, received = self._get_today(), self.picking_id.sudo()._channel_get_received_day()
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for line in self.line_ids:
            policy = policies.get(line.kind)
            last = engine.last_day(received, policy.days) if policy else None
            if last and today > last:
                raise UserError(self.env._(
                    "%(kind)s: this could be claimed until %(day)s, %(days)s days after the goods came.",
                    kind=kinds[line.kind], day=format_date(self.env, last), days=policy.days))
            if policy and policy.needs_photo and not line.sudo().photo_ids:
                raise UserError(self.env._("%s: a photo is needed.", line.display_name))

    def _withdraw(self):
        """draft, upstream, sent → withdrawn: what was counted is free again."""
        for claim in self:
            was_sent = claim.state != 'draft'
            claim._move(('draft', 'upstream', 'sent'), 'withdrawn')
            claim._note('withdrawn')
            if was_sent:
                self.env['channel.claim.counter'].sudo()._give_back(
                    claim.picking_id.sudo(), claim.line_ids._get_counted())
            claim._unplan()

    def _give_opinion(self, opinion, text):
        """upstream → sent, with what the upstream thinks of it."""
        self.ensure_one()
        self._move(('upstream',), 'sent', opinion=opinion,
                   deadline=self._get_today() + timedelta(days=self.company_id.channel_claim_answer_days))
        names = dict(self._fields['opinion']._description_selection(self.env))
        self._note('opinion', ". ".join(filter(None, (names[opinion], text))))

    def _agree(self):
        """The member takes what was decided: it is carried out at once."""
        for claim in self.filtered(lambda claim: claim._can_object()):
            claim._note('agreed')
            claim._make_final()

    def _object(self, text):
        """partly, refused → sent, once. :raise UserError: without a word, a second time, or too late"""
        self.ensure_one()
        if not self._can_object():
            raise UserError(self.env._("The decision on %s stands.", self.name))
        if not text:
            raise UserError(self.env._("Say what headquarters should look at again."))
        self._move(('partly', 'refused'), 'sent', objected_at=fields.Datetime.now(), offer_until=False, decision=False,
                   decided_by_id=False, confirmed_by_id=False, is_overdue_told=False,
                   deadline=self._get_today() + timedelta(days=self.company_id.channel_claim_answer_days))
        self._note('objected', text)
        self._plan(self.env._("Look at claim %s again: the member objects", self.name), self.deadline)

    def _can_object(self):
        self.ensure_one()
        return (self.state in ('partly', 'refused') and not self.is_final and bool(self.offer_until)
                and self._get_today() <= self.offer_until)

    # --- headquarters' side

    def _decide(self, refusal=None, note=None):
        """sent → what the lines say; above the amount set, a second person is asked first.

        :raise UserError: not everything is accepted and nobody says why
        """
        self.ensure_one()
        decision = engine.outcome([
            (to_decimal(line.claimed_qty), to_decimal(line.accepted_qty)) for line in self.line_ids])
        if decision != 'accepted' and not refusal:
            raise UserError(self.env._("Say why not everything is accepted: the member reads it."))
        if any(line.accepted_qty and not line.granted for line in self.line_ids):
            raise UserError(self.env._("Say what the member gets for what is accepted."))
        limit = self.company_id.channel_claim_four_eyes
        is_large = bool(limit) and self._in_company_currency(self.accepted_amount) > limit
        self._move(('sent',), 'second' if is_large else decision, decision=decision,
                   refusal_id=refusal.id if refusal and decision != 'accepted' else False, decision_note=note,
                   decided_by_id=self.env.uid, decided_at=fields.Datetime.now(), confirmed_by_id=False)
        if is_large:
            self._note('second')
            self._plan(self.env._(
                "Confirm the decision on claim %(claim)s (another person than %(user)s)", claim=self.name,
                user=self.env.user.name), self._get_today())
        else:
            self._carry_out()

    def _carry_out(self):
        """What follows from a decision that holds: documents, or the member's word on it."""
        self.ensure_one()
        self._unplan()
        self._note(self.decision, "\n".join(filter(None, (self.refusal_id.name, self.decision_note))))
        self.env['channel.order.event']._note('claim_decided', self.order_id, {self.order_id: self.name})
        if self.decision == 'accepted' or self.objected_at:
            self._make_final()
        else:
            self.sudo().offer_until = self._get_today() + timedelta(days=self.company_id.channel_claim_objection_days)
        self._tell_member('decision')

    def _make_final(self):
        """Nobody objects any more: what was refused can be claimed again, what was accepted is settled."""
        for claim in self:
            claim.sudo().write({'is_final': True, 'offer_until': False})
            claim._give_back({line: line.claimed_qty - line.accepted_qty for line in claim.line_ids})
            claim.sudo()._settle()

    def _give_back(self, quantities):
        """So much of these lines can be claimed again. :param quantities: {line: quantity}"""
        self.ensure_one()
        free = {}
        for line, qty in quantities.items():
            if qty > 0:
                key = (line.product_id, line.kind == 'surplus')
                free[key] = free.get(key, 0.0) + qty
        self.env['channel.claim.counter'].sudo()._give_back(self.picking_id.sudo(), free)

    # --- helpers

    def _get_today(self):
        """Today, where headquarters is."""
        self.ensure_one()
        return self.company_id._channel_get_today()

    def _plan(self, summary, day):
        """An activity for the responsible, if there is one."""
        # The list is the desk's inbox: a mail for each would only be noise.
        for claim in self.sudo().with_context(mail_activity_quick_update=True).filtered('user_id'):
            claim.activity_schedule(
                'mail.mail_activity_data_todo', date_deadline=day, summary=summary, user_id=claim.user_id.id)

    def _unplan(self):
        self.sudo().activity_unlink(['mail.mail_activity_data_todo'])

    # === CRON === #

    @api.model
    def _cron_deadlines(self):
        """Decisions that nobody has objected to stand; who has not answered in time is told once."""
        for company in self.env['res.company'].sudo().search([('active', '=', True)]):
            today = company._channel_get_today()
            own = [('company_id', '=', company.id)]
            silent = self.sudo().search([
                *own, ('state', 'in', ('partly', 'refused')), ('is_final', '=', False), ('offer_until', '<', today)])
            silent._note('final')
            silent._make_final()
            late = self.sudo().search([
                *own, ('state', 'in', ('sent', 'second')), ('deadline', '<', today), ('is_overdue_told', '=', False)])
            late._note('overdue')
            for claim in late:
                claim._plan(self.env._("Claim %s is overdue: the member waits", claim.name), today)
            late.is_overdue_told = True
            # What the upstream has not looked at in time goes on without it.
            unread = self.sudo().search([*own, ('state', '=', 'upstream'), ('deadline', '<', today)])
            for claim in unread:
                claim._move(('upstream',), 'sent', deadline=today + timedelta(days=company.channel_claim_answer_days))
