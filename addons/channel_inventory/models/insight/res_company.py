from odoo import fields, models

from ...engine import insight

NAMES = (
    'pace_days', 'turn_days', 'out_days', 'short_days', 'slow_days', 'supply_days', 'old_days', 'expiry_days')


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_stock_pace_days = fields.Integer(
        "Days of Daily Sales", default=28,
        help="Daily sales are the mean of so many days; whole weeks even out weekdays.")
    channel_stock_turn_days = fields.Integer(
        "Days of Stock Turn", default=90,
        help="Turn compares what was sold in so many days with the mean stock of these days.")
    channel_stock_out_days = fields.Integer(
        "Days of Out-of-Stock Rate", default=28,
        help="The rate is the share of so many days that ended with none available.")
    channel_stock_short_days = fields.Integer(
        "Short Below", default=7, help="Stock that lasts for fewer days is short.")
    channel_stock_slow_days = fields.Integer(
        "Slow After", default=60, help="Stock of which nothing was sold for so many days is slow.")
    channel_stock_supply_days = fields.Integer(
        "Slow Above", default=120, help="Stock that lasts for more days is slow, too.")
    channel_stock_old_days = fields.Integer(
        "Old After", default=180, help="Units that came in more than so many days ago are old.")
    channel_stock_expiry_days = fields.Integer(
        "Near Expiry", default=60, help="Units whose lot expires within so many days count as old, whenever they came.")
    channel_stock_silent_days = fields.Integer(
        "Silent After", default=14, help="A member that has reported no sale for so many days is shown as silent.")

    _stock_days_in_range = models.Constraint(
        "CHECK (channel_stock_pace_days BETWEEN 1 AND 365 AND channel_stock_turn_days BETWEEN 1 AND 365"
        " AND channel_stock_out_days BETWEEN 1 AND 365 AND channel_stock_short_days BETWEEN 0 AND 365"
        " AND channel_stock_slow_days BETWEEN 1 AND 730 AND channel_stock_supply_days BETWEEN 1 AND 3650"
        " AND channel_stock_old_days BETWEEN 1 AND 3650 AND channel_stock_expiry_days BETWEEN 0 AND 3650"
        " AND channel_stock_silent_days BETWEEN 1 AND 365)",
        "The limits of stock figures are days, at least one and not more than a year or ten.")

    # === BUSINESS METHODS === #

    def _channel_get_stock_limits(self):
        """`insight.Limits` of this company."""
        self.ensure_one()
        return insight.Limits(**{name: self[f'channel_stock_{name}'] for name in NAMES})
