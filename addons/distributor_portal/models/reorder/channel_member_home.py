from odoo import fields, models

from .memo import get_memo, with_memo

# Products whose prices are looked through for the strip of offers.
PROMOTED = 30
# Orders that wait whose amounts are added up.
SUMMED = 200


class ChannelMember(models.Model):
    """What the home page says beside the sheets."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_shortcuts(self, last_order):
        """What makes the next order short: the sheets of the last order and of the usual basket, and promotions."""
        member = with_memo(self)
        usual = member._portal_get_usual()
        # Products, prices and stocks of the whole page in one go, with the products of the orders beside the last.
        ordered = last_order.order_line.product_id.union(*(row['product'] for row in usual))
        memo = get_memo(member)
        memo.wanted = ordered.ids
        promoted = member._portal_pick_promoted({habit.product for habit in member._portal_get_habits()}, PROMOTED)
        products = promoted | ordered
        (products | last_order.browse(last_order._prefetch_ids).order_line.product_id).mapped('uom_id')
        wanted = last_order._portal_get_wanted() if last_order else []
        member._portal_get_offers(products)
        last_sheet, usual_sheet = member._portal_get_sheets(wanted, usual)
        return {
            'last_order': last_order,
            'last_sheet': last_sheet,
            'usual_sheet': usual_sheet,
            'promotions': member._portal_get_promotions(limit=PROMOTED),
        }

    def _portal_get_waiting(self, shown):
        """What waits for the user's approval: {'orders': the oldest, 'amounts': [(currency, sum)], 'days': age}"""
        orders = self.env['sale.order'].search_fetch(
            self._portal_get_approvals_domain(), ['amount_total', 'currency_id', 'date_order', 'channel_member_id'],
            limit=SUMMED, order='date_order, id')
        return {
            'orders': orders[:shown],
            'amounts': [
                (currency, sum(some.mapped('amount_total')))
                for currency, some in orders.grouped('currency_id').items()],
            'days': (fields.Datetime.now() - orders[0].date_order).days if orders else 0,
        }
