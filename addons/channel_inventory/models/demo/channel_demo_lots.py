from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ...engine import history

# SKU: how many days it keeps, days between two lots.
KEEPS = {
    'CHL-F-950': (21, 7), 'CHL-F-450': (21, 7), 'CHL-D-180': (28, 14), 'CHL-P-120': (35, 14), 'CHL-T-400': (45, 14),
    'CHL-W-250': (60, 14), 'CHL-C-200': (120, 28), 'CHL-S-160': (180, 28), 'CHL-K-90': (180, 28),
    'CHL-B-227': (240, 28),
}
AT_HQ = 2  # so many lots of each lie in each warehouse


class ChannelDemo(models.AbstractModel):
    """What is chilled has lots and dates, at headquarters and everywhere below."""

    _inherit = 'channel.demo'

    @api.model
    def _load_lots(self, start, days):
        """Switch what is chilled over to lots.

        :return: {(SKU, number of the lot): lot}, all that were made in these days
        """
        self.env.ref('base.group_user')._apply_group(self.env.ref('stock.group_production_lot'))
        products = {product.default_code: product for product in self.env['product.product'].search(
            [('default_code', 'in', list(KEEPS))])}
        pickings = self._free_reserved(products)
        for sku, product in products.items():
            shelf = KEEPS[sku][0]
            product.product_tmpl_id.write({
                'tracking': 'lot', 'use_expiration_date': True, 'expiration_time': shelf, 'use_time': shelf // 10,
                'removal_time': shelf // 7, 'alert_time': shelf // 4})
        self.env.ref('distributor_portal.demo_category_chilled').removal_strategy_id = self.env.ref(
            'product_expiry.removal_fefo')
        lots = self._create_lots(products, start, days)
        self._stock_lots(products, lots, days)
        if pickings:
            pickings.action_assign()
        return lots

    @api.model
    def _free_reserved(self, products):
        """Goods without a lot cannot be delivered any more: what is set aside is set aside anew."""
        moves = self.env['stock.move'].search([
            ('product_id', 'in', [product.id for product in products.values()]),
            ('state', 'in', ('assigned', 'partially_available'))])
        pickings = moves.picking_id
        moves._do_unreserve()
        return pickings

    @api.model
    def _create_lots(self, products, start, days):
        made = {
            (sku, number): history.lot_life(number, *KEEPS[sku])
            for sku in products for number in range((days - 1) // KEEPS[sku][1] + 1)}
        lots = self.env['stock.lot'].create([{
            'name': f"L{start + timedelta(days=first):%y%m%d}",
            'product_id': products[sku].id,
            'company_id': self.env.company.id,
            'expiration_date': datetime.combine(start + timedelta(days=last), time(15)),
        } for (sku, _number), (first, last) in made.items()])
        return dict(zip(made, lots, strict=True))

    @api.model
    def _stock_lots(self, products, lots, days):
        """What lay in the warehouses without lots lies there in the latest ones."""
        quants = self.env['stock.quant'].with_context(inventory_mode=True).search([
            ('product_id', 'in', [product.id for product in products.values()]), ('lot_id', '=', False),
            ('location_id.usage', '=', 'internal'), ('quantity', '>', 0)])
        counts = []
        for quant in quants:
            sku = quant.product_id.default_code
            last = (days - 1) // KEEPS[sku][1]
            numbers = [number for number in range(last, last - AT_HQ, -1) if lots[sku, number].expiration_date
                       > fields.Datetime.now()]
            counts += [{
                'product_id': quant.product_id.id, 'location_id': quant.location_id.id, 'lot_id': lots[sku, number].id,
                'inventory_quantity': quant.quantity * (.7 if number == last else .3 / max(1, len(numbers) - 1)) // 1,
            } for number in numbers]
        quants.inventory_quantity = 0
        (quants | quants.create(counts)).action_apply_inventory()
