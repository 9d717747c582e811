from odoo import models
from odoo.fields import Command


class ChannelClaimLine(models.Model):
    """How far a line is settled, and what a document says of it."""

    _inherit = 'channel.claim.line'

    # === BUSINESS METHODS === #

    def _get_missing_qty(self):
        """How much no credit note or invoice holds yet, in the product's own unit. A cancelled one holds none."""
        self.ensure_one()
        made = self.move_line_ids.filtered(lambda line: line.parent_state != 'cancel')
        missing = self._get_owed_qty() - sum(
            line.product_uom_id._compute_quantity(line.quantity, self.uom_id, round=False) for line in made)
        if self.granted == 'take_back':
            # What came back before it was billed is not billed any more: nothing is owed for it.
            missing = min(missing, self._get_overbilled_qty())
        # What is lost by an invoice in dozens is no document of its own.
        units = self.uom_id | made.product_uom_id
        is_nothing = missing <= 0 or any(
            unit.is_zero(self.uom_id._compute_quantity(missing, unit, round=False)) for unit in units)
        return 0.0 if is_nothing else missing

    def _get_owed_qty(self):
        """What is granted in money, whether it is made or not; of goods to come back, what has come."""
        self.ensure_one()
        if self.granted == 'take_back':
            return self.returned_qty if self.kind != 'surplus' else 0.0
        return self.accepted_qty if self.granted in ('credit', 'buy') else 0.0

    def _get_overbilled_qty(self):
        """What is billed beyond what counts as delivered."""
        self.ensure_one()
        return sum(
            line.product_uom_id._compute_quantity(line.qty_invoiced - line.qty_delivered, self.uom_id, round=False)
            for line in self._get_sale_lines())

    def _is_settled(self):
        """Whether the member has what it was granted."""
        self.ensure_one()
        if self.granted == 'replacement':
            return bool(self.replacement_id)
        if self.granted == 'take_back' and not self.claim_id._has_returned():
            return False
        return not self._get_missing_qty() and 'draft' not in self.move_line_ids.mapped('parent_state')

    def _prepare_move_line(self, invoice_line, qty):
        """:param qty: in the product's own unit"""
        self.ensure_one()
        values = {
            'channel_claim_line_id': self.id,
            'channel_credited_line_id': invoice_line.id,
            'product_id': invoice_line.product_id.id,
            'name': invoice_line.name,
            'quantity': self.product_id.uom_id._compute_quantity(qty, invoice_line.product_uom_id, round=False),
            'product_uom_id': invoice_line.product_uom_id.id,
            'price_unit': invoice_line.price_unit,
            'discount': invoice_line.discount,
            'tax_ids': [Command.set(invoice_line.tax_ids.ids)],
            'account_id': invoice_line.account_id.id,
            'analytic_distribution': invoice_line.analytic_distribution,
        }
        if self.granted == 'take_back':
            # The return has lowered what counts as delivered; linked to the order, what was invoiced sinks with it.
            # Without a return the goods still count as delivered, and must not be billed again.
            values['sale_line_ids'] = [Command.set(invoice_line.sale_line_ids.ids)]
        return values
