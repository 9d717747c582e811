from odoo import api, models

from .memo import get_memo


class StockRule(models.Model):
    _inherit = 'stock.rule'

    @api.model
    def _search_rule_for_warehouses(self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain):
        """Override of `stock` to search once for all products of a batch that go the same routes."""
        memo = get_memo(self)
        if not memo:
            return super()._search_rule_for_warehouses(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
        key = (
            tuple(route_ids.ids) if route_ids else (),
            packaging_uom_id.package_type_id.id if packaging_uom_id else False,
            (product_id.route_ids | product_id.categ_id.total_route_ids)._ids,
            warehouse_ids._ids if warehouse_ids else (), str(domain))
        if key not in memo.rules:
            memo.rules[key] = super()._search_rule_for_warehouses(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
        return memo.rules[key]
