from odoo import fields, models


class ChannelFeedUploadRow(models.TransientModel):
    """A row of the file that is being looked at."""

    _name = 'channel.feed.upload.row'
    _description = "Row of a Sales File"
    _order = 'id'

    upload_id = fields.Many2one('channel.feed.upload', required=True, index=True, ondelete='cascade')
    number = fields.Integer("Row", readonly=True)
    external_key = fields.Char("Key", readonly=True)
    member = fields.Char(readonly=True)
    product = fields.Char(readonly=True)
    qty = fields.Char("Quantity", readonly=True)
    uom = fields.Char("Unit", readonly=True)
    date = fields.Char(readonly=True)
    problem = fields.Char("Will Be Held", readonly=True)
