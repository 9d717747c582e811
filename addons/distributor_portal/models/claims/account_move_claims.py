from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    channel_claim_id = fields.Many2one(
        'channel.claim', "Claim", readonly=True, copy=False, index='btree_not_null', ondelete='restrict')

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override of `account`: a credit note settles its claim; an invoice lets claims be credited that waited."""
        posted = super()._post(soft=soft)
        settled = posted.sudo().channel_claim_id
        for move in posted.sudo().filtered('channel_claim_id'):
            move.channel_claim_id._note('credit' if move.move_type == 'out_refund' else 'invoice', move.name)
        settled._refresh_settled()
        invoices = posted.filtered(lambda move: move.move_type == 'out_invoice' and not move.channel_claim_id)
        orders = invoices._channel_get_orders()
        if orders:
            self.env['channel.claim'].sudo().search([
                ('order_id', 'in', orders.ids), ('state', 'in', ('accepted', 'partly')), ('is_final', '=', True),
            ])._settle()
        return posted


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    channel_claim_line_id = fields.Many2one(
        'channel.claim.line', "Claim Line", readonly=True, copy=False, index='btree_not_null', ondelete='set null')
    channel_credited_line_id = fields.Many2one(
        'account.move.line', "Credited Invoice Line", readonly=True, copy=False, index='btree_not_null',
        ondelete='set null')

    # === BUSINESS METHODS === #

    def _channel_get_creditable_qty(self):
        """What the line bills and no claim has credited yet, in the product's own unit."""
        self.ensure_one()
        # An older credit note names no line of its invoice: it counts against each of the product.
        credited = self.search([
            ('move_id.reversed_entry_id', '=', self.move_id.id), ('parent_state', '!=', 'cancel'),
            ('channel_claim_line_id', '!=', False), ('product_id', '=', self.product_id.id),
            ('channel_credited_line_id', 'in', (self.id, False))])
        return sum(
            sign * line.product_uom_id._compute_quantity(line.quantity, line.product_id.uom_id, round=False)
            for sign, lines in ((1, self), (-1, credited)) for line in lines)
