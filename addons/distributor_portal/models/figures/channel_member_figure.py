from odoo import api, fields, models
from odoo.exceptions import AccessError


class ChannelMemberFigure(models.Model):
    """What a member did in a month: counted every night, kept for good.

    Sums and counts only, so that any months and members add up; shares are made of them where they are shown.
    """

    _name = 'channel.member.figure'
    _description = "Figures of a Member"
    _order = 'month desc, member_id'
    _rec_name = 'member_id'

    member_id = fields.Many2one('channel.member', required=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    upstream_id = fields.Many2one(related='member_id.upstream_id', string="Upstream")
    tier_id = fields.Many2one(
        'channel.tier', "Tier", required=True, ondelete='restrict', help="As it was in that month.")
    month = fields.Date(required=True, help="Its first day.")
    order_count = fields.Integer("Orders", help="Confirmed orders, by order date.")
    order_amount = fields.Monetary("Ordered", help="Before tax, in the company's currency.")
    below_count = fields.Integer("Orders Below", help="Those of all members below it.")
    below_amount = fields.Monetary("Ordered Below", help="By all members below it, before tax.")
    delivery_count = fields.Integer("Deliveries", help="Shipped in this month, with a promised day.")
    on_time_count = fields.Integer(
        "Deliveries on Time",
        help="They left by the day that the promise was built on, or were scanned in by the promised day.")
    due_amount = fields.Monetary(
        "To Deliver", help="What the orders of this month came to that are shipped by now.")
    filled_amount = fields.Monetary("Delivered of It")
    receipt_count = fields.Integer("Receipts", help="Deliveries that were scanned in.")
    difference_count = fields.Integer(
        "With a Difference", help="Receipts with something short, over or damaged.")
    paid_count = fields.Integer("Invoices Paid", help="Those that became fully paid in this month.")
    paid_on_time_count = fields.Integer("Paid in Time", help="By their due date.")
    paid_days = fields.Integer("Days to Pay, Summed", help="From invoice date to last payment.")
    is_kept = fields.Boolean(
        "From Before", default=True,
        help="Loaded from an earlier system: the nightly count leaves it alone. Counted months do not have it.")
    credit_rate = fields.Float(
        "Credit Used", aggregator='avg', help="Share of the limit, as last seen in this month.")
    basket_amount = fields.Monetary("Average Order", compute='_compute_rates')
    on_time_rate = fields.Float("On Time", compute='_compute_rates')
    fill_rate = fields.Float("Filled", compute='_compute_rates', help="Delivered of what was ordered, by value.")
    difference_rate = fields.Float("Differing", compute='_compute_rates')
    pay_days = fields.Float("Days to Pay", compute='_compute_rates', digits=(10, 1))

    _one_a_month = models.Constraint('UNIQUE (member_id, month)', "This month has been counted already.")
    _by_month = models.Index('(company_id, month)')

    # === COMPUTE METHODS === #

    @api.depends('order_amount', 'order_count', 'on_time_count', 'filled_amount', 'difference_count', 'paid_days')
    def _compute_rates(self):
        for figure in self:
            figure.basket_amount = _divide(figure.order_amount, figure.order_count)
            figure.on_time_rate = _divide(figure.on_time_count, figure.delivery_count)
            figure.fill_rate = _divide(figure.filled_amount, figure.due_amount)
            figure.difference_rate = _divide(figure.difference_count, figure.receipt_count)
            figure.pay_days = _divide(figure.paid_days, figure.paid_count)

    # === ACTION METHODS === #

    def action_count(self):
        """Count the last two years again, and rank anew."""
        self.check_access('read')
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel count the figures again."))
        self.sudo()._count_companies(self.env.companies, is_full=True)
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}


def _divide(part, whole):
    return part / whole if whole else 0
