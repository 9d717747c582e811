from odoo import fields, models

from .ir_actions_report import PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_printer = fields.Selection(
        [('auto', "Chromium, unless a patched wkhtmltopdf is there"), ('chromium', "Chromium"),
         ('odoo', "wkhtmltopdf")],
        "PDF Printer", default='auto', config_parameter=PARAMETER)
