from odoo import fields, models

from ..models.ingest.channel_feed_format_column import FIELDS


class ChannelFeedUploadColumn(models.TransientModel):
    """A column of the file that is being looked at."""

    _name = 'channel.feed.upload.column'
    _description = "Column of a Sales File"
    _order = 'sequence, id'

    upload_id = fields.Many2one('channel.feed.upload', required=True, index=True, ondelete='cascade')
    sequence = fields.Integer()
    header = fields.Char("Column", readonly=True)
    sample = fields.Char("For Example", readonly=True)
    field = fields.Selection(FIELDS, "Holds")
