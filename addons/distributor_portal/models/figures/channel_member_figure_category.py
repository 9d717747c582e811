from odoo import api, fields, models
from odoo.tools import SQL


class ChannelMemberFigureCategory(models.Model):
    """What a member ordered of a group of products in a month."""

    _name = 'channel.member.figure.category'
    _description = "Figures of a Member by Product Group"
    _order = 'month desc, member_id, amount desc'
    _rec_name = 'categ_id'

    member_id = fields.Many2one('channel.member', required=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    month = fields.Date(required=True, help="Its first day.")
    categ_id = fields.Many2one('product.category', "Product Group", ondelete='cascade')
    amount = fields.Monetary("Ordered", help="Before tax, in the company's currency.")

    is_kept = fields.Boolean("From Before", default=True, help="As on the figures of the member.")

    _by_member = models.Index('(member_id, month)')
    _by_month = models.Index('(company_id, month)')

    # === BUSINESS METHODS === #

    @api.model
    def _count(self, company, since, counted):
        """Put what `counted` finds (member, month, category, amount) in the place of the months from `since` on."""
        self.env.cr.execute(SQL(
            "DELETE FROM channel_member_figure_category WHERE company_id = %s AND month >= %s AND is_kept IS NOT TRUE",
            company.id, since))
        self.env.cr.execute(SQL(
            """INSERT INTO channel_member_figure_category (company_id, is_kept, member_id, month, categ_id, amount)
                    SELECT %s, FALSE, counted.* FROM (%s) counted""", company.id, counted))
