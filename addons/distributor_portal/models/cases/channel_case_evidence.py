import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ...engine import files

ORIGINS = [
    ('hq', "Headquarters"), ('member', "Accused Member"), ('harmed', "Harmed Member"), ('system', "Another System")]


class ChannelCaseEvidence(models.Model):
    """A file of a case as it was handed in. It is never changed or deleted; withdrawing it is a fact of its own."""

    _name = 'channel.case.evidence'
    _description = "Evidence"
    _inherit = ['channel.append.only']
    _order = 'case_id, id'

    case_id = fields.Many2one('channel.case', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    name = fields.Char("File", required=True)
    # Nobody reads it by RPC or /web/content: it is served as a download only, by controllers/cases.py.
    content = fields.Binary(attachment=True, groups=NO_ACCESS)
    sha256 = fields.Char("SHA-256", required=True)
    size = fields.Integer("Bytes", required=True)
    mimetype = fields.Char("Type", required=True, help="Told by the content, not by the name.")
    origin = fields.Selection(ORIGINS, required=True)
    description = fields.Char()
    user_id = fields.Many2one('res.users', "Handed In By", required=True, ondelete='restrict')
    handed_in_at = fields.Datetime("Handed In", required=True)
    order_ids = fields.Many2many('sale.order', string="Orders")
    verdict_ids = fields.Many2many('channel.verdict', string="Verdicts")
    statement_id = fields.Many2one(
        'channel.case.statement', "Member's Statement", index='btree_not_null', ondelete='restrict')
    event_ids = fields.One2many('channel.case.evidence.event', 'evidence_id', "History")
    is_withdrawn = fields.Boolean("Withdrawn", compute='_compute_from_events')
    withdrawn_reason = fields.Char("Why Withdrawn", compute='_compute_from_events')
    is_disclosed = fields.Boolean(
        "Disclosed", compute='_compute_from_events', help="The accused member can see it.")
    url = fields.Char(compute='_compute_url')

    # === COMPUTE METHODS === #

    @api.depends('event_ids')
    def _compute_from_events(self):
        for evidence in self:
            withdrawn = evidence.event_ids.filtered(lambda event: event.kind == 'withdrawn')[:1]
            evidence.is_withdrawn = bool(withdrawn)
            evidence.withdrawn_reason = withdrawn.reason
            evidence.is_disclosed = evidence.origin == 'member' or any(
                event.kind == 'disclosed' for event in evidence.event_ids)

    def _compute_url(self):
        for evidence in self:
            evidence.url = f'/channel/evidence/{evidence.id}'

    # === ACTION METHODS === #

    def action_withdraw(self):
        """Ask for the reason, then strike it out."""
        self.check_access('read')
        self.case_id.check_access('write')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Withdraw Evidence"),
            'res_model': 'channel.case.withdraw',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_evidence_id': self.id},
        }

    def action_disclose(self):
        """Show it to the accused member, after the notice as well."""
        self.check_access('read')
        self.case_id.check_access('write')
        if any(not case.notified_at for case in self.case_id):
            raise UserError(self.env._("Before the notice nothing is disclosed: choose it with the notice."))
        self._disclose()

    def action_download(self):
        self.check_access('read')
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.url, 'target': 'download'}

    # === BUSINESS METHODS === #

    @api.model
    def _add(self, case, name, content, origin, **values):
        """Keep a file of `case`. :param content: bytes

        :raise UserError: of a type or size that is not taken
        """
        try:
            found = files.sniff_file(name or '', content)
        except files.FileRefused as refused:
            raise UserError(self._explain_refusal(name, refused)) from refused
        return self.sudo().create([{
            **values,
            'case_id': case.id,
            'company_id': case.company_id.id,
            'name': files.safe_name(name, found.extension),
            'content': base64.b64encode(content),
            'sha256': hashlib.sha256(content).hexdigest(),
            'size': len(content),
            'mimetype': found.mimetype,
            'origin': origin,
            'user_id': self.env.uid,
            'handed_in_at': fields.Datetime.now(),
        }])

    @api.model
    def _explain_refusal(self, name, refused):
        taken = ", ".join(files.TYPES)
        reasons = {
            'file_empty': self.env._("it is empty"),
            'file_too_large': self.env._("it is larger than 20 MiB"),
            'type_not_taken': self.env._("files of this type are not taken, only %s", taken),
            'not_what_it_says': self.env._("its content is not what its name says"),
            'has_macros': self.env._("it holds macros: save it without"),
            'unpacks_too_large': self.env._("it unpacks to more than we can read"),
        }
        return self.env._("%(file)s is not taken: %(reason)s.", file=(name or "?")[:100], reason=reasons[refused.key])

    def _get_content(self):
        """The bytes as they lie in the file store now; empty where they are lost."""
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).content or b'')

    def _find_differing(self):
        """Those whose bytes are no longer the ones handed in."""
        return self.filtered(lambda evidence: hashlib.sha256(evidence._get_content()).hexdigest() != evidence.sha256)

    def _disclose(self):
        for evidence in self:
            if evidence.is_withdrawn:
                raise UserError(self.env._("%s was withdrawn: it is not shown to anybody.", evidence.name))
            evidence.case_id._check_harmless(f"{evidence.name} {evidence.description or ''}")
        self._note('disclosed', self.filtered(lambda evidence: not evidence.is_disclosed))

    def _withdraw(self, reason):
        """Strike it out. :raise UserError: without a reason, or when the case is decided on it"""
        self.ensure_one()
        reason = (reason or '').strip()
        if not reason:
            raise UserError(self.env._("Say why: whoever looks at the case later has to know."))
        if self.is_withdrawn:
            raise UserError(self.env._("%s was withdrawn already.", self.name))
        if self.case_id.found_at:
            raise UserError(self.env._("The case was decided on this evidence: it stays."))
        self._note('withdrawn', self, reason)

    def _note(self, kind, evidence, reason=None):
        self.env['channel.case.evidence.event'].sudo().create([{
            'evidence_id': one.id,
            'company_id': one.company_id.id,
            'kind': kind,
            'reason': reason,
            'user_id': self.env.uid,
        } for one in evidence])
        evidence.invalidate_recordset()
        evidence.case_id.invalidate_recordset(['evidence_count'])
