from odoo import api, models
from odoo.fields import Command
from odoo.tools import groupby, str2bool

from .memo import KEY, BatchMemo, get_memo

SWITCH = 'distributor_portal.short_path'


class SaleOrder(models.Model):
    """Batches of channel orders take a short path through stock Odoo, and leave the same documents."""

    _inherit = 'sale.order'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale` to find once what stock Odoo finds for each order of a batch."""
        if not get_memo(self):
            return super().create(vals_list)
        self._channel_fill_in(vals_list)
        orders = super().create(vals_list)
        self.env.flush_all()  # what is still to be computed, while the memo is at hand
        return orders

    # === BUSINESS METHODS === #

    def _channel_confirm(self):
        """Override to confirm on the short path; off it, to lock the goods at least."""
        orders = self._channel_on_short_path()
        if not get_memo(orders):
            self.env['stock.quant']._channel_lock_for({
                (product, order.warehouse_id.lot_stock_id)
                for order in self for product in order.order_line.product_id.filtered('is_storable')
            })
        return super(SaleOrder, orders)._channel_confirm()

    def _channel_create_and_process_batch(self, vals_list):
        """Override to share what is looked up between creating, checking and confirming."""
        products = {
            command[2]['product_id'] for vals in vals_list for command in vals.get('order_line', ())
            if command[0] == Command.CREATE and command[2].get('product_id')
        }
        orders = self._channel_on_short_path(products)
        statuses = super(SaleOrder, orders)._channel_create_and_process_batch(vals_list)
        orders.env.flush_all()
        return statuses

    def _channel_on_short_path(self, products=()):
        """These orders with a batch's memo in their context, unless the short path is switched off."""
        if get_memo(self) or not str2bool(self.env['ir.config_parameter'].sudo().get_param(SWITCH, 'True'), True):
            return self
        return self.with_context(**{KEY: BatchMemo(products=frozenset(products))})

    @api.model
    def _channel_fill_in(self, vals_list):
        """Values that stock Odoo computes order by order although all orders of a company get the same."""
        if 'quotation_document_ids' in self._fields:
            documents = self.default_get(['quotation_document_ids']).get('quotation_document_ids', [])
            for vals in vals_list:
                vals.setdefault('quotation_document_ids', documents)
        # An order with a date of its own may take its number from another year.
        nameless = [vals for vals in vals_list if not vals.get('name') and 'date_order' not in vals]
        for company_id, of_company in groupby(nameless, lambda vals: vals.get('company_id') or self.env.company.id):
            self._channel_fill_in_names(company_id, of_company)

    @api.model
    def _channel_fill_in_names(self, company_id, vals_list):
        sequence = self.env['ir.sequence'].with_company(company_id).search(
            [('code', '=', 'sale.order'), ('company_id', 'in', [company_id, False])], order='company_id', limit=1)
        if sequence:
            sequence._channel_draw_ahead(len(vals_list))
            for vals in vals_list:
                vals['name'] = sequence._next()
