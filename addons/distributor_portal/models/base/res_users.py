from odoo import fields, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    channel_link_ids = fields.One2many('channel.member.user', 'user_id', "Channel Roles", groups='base.group_user')

    # === BUSINESS METHODS === #

    def _channel_get_members(self, roles=None):
        """The nodes this user belongs to in person. :param roles: only where it has one of these"""
        self.ensure_one()
        # From the links, which every page reads anyway: one more set of roles costs no query.
        links = self.sudo().channel_link_ids.filtered(lambda link: roles is None or link.role in roles)
        return links.member_id.filtered('active').sorted('code').sudo()
