from odoo import fields, models


class ChannelOrderTemplateLine(models.Model):
    _name = 'channel.order.template.line'
    _description = "Line of an Order Template"
    _order = 'template_id, sequence, id'
    _check_company_auto = True

    template_id = fields.Many2one('channel.order.template', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='template_id.company_id', store=True, index=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        'product.product', "Product", required=True, index=True, ondelete='cascade', check_company=True,
        domain=[('sale_ok', '=', True), ('type', '=', 'consu')])
    qty = fields.Float("Quantity", digits='Product Unit', required=True, default=1)
    uom_id = fields.Many2one(related='product_id.uom_id', string="Unit")

    _once = models.Constraint('UNIQUE (template_id, product_id)', "The product stands in this template already.")
    _qty_positive = models.Constraint('CHECK (qty > 0)', "The quantity is more than nothing.")
