from odoo import api, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _post(self, soft=True):
        """Override of `account` to tell the channel that an order was invoiced."""
        posted = super()._post(soft=soft)
        for move in posted.filtered(lambda move: move.move_type in ('out_invoice', 'out_refund')):
            orders = move.line_ids.sale_line_ids.order_id.filtered('channel_member_id')
            if orders:
                orders._channel_refresh_credit()
                self.env['channel.order.event']._note('invoiced', orders, dict.fromkeys(orders, move.name))
        return posted


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: what is paid frees credit."""
        partials = super().create(vals_list)
        partials._channel_get_orders()._channel_refresh_credit()
        return partials

    def unlink(self):
        """Override of `account`: a payment taken back binds credit again."""
        orders = self._channel_get_orders()
        result = super().unlink()
        orders._channel_refresh_credit()
        return result

    # === BUSINESS METHODS === #

    def _channel_get_orders(self):
        moves = (self.debit_move_id | self.credit_move_id).move_id
        return moves.sudo().line_ids.sale_line_ids.order_id.filtered('channel_credit_line_id')
