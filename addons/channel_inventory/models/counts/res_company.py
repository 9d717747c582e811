from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_count_blind = fields.Boolean(
        "Members Count Blind", default=True,
        help="Whoever counts in the dealer centre does not see what the book says.")
    channel_recount_rate = fields.Float(
        "Recount From", default=.1,
        help="A share of the book: what differs by more is counted again before it is posted.")
    channel_recount_qty = fields.Float(
        "Recount From Pieces", default=5, digits='Product Unit',
        help="Differences up to this many, in the product's own unit, are never counted again.")
    channel_count_days = fields.Integer(
        "Counts Followed", default=60,
        help="So many days after a count, sales of before it that come in late still correct it.")
    channel_count_upto = fields.Integer(
        "Counts Followed Up to Member", readonly=True, help="This round has come so far. 0: it is over.")

    _recount_not_negative = models.Constraint(
        'CHECK (channel_recount_rate >= 0 AND channel_recount_qty >= 0 AND channel_count_days >= 0)',
        "Less than nothing is no limit.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_count_blind = fields.Boolean(related='company_id.channel_count_blind', readonly=False)
    channel_recount_rate = fields.Float(related='company_id.channel_recount_rate', readonly=False)
    channel_recount_qty = fields.Float(related='company_id.channel_recount_qty', readonly=False)
    channel_count_days = fields.Integer(related='company_id.channel_count_days', readonly=False)
