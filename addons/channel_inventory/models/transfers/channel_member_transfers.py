from odoo import models

from odoo.addons.distributor_portal.const import FINANCE_ROLES, ORDERING_ROLES, RECEIVING_ROLES

SHIPPING_ROLES = ('owner', 'warehouse')


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    # === ACTION METHODS === #

    def action_view_transfers(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_transfer_action')
        return {**action, 'context': {}, 'domain': [
            '|', ('giver_id', 'in', self.ids), ('receiver_id', 'in', self.ids)]}

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override of ours to add transfers that wait for these people, and bills to confirm."""
        mine = {roles: self & self.env.user._channel_get_members(roles) for roles in (
            ORDERING_ROLES, SHIPPING_ROLES, RECEIVING_ROLES, FINANCE_ROLES)}
        Transfer, Bill, payers = self.env['channel.transfer'], self.env['channel.transfer.bill'], mine[FINANCE_ROLES]
        waiting = [(Transfer, Transfer._portal_get_waiting_domain(
            mine[ORDERING_ROLES], mine[SHIPPING_ROLES], mine[RECEIVING_ROLES]))] if any(mine.values()) else []
        bills = [(Bill, [
            ('state', '=', 'open'), '|', '&', ('giver_id', 'in', payers.ids), ('giver_confirmed_at', '=', False),
            '&', ('receiver_id', 'in', payers.ids), ('receiver_confirmed_at', '=', False)])] if payers else []
        return {**super()._portal_get_task_domains(), 'transfers': waiting + bills}
