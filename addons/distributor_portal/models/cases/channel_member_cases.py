from odoo import fields, models

from ...const import CASE_ROLES


class ChannelMember(models.Model):
    """What cases mean for a member."""

    _inherit = 'channel.member'

    channel_frozen_until = fields.Date(
        "Assortment Frozen Until", readonly=True, copy=False, groups='base.group_user',
        help="By the penalty of a case: until this day, inclusive, its authorizations are suspended.")
    case_ids = fields.One2many('channel.case', 'member_id', "Cases", groups='base.group_user')
    case_count = fields.Integer("Confirmed Cases", compute='_compute_case_count', groups='base.group_user')

    # === COMPUTE METHODS === #

    def _compute_case_count(self):
        counts = dict(self.env['channel.case']._read_group(
            [('member_id', 'in', self.ids), ('outcome', '=', 'confirmed'), ('appeal_outcome', '!=', 'overturned')],
            ['member_id'], ['__count']))
        for member in self:
            member.case_count = counts.get(member, 0)

    # === ACTION METHODS === #

    def action_view_cases(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_case_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)], 'context': {}}

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override of ours to add what the member is asked to answer, and the cases there are to look at."""
        mine = self & self.env.user._channel_get_members(CASE_ROLES)
        Case = self.env['channel.case']
        domain = Case._portal_get_domain(mine)
        return {
            **super()._portal_get_task_domains(),
            'cases': [(Case, [*domain, ('state', '=', 'hearing'), ('answered_at', '=', False)])] if mine else [],
            'has_cases': [(Case, domain)] if mine else [],
        }
