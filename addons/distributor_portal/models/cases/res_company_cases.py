from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_alert_budget = fields.Integer(
        "Signals a Day", default=20, help="How many new signals one analyst is dealt in a day, the most urgent first.")
    channel_analyst_ids = fields.Many2many(
        'res.users', 'channel_company_analyst_rel', 'company_id', 'user_id', "Analysts",
        domain=[('share', '=', False)],
        help="Who is dealt new signals every morning. Others can still take some by themselves.")
    channel_hearing_days = fields.Integer(
        "Days to Answer", default=10, help="How long a member may answer a notice.")
    channel_appeal_days = fields.Integer(
        "Days to Appeal", default=15, help="How long a member may appeal against a decision.")

    _channel_alert_budget_positive = models.Constraint(
        'CHECK (channel_alert_budget >= 0)', "The number of signals a day is not negative.")
    _channel_days_positive = models.Constraint(
        'CHECK (channel_hearing_days > 0 AND channel_appeal_days > 0)',
        "A member has at least one day to answer or appeal.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_alert_budget = fields.Integer(related='company_id.channel_alert_budget', readonly=False)
    channel_analyst_ids = fields.Many2many(related='company_id.channel_analyst_ids', readonly=False)
    channel_hearing_days = fields.Integer(related='company_id.channel_hearing_days', readonly=False)
    channel_appeal_days = fields.Integer(related='company_id.channel_appeal_days', readonly=False)
