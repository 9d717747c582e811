from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_origin_days = fields.Integer(
        "Days to Keep Origins", default=90, required=True,
        help="Network addresses and devices of orders, and places of logins, are deleted after so many days.")

    _channel_origin_days_positive = models.Constraint(
        'CHECK (channel_origin_days BETWEEN 1 AND 730)', "Origins are kept for one day to two years.")
