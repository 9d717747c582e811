from odoo import api, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `account`: what is posted, or no more, changes what a member owes."""
        result = super().write(vals)
        if 'state' in vals:
            self._channel_refresh_credit()
        return result

    def unlink(self):
        """Override of `account`: Odoo deletes some posted entries itself, as when a bank statement is undone."""
        posted = self.filtered(lambda move: move.state == 'posted')
        partners, orders = posted._channel_get_partners(), posted._channel_get_orders()
        result = super().unlink()
        self._channel_refresh_credit_of(partners, orders)
        return result

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override of `account` to tell the channel that an order was invoiced."""
        posted = super()._post(soft=soft)
        for move in posted.filtered(lambda move: move.move_type in ('out_invoice', 'out_refund')):
            orders = move._channel_get_orders()
            if orders:
                self.env['channel.order.event']._note('invoiced', orders, dict.fromkeys(orders, move.name))
        return posted

    def _channel_get_orders(self):
        """The channel orders that these entries invoice."""
        invoices = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        return invoices.sudo().line_ids.sale_line_ids.order_id.filtered('channel_member_id')

    def _channel_get_partners(self):
        """Whose accounts these entries change."""
        return self.sudo().line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable').partner_id

    def _channel_refresh_credit(self):
        self._channel_refresh_credit_of(self._channel_get_partners(), self._channel_get_orders())

    @api.model
    def _channel_refresh_credit_of(self, partners, orders):
        """Counters first: an order invoiced moves from one part of what is used to another."""
        orders._channel_refresh_credit()
        if partners:
            self.env['channel.credit.line']._refresh_booked(partners)


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: an exchange difference that comes with it changes what is owed."""
        partials = super().create(vals_list)
        partials._channel_get_moves()._channel_refresh_credit()
        return partials

    def unlink(self):
        """Override of `account`: as above."""
        moves = self._channel_get_moves()
        result = super().unlink()
        moves.exists()._channel_refresh_credit()
        return result

    # === BUSINESS METHODS === #

    def _channel_get_moves(self):
        lines = self.debit_move_id | self.credit_move_id
        return lines.filtered(lambda line: line.account_id.account_type == 'asset_receivable').move_id.sudo()
