from dateutil.relativedelta import relativedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_absurd_qty = fields.Float(
        "Absurd Quantity", default=10_000, digits='Product Unit',
        help="More than this in one row of sales is held until a person has looked at it, in the product's own unit.")
    channel_sales_months = fields.Integer(
        "Months Open", default=25, help="Sales that are older are held: their months are closed.")
    channel_sales_close_day = fields.Integer(
        "Stores Report Until Day", default=5,
        help="Until this day of the month stores can still mend what they have typed in for the month before.")

    _absurd_positive = models.Constraint('CHECK (channel_absurd_qty > 0)', "A limit is more than nothing.")
    _months_positive = models.Constraint('CHECK (channel_sales_months > 0)', "At least one month is open.")
    _close_day_in_month = models.Constraint(
        'CHECK (channel_sales_close_day BETWEEN 0 AND 28)', "Every month has days 1 to 28; 0 closes it at its end.")

    # === BUSINESS METHODS === #

    def _channel_get_first_open_day(self):
        """The first day for which a store may still type in its sales."""
        self.ensure_one()
        today = self._channel_get_today()
        is_open = today.day <= self.channel_sales_close_day
        return today.replace(day=1) - relativedelta(months=1 if is_open else 0)
