from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .memo import get_memo


class StockQuant(models.Model):
    _inherit = 'stock.quant'

    def _gather(self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False, qty=0):
        """Override of `stock` to answer from the quants that were read and locked for the whole batch."""
        memo = get_memo(self)
        if memo and not (lot_id or package_id or owner_id or self.env.context.get('with_expiration')):
            found = memo.quants_there if strict else memo.quants
            ids = found.get((product_id.id, location_id.id))
            if ids is not None:
                return self.browse(ids)
        return super()._gather(product_id, location_id, lot_id, package_id, owner_id, strict, qty)

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        """Override of `base`: what is locked already need not be locked again."""
        memo = get_memo(self)
        if memo and self and memo.locked_quants.issuperset(self.ids):
            return self[:limit]
        return super().try_lock_for_update(allow_referencing=allow_referencing, limit=limit)

    @api.model
    def _update_reserved_quantity(
            self, product_id, location_id, quantity, lot_id=None, package_id=None, owner_id=None, strict=True):
        """Override of `stock`: move lines created together were counted one by one before."""
        if get_memo(self) and self.env.context.get('channel_is_reserved'):
            return None
        return super()._update_reserved_quantity(
            product_id, location_id, quantity, lot_id=lot_id, package_id=package_id, owner_id=owner_id, strict=strict)

    @api.model
    def _channel_lock_for(self, wanted):
        """Read and lock what these pairs may be reserved from; who comes second waits, then starts anew.

        Stock Odoo skips what somebody else has locked and books on a new quant beside it: two at once then
        reserve the last unit twice. Locked first, in one sequence for everybody, the second sees what is left.

        :param wanted: set of (product, location)
        :return: {(product id, location id): quants there and below, first in first out}
        """
        if not wanted:
            return {}
        self.flush_model()
        pairs = sorted((location.id, product.id, location.parent_path) for product, location in wanted)
        locations, products, paths = map(list, zip(*pairs, strict=True))
        found = defaultdict(list, {(product, location): [] for location, product, _path in pairs})
        for product, location, quant in self.env.execute_query(SQL("""
                SELECT wanted.product, wanted.location, quant.id
                  FROM unnest(%s, %s, %s) AS wanted(product, location, path)
                  JOIN stock_quant quant ON quant.product_id = wanted.product
                  JOIN stock_location place ON place.id = quant.location_id
                                           AND starts_with(place.parent_path, wanted.path)
              ORDER BY wanted.location, wanted.product, quant.in_date, quant.id
         FOR NO KEY UPDATE OF quant""", products, locations, paths)):
            found[product, location].append(quant)
        everything = {quant for quants in found.values() for quant in quants}
        self.sudo().browse(everything).fetch([
            'product_id', 'location_id', 'lot_id', 'package_id', 'owner_id', 'quantity', 'reserved_quantity',
            'in_date'])
        return {key: self.sudo().browse(ids) for key, ids in found.items()}
