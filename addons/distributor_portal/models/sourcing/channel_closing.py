from odoo import fields, models


class ChannelClosing(models.Model):
    """Days on which warehouses ship nothing: holidays, stock-taking."""

    _name = 'channel.closing'
    _description = "Closing Days"
    _inherit = ['channel.kept.setup']
    _order = 'date_from desc, id'
    _check_company_auto = True

    name = fields.Char("Occasion", required=True, translate=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    warehouse_ids = fields.Many2many(
        'stock.warehouse', string="Warehouses", check_company=True, help="Empty: all of the company.")
    date_from = fields.Date("First Day", required=True)
    date_to = fields.Date("Last Day", required=True)

    _in_order = models.Constraint('CHECK (date_to >= date_from)', "The last day is not before the first.")
