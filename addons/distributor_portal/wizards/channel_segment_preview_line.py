from odoo import fields, models

from ..models.segments.channel_segment_rule import SEGMENTS


class ChannelSegmentPreviewLine(models.TransientModel):
    """A member that would move, and why."""

    _name = 'channel.segment.preview.line'
    _description = "Segment Preview Row"

    preview_id = fields.Many2one('channel.segment.preview', required=True, index=True, ondelete='cascade')
    member_id = fields.Many2one('channel.member', required=True, ondelete='cascade')
    segment_before = fields.Selection(SEGMENTS, "Today")
    segment = fields.Selection(SEGMENTS, "Would Be")
    message = fields.Char("Why")
