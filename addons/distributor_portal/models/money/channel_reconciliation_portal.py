from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import FINANCE_ROLES

TEXT_LENGTH = 2000
NAME_LENGTH = 80
MAX_DISPUTES = 200
MEMBER_REASONS = ('not_received', 'price', 'quantity', 'paid', 'unknown', 'missing_credit')


class ChannelReconciliation(models.Model):
    """What a member sees of its statements and does with them. The callers have checked who asks."""

    _inherit = 'channel.reconciliation'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members):
        """A statement that was withdrawn is no longer there."""
        return Domain('member_id', 'in', members.ids) & Domain('state', '!=', 'withdrawn')

    @api.model
    def _portal_get_waiting_domain(self, members):
        """Those that wait for the member: to be signed, or with a refusal to be taken or escalated."""
        return self._portal_get_domain(members) & (
            Domain('state', '=', 'waiting') | Domain('dispute_ids.state', '=', 'refused'))

    def _portal_get_reasons(self):
        """[(code, label)] to choose from for a line"""
        labels = dict(self.env['channel.reconciliation.dispute']._fields['reason']._description_selection(self.env))
        return [(code, labels[code]) for code in MEMBER_REASONS]

    def _portal_get_agreed_amount(self):
        """The balance without what is disputed."""
        self.ensure_one()
        return self.closing_amount - self.disputed_amount

    def _portal_sign(self, user, name, sha256, ip):
        """Agree to all that is not disputed.

        :param sha256: of the statement as the page has shown it
        :raise UserError: without a name, another content, or it was signed already
        """
        self.ensure_one()
        self._lock()
        name = ' '.join((name or '').split())[:NAME_LENGTH]
        if not name:
            raise UserError(self.env._("Write your name: it stands under the statement."))
        if self.state != 'waiting':
            raise UserError(self.env._("This statement has been signed already."))
        if sha256 != self.sha256 or not self.is_intact:
            raise UserError(self.env._("This is not the statement that was issued. Open it again."))
        link = self.member_id.sudo().user_link_ids.filtered(
            lambda link: link.user_id == user and link.role in FINANCE_ROLES)[:1]
        self._sign('signed', {'user_id': user.id, 'name': name, 'role': link.role, 'ip': ip})
        self.sudo().message_post(body=self.env._(
            "Signed by %(name)s. Not agreed to: %(count)s lines.", name=name, count=self.dispute_count))

    def _portal_dispute(self, user, line_id, reason, text, file=None, their_amount=0.0):
        """Dispute one line.

        :param file: (name, bytes) or None
        :raise UserError: no such line, no reason, too late, or disputed already
        """
        self.ensure_one()
        self._lock()
        line = self.line_ids.filtered(lambda line: line.id == line_id)
        text = (text or '').strip()
        if self.state != 'waiting':
            raise UserError(self.env._("This statement has been signed already."))
        if not line or reason not in MEMBER_REASONS:
            raise UserError(self.env._("Choose a line and a reason."))
        if len(text) > TEXT_LENGTH:
            raise UserError(self.env._("At most %s letters.", TEXT_LENGTH))
        if any(dispute.state != 'withdrawn' for dispute in line.dispute_ids):
            raise UserError(self.env._("%s was disputed already.", line.display_name))
        Dispute = self.env['channel.reconciliation.dispute']
        return self._create_disputes(user, [{
            **self._prepare_dispute(line), 'reason': reason, 'text': text, 'their_amount': their_amount,
            **Dispute._prepare_file_values(file)}])

    def _prepare_dispute(self, line):
        return {'line_id': line.id, 'name': line.display_name, 'amount': line._get_part()}

    def _create_disputes(self, user, vals_list):
        self.ensure_one()
        if len(self.dispute_ids) + len(vals_list) > MAX_DISPUTES:
            raise UserError(self.env._("More than %s disputed lines: talk to headquarters.", MAX_DISPUTES))
        disputes = self.env['channel.reconciliation.dispute'].with_user(user).sudo().with_context(
            mail_create_nosubscribe=True).create([
                {**values, 'reconciliation_id': self.id, 'user_id': user.id} for values in vals_list])
        disputes._plan_answer()
        return disputes

    def _portal_step(self, user, dispute_id, step, text=''):
        """What the member does with a dispute: take it back, take the answer, or ask a manager.

        :param step: withdraw, close or escalate
        :raise UserError: not possible where it stands
        """
        self.ensure_one()
        dispute = self.dispute_ids.filtered(lambda dispute: dispute.id == dispute_id).sudo()
        text = (text or '').strip()[:TEXT_LENGTH]
        if step == 'withdraw':
            dispute._move(('open',), {'state': 'withdrawn'})
            dispute.activity_unlink(['mail.mail_activity_data_todo'])
        elif step == 'close':
            dispute._move(('accepted', 'refused'), {'state': 'closed'})
        elif step == 'escalate':
            if not text:
                raise UserError(self.env._("Say why the answer is wrong: a manager reads it."))
            if dispute.is_escalated:
                raise UserError(self.env._("A manager has decided already."))
            dispute._move(('refused',), {'state': 'escalated', 'is_escalated': True, 'escalation': text})
            dispute._plan_answer()
        dispute.message_post(
            body=self.env._("%(name)s: %(step)s", name=user.name, step=self._get_step_names()[step]),
            author_id=user.partner_id.id)

    def _get_step_names(self):
        _ = self.env._
        return {'withdraw': _("taken back"), 'close': _("closed"), 'escalate': _("escalated")}

    # --- the member's own ledger

    def _portal_take_ledger(self, user, name, content):
        """Read and keep the member's own ledger, to be compared with the statement.

        :raise UserError: no table, or without the columns for number, date and amount
        """
        self.ensure_one()
        if self.state != 'waiting':
            raise UserError(self.env._("This statement has been signed already."))
        return self.env['channel.reconciliation.ledger'].with_user(user).sudo()._take(self, name, content)

    def _portal_dispute_ledger(self, user, ledger_id):
        """Dispute everything in which the member's ledger differs. :return: the disputes"""
        self.ensure_one()
        self._lock()
        if self.state != 'waiting':
            raise UserError(self.env._("This statement has been signed already."))
        ledger = self.ledger_ids.filtered(lambda ledger: ledger.id == ledger_id)
        if not ledger:
            raise UserError(self.env._("Upload your ledger first."))
        values = ledger._prepare_disputes()
        return self._create_disputes(user, values) if values else self.env['channel.reconciliation.dispute']


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override to add the statements that wait for the member."""
        Statement = self.env['channel.reconciliation']
        return {
            **super()._portal_get_task_domains(),
            'to_sign': [(Statement, Statement._portal_get_waiting_domain(self))],
        }
