import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS

from ...engine import files

# topic: the fields of the company that it may change
FIELDS = {
    'name': ('name',),
    'vat': ('vat',),
    'address': ('street', 'street2', 'city', 'zip', 'phone'),
}
MAX_WAITING = 20


class ChannelChangeRequest(models.Model):
    """What a member asks headquarters to change of it: nothing changes before a manager says yes, with one tap."""

    _name = 'channel.change.request'
    _description = "Change Request of a Member"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'

    member_id = fields.Many2one('channel.member', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='member_id.company_id', store=True)
    topic = fields.Selection(
        [('name', "Company name"), ('vat', "Tax number"), ('address', "Address"), ('bank', "Bank account"),
         ('licence', "Renewed licence"), ('erase', "Erasure of personal data")],
        "What", required=True, readonly=True)
    old = fields.Text("Before", readonly=True)
    new = fields.Text("After", readonly=True)
    values = fields.Json(readonly=True, help="What is written when it is approved.")
    authorization_id = fields.Many2one('channel.authorization', "Licence", readonly=True, ondelete='cascade')
    person_id = fields.Many2one('res.users', readonly=True, ondelete='restrict')
    # Nobody reads it by RPC or /web/content: it is served as a download only, by controllers/company.py.
    file = fields.Binary("Content", attachment=True, groups=NO_ACCESS)
    file_name = fields.Char("File", readonly=True)
    file_type = fields.Char(readonly=True)
    file_sha256 = fields.Char("SHA-256", readonly=True)
    file_url = fields.Char("Open the File", compute='_compute_file_url')
    state = fields.Selection(
        [('waiting', "Waits"), ('approved', "Approved"), ('refused', "Refused"), ('withdrawn', "Withdrawn")],
        required=True, default='waiting', readonly=True, index=True, tracking=True)
    user_id = fields.Many2one('res.users', "Asked By", required=True, readonly=True, ondelete='restrict')
    decided_by_id = fields.Many2one('res.users', "Decided By", readonly=True, ondelete='restrict')
    decided_at = fields.Datetime("Decided", readonly=True)
    note = fields.Char("Answer", help="The member reads it. A refusal says why.")

    _one_waiting = models.UniqueIndex(
        "(member_id, topic, COALESCE(authorization_id, 0), COALESCE(person_id, 0)) WHERE state = 'waiting'",
        "Such a change waits already: withdraw it first.")

    # === COMPUTE METHODS === #

    @api.depends('topic', 'member_id')
    def _compute_display_name(self):
        topics = dict(self._fields['topic']._description_selection(self.env))
        for request in self:
            request.display_name = f"{request.member_id.code or ''} {topics.get(request.topic, '')}".strip()

    @api.depends('file_name')
    def _compute_file_url(self):
        for request in self:
            request.file_url = f'/channel/change/{request.id}/file' if request.file_name else False

    # === ACTION METHODS === #

    def action_approve(self):
        """What was asked for is written, exactly so."""
        self.check_access('write')
        self._check_manager()
        for request in self._get_waiting():
            request._apply()
            request._close('approved')

    def action_refuse(self):
        """Nothing changes; the answer says why."""
        self.check_access('write')
        self._check_manager()
        waiting = self._get_waiting()
        if any(not request.note for request in waiting):
            raise UserError(self.env._("A refusal says why: fill in the answer."))
        for request in waiting:
            request._close('refused')

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, member, topic, new, old=None, values=None, **more):
        """Keep a request and tell who looks after the member. One that waits for the same is replaced."""
        mine = [
            ('member_id', '=', member.id), ('topic', '=', topic), ('state', '=', 'waiting'),
            ('authorization_id', '=', more.get('authorization_id', False)),
            ('person_id', '=', more.get('person_id', False))]
        self.sudo().search(mine)._close('withdrawn')
        if self.sudo().search_count([('member_id', '=', member.id), ('state', '=', 'waiting')]) >= MAX_WAITING:
            raise UserError(self.env._("Too much waits already: please wait for headquarters."))
        request = self.sudo().create({
            **more, 'member_id': member.id, 'topic': topic, 'old': old, 'new': new, 'values': values or {},
            'user_id': self.env.uid})
        member._tell_desk(
            request.display_name, self.env._("Before: %(old)s. After: %(new)s.", old=old or "–", new=new or "–"),
            request)
        return request

    @api.model
    def _read_file(self, name, content):
        """Values of a file that was handed in. :raise UserError: of a type or size that is not taken"""
        try:
            found = files.sniff_file(name or '', content)
        except files.FileRefused as refused:
            raise UserError(self.env['channel.case.evidence']._explain_refusal(name, refused)) from refused
        return {
            'file': base64.b64encode(content),
            'file_name': files.safe_name(name, found.extension),
            'file_type': found.mimetype,
            'file_sha256': hashlib.sha256(content).hexdigest(),
        }

    def _get_content(self):
        self.ensure_one()
        return base64.b64decode(self.sudo().with_context(bin_size=False).file or b'')

    def _get_waiting(self):
        waiting = self.filtered(lambda request: request.state == 'waiting')
        if not waiting:
            raise UserError(self.env._("This was decided on already."))
        return waiting

    def _check_manager(self):
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel decide on the data of members."))

    def _apply(self):
        """Write it. :raise UserError: somebody has changed the same since it was asked for"""
        self.ensure_one()
        request = self.sudo()
        partner, values = request.member_id.partner_id, request.values or {}
        if request.topic in FIELDS:
            now = request.member_id._describe_company(request.topic)
            if now != (request.old or ''):
                raise UserError(self.env._(
                    "%(what)s has changed since this was asked for, it is now: %(now)s. Refuse it, or withdraw that.",
                    what=request.display_name, now=now))
            partner.write({name: values[name] for name in FIELDS[request.topic] if name in values})
        elif request.topic == 'bank':
            self.env['res.partner.bank'].sudo().create({
                'partner_id': partner.id, 'acc_number': values['acc_number'],
                'acc_holder_name': values.get('acc_holder_name') or partner.name, 'allow_out_payment': False})
        elif request.topic == 'licence':
            request.authorization_id.date_to = values['date_to']
            request.authorization_id.message_post(body=self.env._(
                "Renewed by the change request of %(who)s, file %(file)s with SHA-256 %(sha)s.",
                who=request.user_id.name, file=request.file_name, sha=request.file_sha256))
        elif request.topic == 'erase':
            request.person_id._channel_erase(request.member_id)
            request.new = False  # it named the person

    def _close(self, state):
        for request in self.sudo():
            request.write({'state': state, **({} if state == 'withdrawn' else {
                'decided_by_id': self.env.uid, 'decided_at': fields.Datetime.now()})})
        self.sudo().activity_unlink(['mail.mail_activity_data_todo'])
