from odoo import fields, models


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    segment = fields.Selection(tracking=True, help="By the segment rule of its tier, or set by hand.")
    segment_is_manual = fields.Boolean(
        "Segment Set by Hand", tracking=True, groups='base.group_user',
        help="The segment rules leave it alone. Untick, and the next run decides.")
    segment_change_ids = fields.One2many(
        'channel.segment.change', 'member_id', "Segment History", readonly=True, groups='base.group_user')

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to note a segment that somebody sets: from then on it wins over the rules."""
        if 'segment' not in vals:
            return super().write(vals)
        before = {member: member.segment for member in self if member.segment != vals['segment']}
        result = super().write({'segment_is_manual': True, **vals})
        self.env['channel.segment.change'].sudo()._note([{
            'member_id': member.id,
            'company_id': member.company_id.id,
            'rule_id': False,
            'segment_before': segment,
            'segment': vals['segment'],
            'reason': 'segment_by_hand',
            'args': {},
        } for member, segment in before.items()])
        return result

    # === ACTION METHODS === #

    def action_segment_by_rule(self):
        """Let the rules decide again on these members, from the next run on."""
        self.check_access('write')
        self.segment_is_manual = False
