import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS

from ...engine import files

UNANSWERED = ('open', 'escalated')
UNSETTLED = ('open', 'escalated', 'refused')


class ChannelReconciliationDispute(models.Model):
    """That a member does not agree to a line of a statement, or misses one, and what headquarters says to it.

    open → accepted | refused → closed by the member | escalated by it → a manager's accepted | refused → closed
    """

    _name = 'channel.reconciliation.dispute'
    _description = "Disputed Line"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _mail_post_access = 'read'
    _order = 'id desc'

    reconciliation_id = fields.Many2one(
        'channel.reconciliation', "Statement", required=True, readonly=True, index=True, ondelete='restrict')
    line_id = fields.Many2one(
        'channel.reconciliation.line', "Line", readonly=True, index='btree_not_null', ondelete='restrict',
        help="Empty: an entry that the member has and we have not.")
    member_id = fields.Many2one(related='reconciliation_id.member_id', store=True, index=True)
    company_id = fields.Many2one(related='reconciliation_id.company_id', store=True)
    currency_id = fields.Many2one(related='reconciliation_id.currency_id')
    name = fields.Char("Number", required=True, readonly=True, help="Of the invoice or entry.")
    amount = fields.Monetary("Ours", readonly=True, help="As on the statement.")
    their_amount = fields.Monetary("Theirs", readonly=True, help="What the member says it is; 0: it did not say.")
    reason = fields.Selection(
        [('not_received', "Goods not received"), ('price', "Wrong price"), ('quantity', "Wrong quantity"),
         ('paid', "Already paid"), ('unknown', "We do not know it"),
         ('missing_credit', "A rebate or credit is missing"),
         ('differs', "Our books say another amount"), ('missing', "Missing on the statement")],
        required=True, readonly=True)
    text = fields.Text("What the Member Says", readonly=True)
    file = fields.Binary("Content of the File", attachment=True, groups=NO_ACCESS)
    file_name = fields.Char("File", readonly=True)
    file_mimetype = fields.Char(readonly=True)
    file_sha256 = fields.Char("SHA-256 of the File", readonly=True)
    user_id = fields.Many2one('res.users', "Disputed By", required=True, readonly=True, ondelete='restrict')
    state = fields.Selection(
        [('open', "Waits for Headquarters"), ('escalated', "Escalated"), ('accepted', "Accepted"),
         ('refused', "Refused"), ('closed', "Closed"), ('withdrawn', "Taken Back")],
        required=True, readonly=True, default='open', index=True, tracking=True, group_expand=True)
    outcome = fields.Selection([('accepted', "Accepted"), ('refused', "Refused")], readonly=True)
    answer = fields.Text(readonly=True, help="The member reads it.")
    answered_by = fields.Many2one('res.users', readonly=True, ondelete='restrict')
    answered_at = fields.Datetime("Answered", readonly=True)
    is_escalated = fields.Boolean("Was Escalated", readonly=True)
    escalation = fields.Text("Why Escalated", readonly=True)
    correction_id = fields.Many2one(
        'account.move', "Correction", readonly=True, index='btree_not_null', ondelete='restrict',
        help="The credit note or entry that puts it right.")

    _one_live = models.UniqueIndex(
        "(line_id) WHERE state != 'withdrawn'", "This line was disputed already.")

    # === COMPUTE METHODS === #

    @api.depends('name', 'member_id.code')
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = f"{dispute.member_id.code or ''} {dispute.name or ''}".strip()

    # === ACTION METHODS === #

    def action_answer(self):
        """Accept or refuse, with a word to the member."""
        self.check_access('read')
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Answer"),
            'res_model': 'channel.reconciliation.answer', 'view_mode': 'form', 'target': 'new',
            'context': {'default_dispute_id': self.id},
        }

    def action_view_entry(self):
        self.check_access('read')
        return self.line_id.action_view_entry()

    def action_download(self):
        self.check_access('read')
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': f'/channel/disputes/{self.id}/file', 'target': 'download'}

    # === BUSINESS METHODS === #

    def _filter_excluding(self):
        """Those whose line the member does not agree to: not taken back, nor refused and left at that."""
        return self.filtered(lambda dispute: dispute.state != 'withdrawn' and not (
            dispute.state == 'closed' and dispute.outcome != 'accepted'))

    def _filter_unanswered(self):
        return self.filtered(lambda dispute: dispute.state in UNANSWERED)

    def _filter_unsettled(self):
        return self.filtered(lambda dispute: dispute.state in UNSETTLED)

    def _lock(self):
        """Two answers, or an answer and a step of the member, come one after the other."""
        self.reconciliation_id._lock()

    def _move(self, allowed, values):
        """:raise UserError: it is not where it may be left from"""
        self._lock()
        if any(dispute.state not in allowed for dispute in self):
            raise UserError(self.env._("Somebody was faster: look at the dispute again."))
        self.sudo().write(values)

    def _answer(self, outcome, text, correction=None):
        """Headquarters says yes or no. An escalated dispute is a manager's, and not of who answered it first."""
        self.ensure_one()
        if not (text or '').strip():
            raise UserError(self.env._("Write a word to the member: it has to know why, or what comes next."))
        if self.state == 'escalated':
            if not self.env.user.has_group('distributor_portal.group_channel_manager'):
                raise AccessError(self.env._("A manager answers what was escalated."))
            if self.answered_by == self.env.user:
                raise UserError(self.env._("Somebody else than who answered first decides on what was escalated."))
        if correction and correction.sudo().commercial_partner_id != self.member_id.partner_id:
            raise UserError(self.env._("This correction belongs to somebody else's account."))
        self._move(UNANSWERED, {
            'state': outcome, 'outcome': outcome, 'answer': text.strip(), 'answered_by': self.env.uid,
            'answered_at': fields.Datetime.now(), 'correction_id': correction and correction.id})
        self.sudo().activity_feedback(['mail.mail_activity_data_todo'])
        self.sudo()._tell_answer()

    def _close_with_statement(self):
        """The statement is taken back: nothing is left to answer."""
        self.activity_unlink(['mail.mail_activity_data_todo'])
        self.state = 'withdrawn'

    def _plan_answer(self):
        """A task for whoever answers disputes."""
        for dispute in self:
            user = (dispute.company_id.channel_dispute_user_id or dispute.member_id.partner_id.user_id
                    or dispute.reconciliation_id.issued_by)
            dispute.activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id,
                summary=self.env._("Answer: %(member)s disputes %(number)s", member=dispute.member_id.code,
                                   number=dispute.name))

    def _prepare_file_values(self, file):
        """:param file: (name, bytes) or None

        :raise UserError: of a type or size that is not taken
        """
        if not file:
            return {}
        name, content = file
        try:
            found = files.sniff_file(name or '', content)
        except files.FileRefused as refused:
            raise UserError(self.env['channel.case.evidence']._explain_refusal(name, refused)) from refused
        return {
            'file': base64.b64encode(content), 'file_name': files.safe_name(name, found.extension),
            'file_mimetype': found.mimetype, 'file_sha256': hashlib.sha256(content).hexdigest(),
        }

    def _get_file(self):
        """The bytes as they were handed in."""
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).file or b'')
