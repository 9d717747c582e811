from odoo import fields, models

FIELDS = [
    ('external_key', "Key of the row"), ('member', "Member's code"), ('sku', "Product: our SKU"),
    ('gtin', "Product: GTIN, barcode"), ('member_sku', "Product: the member's own code"), ('qty', "Quantity"),
    ('uom', "Unit"), ('date', "Day"), ('price', "Price of one"), ('lot', "Lot"), ('sold_to', "Sold to"),
    ('revision', "Revision"), ('changed_at', "Changed at")]


class ChannelFeedFormatColumn(models.Model):
    """What one column of a sender's files holds."""

    _name = 'channel.feed.format.column'
    _description = "Column of Sales Files"
    _order = 'sequence, id'
    _rec_name = 'header'

    format_id = fields.Many2one('channel.feed.format', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='format_id.company_id')
    sequence = fields.Integer(default=10)
    header = fields.Char(required=True, help="The column's name, as the file writes it.")
    field = fields.Selection(FIELDS, "Holds", help="Empty: nothing that counts.")

    _one_each = models.Constraint('UNIQUE (format_id, header)', "This column is named already.")
