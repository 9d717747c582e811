from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..network.channel_member import ROLES

NAME_LENGTH = 100
EMAIL_LENGTH = 254
MAX_OPEN = 50


class ChannelInvitation(models.Model):
    """That somebody is asked to act for a member.

    An address that has a login elsewhere gets no access by this: headquarters decides. Who invites sees no difference,
    so nobody learns which addresses have one.
    """

    _name = 'channel.invitation'
    _description = "Invitation"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'

    name = fields.Char("Person", required=True)
    email = fields.Char("E-mail", required=True)
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='member_id.company_id', store=True)
    role = fields.Selection(ROLES, required=True, default='buyer')
    state = fields.Selection(
        [('sent', "Sent"), ('hq', "Headquarters Decides"), ('accepted', "Accepted"), ('withdrawn', "Withdrawn"),
         ('refused', "Refused")], required=True, default='sent', readonly=True, index=True, tracking=True)
    user_id = fields.Many2one('res.users', "Login", readonly=True, index='btree_not_null', ondelete='set null')
    invited_by_id = fields.Many2one(
        'res.users', "Invited By", required=True, readonly=True, default=lambda self: self.env.user,
        ondelete='restrict')
    sent_at = fields.Datetime("Sent", readonly=True)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """A new one is sent at once."""
        invitations = super().create([
            {**vals, 'state': 'sent', 'user_id': False, 'email': email_normalize(vals.get('email') or '') or ''}
            for vals in vals_list])
        for invitation in invitations:
            invitation._send()
        return invitations

    # === ACTION METHODS === #

    def action_resend(self):
        """Send the link again; the one before stays good for as long as it was."""
        self.check_access('write')
        self._resend()

    def action_withdraw(self):
        """The link is good no more."""
        self.check_access('write')
        self._withdraw()

    def action_refuse(self):
        """The address belongs to somebody else's login: nothing comes of it."""
        self.check_access('write')
        self.filtered(lambda invitation: invitation.state == 'hq')._close('refused')

    # === BUSINESS METHODS === #

    def _send(self):
        """Make the contact and its login, and mail the link; where the address is known, ask headquarters."""
        self.ensure_one()
        if not self.email or len(self.email) > EMAIL_LENGTH:
            raise UserError(self.env._("This is no e-mail address."))
        invitation = self.sudo()
        known = self._find_login()
        roles = dict(self._fields['role']._description_selection(self.env))
        self.env['channel.member.event']._note('invited', self.member_id, new=roles[self.role], invitation=self)
        invitation.sent_at = fields.Datetime.now()
        if known and not self._may_take(known):
            invitation.state = 'hq'
            self.member_id._tell_desk(
                self.env._("Invitation of an address that has a login"),
                self.env._("%(email)s was invited for %(member)s. Ask who it is, then decide on the invitation.",
                           email=self.email, member=self.member_id.display_name), self)
            return
        invitation.user_id = known or self._create_login()
        invitation._admit()
        invitation._mail()

    def _find_login(self):
        return self.env['res.users'].sudo().with_context(active_test=False).search(
            ['|', ('login', '=ilike', _escape(self.email)), ('email', '=ilike', _escape(self.email))], limit=1)

    def _may_take(self, user):
        """Only a person of the member's own that has nothing else: it left, and comes back."""
        return (
            user.share and user.partner_id.commercial_partner_id == self.member_id.partner_id
            and not user.channel_link_ids and user.login == self.email)

    def _create_login(self):
        member = self.member_id.sudo()
        contact = self.env['res.partner'].sudo().create({
            'name': self.name, 'email': self.email, 'parent_id': member.partner_id.id, 'type': 'contact',
            'lang': self.env.user.lang, 'tz': self.env.user.tz})
        return self.env['res.users'].sudo().with_context(no_reset_password=True)._create_user_from_template({
            'login': self.email, 'email': self.email, 'partner_id': contact.id,
            'company_id': member.company_id.id, 'company_ids': [fields.Command.set(member.company_id.ids)]})

    def _admit(self):
        """The login is good, and has the role."""
        user = self.user_id
        user.write({'active': True, 'group_ids': [
            fields.Command.link(self.env.ref('base.group_portal').id),
            fields.Command.unlink(self.env.ref('base.group_public').id)]})
        if user not in self.member_id.with_context(active_test=False).user_link_ids.user_id:
            # The invitation is on record already.
            self.env['channel.member.user'].sudo().with_context(channel_is_invited=True).create({
                'member_id': self.member_id.id, 'user_id': user.id, 'role': self.role})

    def _mail(self):
        """Odoo's own mail with a link to choose a password, by its queue: nothing leaves before this is committed."""
        self.ensure_one()
        self.user_id.partner_id.signup_prepare()
        template = self.env.ref('auth_signup.portal_set_password_email').sudo()
        template.with_context(
            dbname=self.env.cr.dbname, lang=self.user_id.lang, medium='portalinvite',
            welcome_message=self.env._("%(who)s invites you to the dealer centre of %(member)s.",
                                       who=self.invited_by_id.name, member=self.member_id.name),
        ).send_mail(self.user_id.id, force_send=False)

    def _resend(self):
        for invitation in self.filtered(lambda invitation: invitation._is_open()):
            invitation.sudo().sent_at = fields.Datetime.now()
            self.env['channel.member.event']._note('invited_again', invitation.member_id, invitation=invitation)
            if invitation.state == 'sent':
                invitation.sudo()._mail()

    def _withdraw(self):
        for invitation in self.filtered(lambda invitation: invitation._is_open()):
            self.env['channel.member.event']._note('withdrawn', invitation.member_id, invitation=invitation)
            self.env['channel.member.user'].sudo().search([
                ('member_id', '=', invitation.member_id.id), ('user_id', 'in', invitation.sudo().user_id.ids),
            ])._remove()
            invitation._close('withdrawn')

    def _close(self, state):
        self.sudo().state = state
        self.sudo().activity_unlink(['mail.mail_activity_data_todo'])

    def _is_open(self):
        """Nobody has logged in with it yet."""
        self.ensure_one()
        return self.sudo().state in ('sent', 'hq')


def _escape(text):
    return text.replace('\\', '\\\\').replace('_', r'\_').replace('%', r'\%')
