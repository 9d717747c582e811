from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...engine import cases
from ...utils import to_decimal
from .channel_case import STATES


class ChannelCase(models.Model):
    """The steps of a case. Each method says from which states it leads, who may take it and what it needs."""

    _inherit = 'channel.case'

    # === ACTION METHODS === #

    def action_open(self):
        """triage → open: worth an investigation."""
        self.check_access('write')
        self._move(('triage',), 'open', opened_at=fields.Datetime.now())

    def action_drop(self):
        """triage, open, evidence → closed: nothing to accuse anybody of."""
        self.check_access('write')
        self._move(('triage', 'open', 'evidence'), 'closed', outcome='dropped', **self._prepare_closing())

    def action_collect(self):
        """open → evidence."""
        self.check_access('write')
        self._move(('open',), 'evidence')

    def action_notify(self):
        """Ask for the notice's text and what to disclose with it."""
        self.check_access('write')
        self._check_state(('evidence',))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Notice to the Member"),
            'res_model': 'channel.case.notice',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_case_id': self.id},
        }

    def action_end_hearing(self):
        """hearing → finding: the member has answered, or its time is over."""
        self.check_access('write')
        today = fields.Date.context_today(self)
        early = self.filtered(
            lambda case: case.state == 'hearing' and not case.answered_at and case.hearing_until >= today)
        if early:
            raise UserError(self.env._(
                "%(case)s: the member may answer until %(day)s.", case=early[0].name, day=early[0].hearing_until))
        self._end_hearing()

    def action_confirm(self):
        """finding → penalty: it is proven. The matrix proposes what follows."""
        self.check_access('write')
        self._check_judge()
        self._move(('finding',), 'penalty', outcome='confirmed', **self._prepare_finding())
        self._propose_penalties()

    def action_unfounded(self):
        """finding → closed: it is not true."""
        self.check_access('write')
        self._decide_not_guilty('unfounded')

    def action_inconclusive(self):
        """finding → closed: it cannot be proven."""
        self.check_access('write')
        self._decide_not_guilty('inconclusive')

    def action_execute(self):
        """penalty → executed: what was approved is carried out, and the member may appeal."""
        self.check_access('write')
        self._check_manager()
        self._check_state(('penalty',))
        undecided = self.penalty_ids.filtered(lambda penalty: penalty.state == 'proposed')
        if undecided:
            raise UserError(self.env._(
                "Somebody else has to approve or cancel first: %s.", ", ".join(undecided.mapped('display_name'))))
        for case in self:
            case.penalty_ids.filtered(lambda penalty: penalty.state == 'approved')._execute()
            case._move(
                ('penalty',), 'executed', executed_at=fields.Datetime.now(),
                appeal_until=fields.Date.context_today(case) + timedelta(days=case.company_id.channel_appeal_days))
            case._tell_member('decision')

    def action_uphold(self):
        """appeal → closed: the finding stands."""
        self.check_access('write')
        self._decide_appeal('upheld')

    def action_overturn(self):
        """appeal → closed: the finding falls, and with it what was executed."""
        self.check_access('write')
        self._decide_appeal('overturned')
        self.penalty_ids.sudo().filtered(lambda penalty: penalty.state == 'executed')._reverse()

    def action_close(self):
        """executed → closed: the time to appeal is over."""
        self.check_access('write')
        today = fields.Date.context_today(self)
        early = self.filtered(lambda case: case.state == 'executed' and case.appeal_until >= today)
        if early:
            raise UserError(self.env._(
                "%(case)s: the member may appeal until %(day)s.", case=early[0].name, day=early[0].appeal_until))
        self._move(('executed',), 'closed', **self._prepare_closing())

    # === BUSINESS METHODS === #

    def _move(self, leaves, to, **values):
        """Take these cases to state `to`. :raise UserError: one is in none of the states `leaves`"""
        self._check_state(leaves)
        self.sudo().activity_unlink(['mail.mail_activity_data_todo'])
        self.sudo().write({'state': to, **values})
        if to == 'closed':
            self.sudo().signal_ids.is_open = False

    def _check_state(self, leaves):
        names = dict(self._fields['state']._description_selection(self.env))
        for case in self:
            if case.state not in leaves:
                raise UserError(self.env._(
                    "%(case)s is in state %(state)s; this step is taken from: %(states)s.", case=case.name,
                    state=names[case.state], states=", ".join(names[state] for state, _name in STATES
                                                             if state in leaves)))

    def _check_manager(self):
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only a manager of the channel decides cases."))

    def _check_judge(self):
        """Who decides is a manager, and says why."""
        self._check_manager()
        for case in self:
            if not (case.finding_text or '').strip():
                raise UserError(self.env._("%s: write down the reasons first; the member reads them.", case.name))

    def _prepare_finding(self):
        return {'found_at': fields.Datetime.now(), 'found_by_id': self.env.uid}

    def _prepare_closing(self):
        return {'closed_at': fields.Datetime.now()}

    def _send_notice(self, charge, days, disclosed):
        """evidence → hearing: tell the member what it is accused of, and show it `disclosed`.

        :raise UserError: nothing stands behind the accusation, or it says nothing
        """
        self.ensure_one()
        self._check_state(('evidence',))
        charge = (charge or '').strip()
        if not charge:
            raise UserError(self.env._("Write down what the member is accused of."))
        if not self.evidence_count:
            raise UserError(self.env._("There is no evidence yet: nobody is accused without."))
        if days < 1:
            raise UserError(self.env._("The member gets at least one day to answer."))
        self._check_harmless(charge)
        until = fields.Date.context_today(self) + timedelta(days=days)
        self._move(
            ('evidence',), 'hearing', charge=charge, hearing_until=until, notified_at=fields.Datetime.now())
        disclosed._disclose()
        self._plan(self.env._("Hear the member"), until)
        self._tell_member('notice')

    def _end_hearing(self):
        self._move(('hearing',), 'finding')
        for case in self:
            case._plan(self.env._("Decide the case"))

    def _decide_not_guilty(self, outcome):
        self._check_judge()
        self._move(('finding',), 'closed', outcome=outcome, **self._prepare_finding(), **self._prepare_closing())
        for case in self:
            case._tell_member('not_guilty')

    def _decide_appeal(self, outcome):
        """:raise UserError: by the person that has decided the case, or without a reply"""
        self._check_manager()
        self._check_state(('appeal',))
        for case in self:
            if case.found_by_id == self.env.user:
                raise UserError(self.env._(
                    "You have decided %s yourself: another person decides the appeal.", case.name))
            if not (case.appeal_text or '').strip():
                raise UserError(self.env._("%s: write down the reply first; the member reads it.", case.name))
        self._move(('appeal',), 'closed', appeal_outcome=outcome, appeal_by_id=self.env.uid, **self._prepare_closing())
        for case in self:
            case._tell_member('appeal')

    def _propose_penalties(self):
        """What the matrix asks for, proposed by the current user: somebody else approves it."""
        for case in self:
            rows = self.env['channel.penalty.rule'].sudo().search([('company_id', 'in', (False, case.company_id.id))])
            proposals = cases.propose(
                [row._to_engine() for row in rows], case.violation_id.id, to_decimal(case.amount, 2),
                case._get_earlier_cases(), fields.Date.context_today(case))
            self.env['channel.case.penalty'].create([{
                'case_id': case.id,
                'kind': proposal.kind,
                'amount': float(proposal.amount),
                'days': proposal.days,
                'rule_id': proposal.rule,
                'explanation': case._explain(proposal),
            } for proposal in proposals if proposal.kind != 'compensation' or case.harmed_member_id])
            case._plan(self.env._("Approve and execute the penalties"))

    def _get_earlier_cases(self):
        """{violation id: days on which other cases of this member were confirmed, unless overturned since}"""
        self.ensure_one()
        earlier = defaultdict(list)
        for case in self.sudo().search([
            ('member_id', '=', self.member_id.id), ('outcome', '=', 'confirmed'), ('id', '!=', self.id),
            ('appeal_outcome', '!=', 'overturned'), ('found_at', '!=', False),
        ]):
            earlier[case.violation_id.id].append(fields.Datetime.context_timestamp(case, case.found_at).date())
        return earlier

    def _explain(self, proposal):
        if proposal.window_days:
            counted = self.env._(
                "Confirmed case no. %(count)s within %(days)s days", count=proposal.count, days=proposal.window_days)
        else:
            counted = self.env._("Confirmed case no. %s", proposal.count)
        if proposal.amount and proposal.value:
            return self.env._(
                "%(counted)s, value %(value)s: %(amount)s.", counted=counted, value=proposal.value.quantize(Decimal(1)),
                amount=proposal.amount)
        return f"{counted}."

    def _plan(self, summary, day=None):
        """An activity for the investigator."""
        self.sudo().activity_schedule(
            'mail.mail_activity_data_todo', date_deadline=day or fields.Date.context_today(self), summary=summary,
            user_id=(self.user_id or self.env.user).id)

    # === CRON === #

    @api.model
    def _cron_deadlines(self):
        """End hearings and appeal times that are over."""
        today = fields.Date.context_today(self)
        self.sudo().search([('state', '=', 'hearing'), ('hearing_until', '<', today)])._end_hearing()
        over = self.sudo().search([('state', '=', 'executed'), ('appeal_until', '<', today)])
        over._move(('executed',), 'closed', **over._prepare_closing())
