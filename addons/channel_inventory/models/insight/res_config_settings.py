from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_stock_pace_days = fields.Integer(related='company_id.channel_stock_pace_days', readonly=False)
    channel_stock_turn_days = fields.Integer(related='company_id.channel_stock_turn_days', readonly=False)
    channel_stock_out_days = fields.Integer(related='company_id.channel_stock_out_days', readonly=False)
    channel_stock_short_days = fields.Integer(related='company_id.channel_stock_short_days', readonly=False)
    channel_stock_slow_days = fields.Integer(related='company_id.channel_stock_slow_days', readonly=False)
    channel_stock_supply_days = fields.Integer(related='company_id.channel_stock_supply_days', readonly=False)
    channel_stock_old_days = fields.Integer(related='company_id.channel_stock_old_days', readonly=False)
    channel_stock_expiry_days = fields.Integer(related='company_id.channel_stock_expiry_days', readonly=False)
    channel_stock_silent_days = fields.Integer(related='company_id.channel_stock_silent_days', readonly=False)
