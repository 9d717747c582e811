from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ChannelClaimCounter(models.Model):
    """How much of a product of a delivery is claimed, out of how much. Two claims at once cannot both pass."""

    _name = 'channel.claim.counter'
    _description = "What Is Claimed of a Delivery"
    _log_access = False
    _rec_name = 'product_id'

    picking_id = fields.Many2one('stock.picking', "Delivery", required=True, ondelete='cascade')
    product_id = fields.Many2one('product.product', required=True, ondelete='restrict')
    is_surplus = fields.Boolean(
        "Surplus", required=True, default=False, help="Counts what came beyond what was shipped.")
    limit_qty = fields.Float("At Most", digits='Product Unit', required=True)
    claimed_qty = fields.Float("Claimed", digits='Product Unit', required=True)

    _one_each = models.Constraint('UNIQUE (picking_id, product_id, is_surplus)', "This is counted already.")
    _within_limit = models.Constraint(
        'CHECK (claimed_qty >= 0 AND claimed_qty <= limit_qty)', "More is claimed than was shipped.")

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, picking, wanted):
        """Count what is claimed of a delivery. Of two transactions at once the later one is run again.

        :param wanted: {(product, is it surplus): quantity in the product's own unit}
        :raise UserError: there is not so much left to claim
        """
        limits = picking._channel_get_claim_limits()
        for (product, is_surplus), qty in sorted(wanted.items(), key=lambda item: (item[0][0].id, item[0][1])):
            limit = limits.get((product, is_surplus), 0.0)
            key = (picking.id, product.id, is_surplus)
            self.env.execute_query(SQL(
                """INSERT INTO channel_claim_counter (picking_id, product_id, is_surplus, limit_qty, claimed_qty)
                   VALUES (%s, %s, %s, %s, 0) ON CONFLICT (picking_id, product_id, is_surplus) DO NOTHING
                   RETURNING id""", *key, limit))
            taken = self.env.execute_query(SQL(
                """UPDATE channel_claim_counter SET claimed_qty = claimed_qty + %s
                    WHERE picking_id = %s AND product_id = %s AND is_surplus = %s
                      AND claimed_qty + %s <= limit_qty RETURNING id""", qty, *key, qty))
            if not taken:
                left = self._get_left(picking).get((product, is_surplus), 0.0)
                raise UserError(self.env._(
                    "%(product)s: at most %(left)s can still be claimed of delivery %(delivery)s.",
                    product=product.display_name, left=f'{left:g}', delivery=picking.name))
        self.invalidate_model()

    @api.model
    def _give_back(self, picking, quantities):
        """:param quantities: as `_take`"""
        for (product, is_surplus), qty in sorted(quantities.items(), key=lambda item: (item[0][0].id, item[0][1])):
            self.env.execute_query(SQL(
                """UPDATE channel_claim_counter SET claimed_qty = GREATEST(claimed_qty - %s, 0)
                    WHERE picking_id = %s AND product_id = %s AND is_surplus = %s RETURNING id""",
                qty, picking.id, product.id, is_surplus))
        self.invalidate_model()

    @api.model
    def _get_left(self, picking):
        """{(product, is it surplus): what can still be claimed}"""
        taken = {
            (counter.product_id, counter.is_surplus): counter.claimed_qty
            for counter in self.sudo().search([('picking_id', '=', picking.id)])}
        return {
            key: max(limit - taken.get(key, 0.0), 0.0) for key, limit in picking._channel_get_claim_limits().items()}
