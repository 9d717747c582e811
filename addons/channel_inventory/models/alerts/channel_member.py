from odoo import fields, models

from odoo.addons.distributor_portal.const import RECEIVING_ROLES


class ChannelMember(models.Model):
    """What somebody at a member should know of its stock, counted with what finds it."""

    _inherit = 'channel.member'

    channel_alert_count = fields.Integer("Stock Alerts", readonly=True, copy=False, groups='base.group_user')
    channel_low_count = fields.Integer("Products Running Low", readonly=True, copy=False, groups='base.group_user')

    # === ACTION METHODS === #

    def action_view_alerts(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_alert_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)], 'context': {'search_default_filter_live': 1}}

    # === PORTAL === #

    def _portal_get_tasks(self):
        """Override of ours to add alerts. No query: members are read in any case, the counts with them."""
        links = self.env.user.sudo().channel_link_ids
        mine = self & links.filtered(lambda link: link.role in RECEIVING_ROLES).member_id
        return {
            **super()._portal_get_tasks(),
            'alerts': sum(member.channel_alert_count for member in mine),
        }
