from odoo import fields, models


class ChannelTier(models.Model):
    _inherit = 'channel.tier'

    min_order_amount = fields.Float(
        "Smallest Order Amount", digits='Product Price',
        help="Before tax, in the company's currency. 0: any amount. Judged by the rule “Smallest order amount”.")

    _min_order_amount_not_negative = models.Constraint(
        'CHECK (min_order_amount >= 0)', "The smallest order amount is not negative.")
