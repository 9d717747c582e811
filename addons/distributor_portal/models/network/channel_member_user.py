from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .channel_member import ROLES


class ChannelMemberUser(models.Model):
    """A person of a member, and what this person does there."""

    _name = 'channel.member.user'
    _description = "Member User"
    _order = 'member_id, role, id'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    user_id = fields.Many2one('res.users', required=True, index=True, ondelete='cascade')
    role = fields.Selection(
        ROLES, required=True, default='buyer',
        help="Owner: everything. Buyer: orders. Warehouse: receives goods. Finance: invoices and credit.")

    _one_role = models.Constraint('UNIQUE (member_id, user_id)', "This person has a role at this member already.")

    # === CONSTRAINT METHODS === #

    @api.constrains('member_id', 'user_id')
    def _check_user_is_of_member(self):
        for link in self:
            user_sudo = link.user_id.sudo()
            if not user_sudo.share:
                raise ValidationError(self.env._(
                    "%s works at headquarters; members' people are portal users.", user_sudo.name))
            if user_sudo.partner_id.commercial_partner_id != link.member_id.partner_id:
                raise ValidationError(self.env._(
                    "%(user)s is no contact of %(member)s.", user=user_sudo.name, member=link.member_id.name))
