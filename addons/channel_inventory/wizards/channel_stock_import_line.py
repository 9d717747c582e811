from odoo import fields, models


class ChannelStockImportLine(models.TransientModel):
    """A row of the file, as the check found it."""

    _name = 'channel.stock.import.line'
    _description = "Opening Stock Import Row"
    _order = 'is_good, number'

    import_id = fields.Many2one('channel.stock.import', required=True, index=True, ondelete='cascade')
    number = fields.Integer("Row")
    member = fields.Char()
    sku = fields.Char("Product")
    lot = fields.Char()
    state = fields.Char()
    qty = fields.Char("Quantity")
    is_good = fields.Boolean("Good")
    errors = fields.Char("What Is Wrong")
