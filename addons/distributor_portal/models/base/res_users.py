from odoo import fields, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    channel_link_ids = fields.One2many('channel.member.user', 'user_id', "Channel Roles", groups='base.group_user')

    # === BUSINESS METHODS === #

    def _channel_get_members(self, roles=None):
        """The nodes this user belongs to in person. :param roles: only where it has one of these"""
        self.ensure_one()
        domain = self.env['channel.member']._get_own_members_domain(self, roles)
        return self.env['channel.member'].sudo().search(domain)
