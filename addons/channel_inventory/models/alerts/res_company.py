from decimal import Decimal

from odoo import fields, models

from ...engine import alerts


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_watcher_ids = fields.Many2many(
        'res.users', 'channel_company_watcher_rel', 'company_id', 'user_id', "Who Watches Stock",
        domain=[('share', '=', False)],
        help="Who is dealt new stock alerts every morning. Leaks go to the analysts of suspicions.")
    channel_stock_alert_budget = fields.Integer(
        "Alerts a Day", default=20, help="How many new ones one person is dealt a day, the most urgent first.")
    channel_alert_sms = fields.Boolean(
        "Alerts by SMS Too", help="Whoever is dealt alerts is told by mail; with this, by SMS as well.")
    channel_alert_day = fields.Date("Alerts Looked For", readonly=True, help="The last night whose turn it was.")
    channel_alert_upto = fields.Integer("Up to Member", readonly=True, help="That night has come so far.")

    _channel_stock_alert_budget_positive = models.Constraint(
        'CHECK (channel_stock_alert_budget >= 0)', "The number of alerts a day is not negative.")

    # === BUSINESS METHODS === #

    def _channel_get_usual_policy(self):
        """What holds where no policy says otherwise: the limits of the company's settings."""
        self.ensure_one()
        limits = self._channel_get_stock_limits()
        return alerts.Policy(
            'days', days=Decimal(limits.short_days), lead_days=Decimal(max(1, limits.short_days)),
            ahead_days=limits.expiry_days, slow_days=limits.slow_days, supply_days=limits.supply_days)
