from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Sales are found by member first: each is asked by itself, since all at once would read every row of every month.
IS_SOLD = """
    SELECT FROM channel_member m CROSS JOIN LATERAL (
        SELECT FROM channel_sell_through s WHERE s.member_id = m.id AND s.product_id = ANY(%s) LIMIT 1) sold LIMIT 1
"""


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        """Sales have no foreign keys either: a product of which no stock is kept anywhere is known by them alone."""
        self.env.cr.execute(SQL(IS_SOLD, self.ids))
        if self.env.cr.rowcount:
            raise UserError(self.env._("Products that members have sold are archived, not deleted."))
