from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_origin_days = fields.Integer(related='company_id.channel_origin_days', readonly=False)
