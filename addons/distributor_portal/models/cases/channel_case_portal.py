from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

MAX_FILES = 5
MAX_STATEMENTS = 20
TEXT_LENGTH = 10_000


class ChannelCase(models.Model):
    """What the accused member sees of its case and can say to it. The callers have checked who asks."""

    _inherit = 'channel.case'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members):
        """A case exists for its member from the notice on; one that was dropped before never does."""
        return [('member_id', 'in', members.ids), ('notified_at', '!=', False)]

    def _portal_get_evidence(self):
        """What headquarters has disclosed and not withdrawn, and what the member has handed in itself."""
        self.ensure_one()
        return self.evidence_ids.filtered(lambda evidence: evidence.is_disclosed and not evidence.is_withdrawn)

    def _portal_get_penalties(self):
        """What is held against the member; a compensation is the harmed one's business."""
        self.ensure_one()
        if self.state not in ('executed', 'appeal', 'closed'):
            return self.penalty_ids.browse()
        return self.penalty_ids.filtered(
            lambda penalty: penalty.kind != 'compensation' and penalty.state in ('executed', 'reversed'))

    def _portal_can_answer(self):
        self.ensure_one()
        return self.state == 'hearing' and self.hearing_until >= fields.Date.context_today(self)

    def _portal_can_appeal(self):
        self.ensure_one()
        return self.state == 'executed' and self.appeal_until >= fields.Date.context_today(self)

    def _portal_is_decided(self):
        """Whether the member is told the finding: not before it is executed, or closed without one."""
        self.ensure_one()
        return self.state in ('executed', 'appeal', 'closed') and bool(self.outcome)

    def _portal_state(self, kind, token, text, files):
        """Keep what the member says. The same token again is the same statement.

        :param kind: 'answer' or 'appeal'
        :param files: [(name, bytes)]
        :raise UserError: too late, empty, or a file that is not taken; nothing of it is kept
        """
        self.ensure_one()
        self._lock()
        if self.statement_ids.filtered(lambda statement: statement.token == token):
            return
        may = self._portal_can_answer() if kind == 'answer' else self._portal_can_appeal()
        if not may:
            raise UserError(self.env._("The time for this is over."))
        text = (text or '').strip()
        if not text:
            raise UserError(self.env._("Write down what you have to say."))
        if len(text) > TEXT_LENGTH or len(files) > MAX_FILES or len(self.statement_ids) >= MAX_STATEMENTS:
            raise UserError(self.env._(
                "At most %(letters)s letters and %(files)s files at a time.", letters=TEXT_LENGTH, files=MAX_FILES))
        with self.env.cr.savepoint():
            statement = self.env['channel.case.statement'].sudo().create({
                'case_id': self.id, 'company_id': self.company_id.id, 'kind': kind, 'text': text, 'token': token,
                'user_id': self.env.uid})
            for name, content in files:
                self.env['channel.case.evidence']._add(self, name, content, 'member', statement_id=statement.id)
        if kind == 'appeal':
            self._move(('executed',), 'appeal', appealed_at=fields.Datetime.now())
            self._plan(self.env._("Decide the appeal (another person than %s)", self.found_by_id.name))
        else:
            self.sudo().answered_at = fields.Datetime.now()
            self._plan(self.env._("Read the member's answer"))

    def _lock(self):
        """Write the row, so that of two taps at once the second is run again and finds what the first has left."""
        self.flush_recordset()
        self.env.cr.execute(SQL("UPDATE channel_case SET state = state WHERE id = ANY(%s)", self.ids))

    def _tell_member(self, topic):
        """Mail to the owners who want it, through Odoo's queue. Without details: those stand behind the login."""
        self.ensure_one()
        links, mails = self.member_id.sudo().user_link_ids._wants('case'), []
        for partner in links.user_id.partner_id:
            case = self.with_context(lang=partner.lang)
            subject, text = case._get_member_texts()[topic]
            url = f'{self.get_base_url()}/my/channel/cases/{self.id}'
            mails.append(partner._channel_prepare_mail(subject, text, url))
        self.env['mail.mail'].sudo().create(mails)

    def _get_member_texts(self):
        """{topic: (subject, text)}, in the language of the context"""
        _ = self.env._
        return {
            'notice': (_("Notice: case %s", self.name), _(
                "Headquarters asks for your answer until %s.", format_date(self.env, self.hearing_until))),
            'decision': (_("Decision in case %s", self.name), _(
                "Headquarters has decided. You may appeal until %s.", format_date(self.env, self.appeal_until))),
            'not_guilty': (_("Case %s is closed", self.name), _("Nothing is held against you.")),
            'appeal': (_("Your appeal in case %s", self.name), _("Headquarters has decided on it.")),
        }
