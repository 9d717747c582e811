from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_invoice_on_receipt = fields.Boolean(
        "Invoice at Receipt", default=True, help="A delivery that its member has scanned in is invoiced at once.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_invoice_on_receipt = fields.Boolean(related='company_id.channel_invoice_on_receipt', readonly=False)
