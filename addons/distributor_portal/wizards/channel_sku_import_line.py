from odoo import fields, models


class ChannelSkuImportLine(models.TransientModel):
    """A row of the file, as the check found it."""

    _name = 'channel.sku.import.line'
    _description = "Product Code Import Row"
    _order = 'outcome desc, number'

    import_id = fields.Many2one('channel.sku.import', required=True, index=True, ondelete='cascade')
    number = fields.Integer("Row")
    member = fields.Char()
    code = fields.Char("Its Code")
    product = fields.Char("Our Product")
    outcome = fields.Selection([('create', "New"), ('same', "Known"), ('error', "Error")])
    errors = fields.Char("What Is Wrong")
