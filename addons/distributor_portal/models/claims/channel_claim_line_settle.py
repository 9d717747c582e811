from odoo import models
from odoo.fields import Command


class ChannelClaimLine(models.Model):
    """How far a line is settled, and what a document says of it."""

    _inherit = 'channel.claim.line'

    # === BUSINESS METHODS === #

    def _misses_document(self):
        """Whether what was granted is still to be made. A credit note that was cancelled is."""
        self.ensure_one()
        if self.granted in ('credit', 'buy'):
            return self.move_id.state in (False, 'cancel')
        return not (self.replacement_id if self.granted == 'replacement' else self.return_id)

    def _is_settled(self):
        """Whether the member has what it was granted."""
        self.ensure_one()
        if self.granted == 'replacement':
            return bool(self.replacement_id)
        if self.granted == 'take_back':
            returns = self.claim_id.return_ids
            if not returns or any(picking.state not in ('done', 'cancel') for picking in returns):
                return False
            # Nothing came back, or it was never billed: nothing is owed for it.
            if not self.returned_qty or self.kind == 'surplus' or not self._get_invoice_lines():
                return True
        return self.move_id.state == 'posted'

    def _prepare_move_line(self, invoice_line, qty):
        """:param qty: in the product's own unit"""
        self.ensure_one()
        values = {
            'channel_claim_line_id': self.id,
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
