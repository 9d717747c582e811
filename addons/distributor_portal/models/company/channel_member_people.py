from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from ..network.channel_member import ROLES
from .channel_invitation import MAX_OPEN, NAME_LENGTH

MAX_PEOPLE = 200
SHOWN_EVENTS = 30
ROLE_KEYS = [key for key, _label in ROLES]


class ChannelMember(models.Model):
    """A member's people, managed by its owners or by headquarters."""

    _name = 'channel.member'
    _inherit = ['channel.member', 'mail.activity.mixin']

    invitation_ids = fields.One2many(
        'channel.invitation', 'member_id', "Invitations", domain=[('state', 'in', ('sent', 'hq'))],
        groups='base.group_user')
    people_event_ids = fields.One2many(
        'channel.member.event', 'member_id', "Changes", groups='base.group_user')

    # === ACTION METHODS === #

    def action_invite(self):
        """Invite somebody: the contact and its login are made, and a mail goes out."""
        self.check_access('write')
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Invite Somebody"),
            'res_model': 'channel.invitation',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_member_id': self.id, 'default_role': 'buyer' if self.user_link_ids else 'owner'},
        }

    # === PORTAL === #

    def _portal_get_people(self):
        """{'people': links of those who have logged in, 'invitations': open ones, 'events': the latest changes}"""
        self.ensure_one()
        links = self.user_link_ids.filtered(lambda link: link.user_id.active)
        invitations = self.invitation_ids
        return {
            'people': links.filtered(lambda link: link.user_id not in invitations.user_id).sorted(
                lambda link: (ROLE_KEYS.index(link.role), link.user_id.name or '')),
            'invitations': invitations,
            'events': self.env['channel.member.event'].search([('member_id', '=', self.id)], limit=SHOWN_EVENTS),
            'below': self._portal_get_without_owner(),
        }

    def _portal_get_without_owner(self):
        """Members right below whose first owner this one may invite."""
        if not self.tier_id.invites_below:
            return self.browse()
        below = self.search([
            ('upstream_id', '=', self.id), ('user_link_ids', '=', False), ('state', '=', 'active')], limit=MAX_OPEN)
        return below.filtered(lambda member: not member.invitation_ids)

    def _portal_invite(self, name, email, role):
        """:raise UserError: no name, no address, no role, or too many already"""
        self.ensure_one()
        name = ' '.join(name.split())[:NAME_LENGTH]
        if not name or role not in dict(ROLES):
            raise UserError(self.env._("Give a name, an e-mail address and a role."))
        self._lock_people()
        address = email_normalize(email) or ''
        if address in self.user_link_ids.user_id.mapped('login') + self.invitation_ids.mapped('email'):
            raise UserError(self.env._("%s stands on your list already.", address))
        if len(self.invitation_ids) >= MAX_OPEN or len(self.user_link_ids) >= MAX_PEOPLE:
            raise UserError(self.env._("So many people cannot be invited: remove some first."))
        return self.env['channel.invitation'].sudo().create({
            'member_id': self.id, 'name': name, 'email': email, 'role': role, 'invited_by_id': self.env.uid})

    def _portal_change_person(self, link, role, order_limit):
        """Another role, another limit. :raise UserError: the last owner would be none any more"""
        self.ensure_one()
        self._lock_people()
        if link.role == 'owner' and role != 'owner':
            self._check_owner_left(link)
        link.write({
            **({'role': role} if link.role != role else {}),
            'order_limit': order_limit if role == 'buyer' else 0})

    def _portal_remove_person(self, link):
        """Its access ends with this transaction; what it has done stays. :raise UserError: it is the last owner"""
        self.ensure_one()
        self._lock_people()
        if link.role == 'owner':
            self._check_owner_left(link)
        link._remove()

    # === BUSINESS METHODS === #

    def _lock_people(self):
        """Write the row, so that of two owners who remove each other at once the second finds itself the last."""
        self.env.cr.execute(SQL("UPDATE channel_member SET code = code WHERE id = ANY(%s)", self.ids))

    def _check_owner_left(self, link):
        others = self.user_link_ids.filtered(lambda one: one.role == 'owner' and one.user_id.active) - link
        if not others.filtered('user_id.login_date'):
            raise UserError(self.env._("Somebody has to be the owner: make another person the owner first."))

    def _tell_desk(self, summary, note, record=None):
        """An activity for whom headquarters has looking after this member."""
        user = self._get_hq_contact()
        if user:
            (record or self).sudo().with_context(mail_activity_quick_update=True).activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id, summary=summary, note=note)

    def _get_hq_contact(self):
        """The salesperson if it works on the channel, else the first manager of the channel; maybe nobody."""
        self.ensure_one()
        desk = self.env.ref('distributor_portal.group_channel_user').sudo()
        manager = self.env.ref('distributor_portal.group_channel_manager').sudo()
        salesperson = self.sudo().partner_id.user_id
        if salesperson.active and salesperson in desk.all_user_ids:
            return salesperson
        return manager.all_user_ids.filtered(
            lambda user: user.active and user._is_internal() and self.company_id in user.company_ids
            and user != self.env.ref('base.user_root', raise_if_not_found=False)).sorted('id')[:1]
