from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_watcher_ids = fields.Many2many(related='company_id.channel_watcher_ids', readonly=False)
    channel_alert_sms = fields.Boolean(related='company_id.channel_alert_sms', readonly=False)
    channel_stock_alert_budget = fields.Integer(related='company_id.channel_stock_alert_budget', readonly=False)
