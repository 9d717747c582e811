from odoo import models

from .memo import check_companies, get_memo


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS === #

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Override of `sale_stock` to create the references of a batch together."""
        if not get_memo(self) or self.env.context.get('skip_procurement'):
            return super()._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)
        first = {}
        for line in self:
            is_wanted = line.state == 'sale' and not line.order_id.locked and line.product_id.type == 'consu'
            if is_wanted and not line.product_uom_id.is_zero(line.product_uom_qty):
                first.setdefault(line.order_id, line)
        new = [line for order, line in first.items() if not order.stock_reference_ids and not order.order_line.move_ids]
        references = self.env['stock.reference'].create([line._prepare_reference_vals() for line in new])
        made = {line.order_id.id: [reference.id] for line, reference in zip(new, references, strict=True)}
        self = self.with_context(channel_new_references=made)
        return super()._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)

    def _check_company(self, fnames=None):
        """Override of `base` to check together what a batch has in common."""
        return check_companies(
            self, fnames, lambda records, names: super(SaleOrderLine, records)._check_company(names))
