from odoo import models
from odoo.tools import groupby

from .memo import check_companies, get_memo


class StockMove(models.Model):
    """Moves of a batch of orders: pickings and move lines created together, quants read once."""

    _inherit = 'stock.move'

    # === BUSINESS METHODS === #

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Override of `stock` to create the deliveries of a batch together."""
        memo = get_memo(self)
        if memo and not merge_into:
            fresh = self._channel_assign_pickings(memo)
            # A delivery just made has nothing to merge with, unless a line asks twice for the same.
            if self and fresh == self and len({(move.picking_id, move.sale_line_id) for move in self}) == len(self):
                merge = False
        return super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)

    def _channel_assign_pickings(self, memo):
        """Do what `_assign_picking` does, for all deliveries of new orders at once.

        :return: the moves that have got a new delivery; the others are left to `stock`
        """
        groups = []
        for _key, moves in groupby(self, key=lambda move: move._key_assign_picking()):
            moves = self.browse().concat(*moves)
            if all(move._channel_is_plain_delivery() for move in moves):
                groups.append(moves)
        if not groups:
            return self.browse()
        for picking_type, of_type in groupby(groups, key=lambda moves: moves.picking_type_id):
            picking_type.sequence_id._channel_draw_ahead(len(of_type))
        pickings = self.env['stock.picking'].create([moves._get_new_picking_values() for moves in groups])
        for picking, moves in zip(pickings, groups, strict=True):
            moves.write({'picking_id': picking.id})
            moves._assign_picking_post_process(new=True)
        return self.browse().concat(*groups)

    def _channel_is_plain_delivery(self):
        """Whether this move is a new one from the shelf to the customer in a single step, of an order of this batch."""
        self.ensure_one()
        return (
            self.state == 'draft' and self.procure_method == 'make_to_stock' and self.rule_id.action == 'pull'
            and self.rule_id.procure_method == 'make_to_stock' and self.picking_type_id.code == 'outgoing'
            and bool(self.sale_line_id.order_id.stock_reference_ids) and not self.picking_id
            and not self.move_orig_ids and not self.move_dest_ids
            and self.reference_ids.ids == self.env.context.get('channel_new_references', {}).get(
                self.sale_line_id.order_id.id)
            and self.product_uom.compare(self.product_uom_qty, 0) > 0)

    def _action_assign(self, force_qty=False):
        """Override of `stock` to read and lock the quants of all moves at once and to create their lines together."""
        memo = get_memo(self)
        if not memo or force_qty or memo.pending_lines is not None:
            return super()._action_assign(force_qty=force_qty)
        self._channel_read_quants(memo)
        memo.pending_lines = []
        try:
            return super()._action_assign(force_qty=force_qty)
        finally:
            memo.pending_lines = None

    def _channel_read_quants(self, memo):
        wanted = {
            (move.product_id, move.location_id) for move in self
            if not move.move_line_ids and not move._should_bypass_reservation()
        }
        Quant = self.env['stock.quant']
        plain = {
            (product.id, location.id) for product, location in wanted
            if product.tracking == 'none' and Quant._get_removal_strategy(product, location) == 'fifo'
        }
        for (product, location), quants in Quant._channel_lock_for(wanted).items():
            if (product, location) not in plain or quants.lot_id or quants.package_id or quants.owner_id:
                continue  # which of these to take is for `stock` to say
            memo.quants[product, location] = quants.ids
            memo.quants_there[product, location] = []
            for quant in quants:
                there = memo.quants_there.setdefault((product, quant.location_id.id), [])
                if quant.id not in there:
                    there.append(quant.id)
            memo.locked_quants.update(quants.ids)

    def _update_reserved_quantity(
            self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True):
        """Override of `stock` to count on the quants at once, and to create the move line with all others later."""
        memo = get_memo(self)
        is_plain = memo and memo.pending_lines is not None and not (lot_id or package_id or owner_id or strict)
        if not is_plain or (self.product_id.id, location_id.id) not in memo.quants:
            return super()._update_reserved_quantity(need, location_id, lot_id, package_id, owner_id, strict)
        lines, taken = self._update_reserved_quantity_vals(need, location_id, strict=False)
        for line in lines:
            unit = self.env['uom.uom'].browse(line['product_uom_id'])
            self.env['stock.quant']._update_reserved_quantity(
                self.product_id, location_id.browse(line['location_id']),
                unit._compute_quantity(line['quantity'], self.product_id.uom_id, rounding_method='HALF-UP'))
        memo.pending_lines += lines
        return taken

    def _update_orderpoints(self):
        """Override of `stock` to look only for reordering rules of products that have any."""
        return super(StockMove, self._channel_with_orderpoints())._update_orderpoints()

    def _trigger_scheduler(self):
        """Override of `stock` to look only for reordering rules of products that have any."""
        return super(StockMove, self._channel_with_orderpoints())._trigger_scheduler()

    def _channel_with_orderpoints(self):
        memo = get_memo(self)
        if not memo:
            return self
        if memo.orderpoint_products is None:
            memo.orderpoint_products = frozenset(
                product.id for product, in self.env['stock.warehouse.orderpoint'].sudo().with_context(
                    active_test=False)._read_group([], ['product_id']))
        return self.filtered(lambda move: move.product_id.id in memo.orderpoint_products)

    def _check_company(self, fnames=None):
        """Override of `base` to check together what a batch has in common."""
        return check_companies(
            self, fnames, lambda records, names: super(StockMove, records)._check_company(names))
