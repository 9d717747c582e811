from odoo import fields, models

from .channel_deviation import DEVIATION_ROLES, OPEN_STATES


class ChannelMember(models.Model):
    """What does not match at a member."""

    _inherit = 'channel.member'

    channel_deviation_count = fields.Integer(
        "Deviations", compute='_compute_channel_deviation_count', groups='distributor_portal.group_channel_user')

    # === COMPUTE METHODS === #

    def _compute_channel_deviation_count(self):
        counts = dict(self.env['channel.deviation']._read_group(
            [('member_id', 'in', self.ids), ('state', 'in', OPEN_STATES)], ['member_id'], ['__count']))
        for member in self:
            member.channel_deviation_count = counts.get(member, 0)

    # === ACTION METHODS === #

    def action_view_deviations(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_deviation_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)]}

    def action_reconcile(self):
        """Compare these members anew."""
        self.check_access('write')
        for company, members in self.grouped('company_id').items():
            run = self.env['channel.stock.reconciliation'].with_company(company).create({
                'company_id': company.id, 'member_ids': members.ids})
            run.action_run()
        return self.action_view_deviations()

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override of ours to add what the member is asked about."""
        mine = self & self.env.user._channel_get_members(DEVIATION_ROLES)
        Deviation = self.env['channel.deviation']
        return {
            **super()._portal_get_task_domains(),
            'deviations': [(Deviation, Deviation._portal_get_domain(mine, 'asked'))] if mine else [],
        }
