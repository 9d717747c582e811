from odoo import fields, models
from odoo.fields import Domain

from ...const import CLAIM_ROLES


class ChannelMember(models.Model):
    """How often a member claims, and what of it waits for its people."""

    _inherit = 'channel.member'

    claim_ids = fields.One2many('channel.claim', 'member_id', "Claims", groups='base.group_user')
    claim_count = fields.Integer("Number of Claims", compute='_compute_claim_count', groups='base.group_user')

    # === COMPUTE METHODS === #

    def _compute_claim_count(self):
        counts = dict(self.env['channel.claim']._read_group(
            [('member_id', 'in', self.ids)], ['member_id'], ['__count']))
        for member in self:
            member.claim_count = counts.get(member, 0)

    # === ACTION METHODS === #

    def action_view_claims(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_claim_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)], 'context': {}}

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override of ours to add claims that wait for the member's word."""
        mine = self & self.env.user._channel_get_members(CLAIM_ROLES)
        Claim = self.env['channel.claim']
        waiting = Domain('state', '=', 'draft') | Domain('offer_until', '!=', False)
        return {
            **super()._portal_get_task_domains(),
            'claims': [(Claim, (Claim._portal_get_domain(mine) & waiting) | Claim._portal_get_opinion_domain(mine))],
        }

    def _portal_get_claimable(self, order_id=None):
        """The latest deliveries to these members, all of an order if one is given."""
        domain = Domain('sale_id.channel_member_id', 'in', self.ids) & Domain('state', '=', 'done') & Domain(
            'picking_type_code', '=', 'outgoing')
        if order_id:
            domain &= Domain('sale_id', '=', order_id)
        return self.env['stock.picking'].search(domain, limit=30, order='date_done desc, id desc')
