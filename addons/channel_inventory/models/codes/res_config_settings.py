from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_code_prefix = fields.Char(related='company_id.channel_code_prefix', readonly=False)
    channel_code_max_checks = fields.Integer(related='company_id.channel_code_max_checks', readonly=False)
    channel_code_where_to_buy = fields.Char(related='company_id.channel_code_where_to_buy', readonly=False)
