from odoo import models
from odoo.fields import Domain

from ...engine import write_csv
from ...engine.sheets import write_sheet

MAX_OWN_CODES = 20_000  # more than any range of goods: beyond it somebody fills the table for fun
# The names of the columns are those that a list of orders is read by.
TEMPLATE_WIDTHS = (16, 16, 16, 36, 12, 12, 12, 12)


class ChannelMember(models.Model):
    """What the order pad does for a member besides showing it goods."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_submit(self, lines, token, note='', form=None, head=None):
        """Send in what the pad holds. Nothing is kept of an order that is sent back.

        :param lines: [{'product_id', 'qty'}], in the products' own units
        :param token: the page's own: the same token twice is the same order; with other content it is sent back, and
            `order_id` is the first one's
        :param form: {'type', 'properties'} of an order with a form section
        :param head: {'urgent', 'requested_date'} where the member asks for it
        :return: the answer of `channel_submit`; its lines count as `lines` does
        """
        self.ensure_one()
        codes = {product.id: product._channel_get_order_code() for product in self.env['product.product'].search(
            self._portal_get_products_domain() & Domain('id', 'in', [line['product_id'] for line in lines]))}
        raw = {
            'external_id': f'{self.code}-{token}',
            'member': self.code,
            'note': note,
            **(form or {}),
            **(head or {}),
            # A product that is not the member's to order is unknown to it, like one that does not exist.
            'lines': [{
                **codes.get(line['product_id'], {'sku': str(line['product_id'])}),
                'qty': line['qty'],
            } for line in lines],
        }
        orders = self.env['sale.order'].with_company(self.company_id)
        answer = orders._channel_take_in_turn([raw], source='portal', keeps_rejected=False)[0]
        return self._portal_get_second_answer(answer) if answer.get('differs') else answer

    def _portal_get_second_answer(self, answer):
        """A page that was open twice, or came back: a person means this as a second order, and must hear of it."""
        return {
            **answer, 'status': 'rejected', 'verdicts': [], 'sourcing': [], 'error': self.env._(
                "This was not sent: an order with other quantities or details has already come from this page, "
                "%(order)s. If you want this one besides, send it now.", order=answer['name'])}

    def _portal_get_list_template(self):
        """The rows of a list to fill in: the member's own products, each with the code that it knows it by."""
        _ = self.env._
        products = self.env['product.product'].search(self._portal_get_products_domain(), order='default_code, id')
        prices = self._portal_get_price_steps(products)
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in products])
        own_codes = dict(self.env['channel.member.sku']._read_group(
            [('member_id', '=', self.id), ('product_id', 'in', products.ids)], ['product_id'], ['code:min']))
        head = [_("SKU"), _("Your Code"), _("Barcode"), _("Product Name"), _("Quantity"), _("Unit"), _("Packs of"),
                _("Price")]
        return [head, *([
            product.default_code or "", own_codes.get(product, ""), product.barcode or "", product.name, "",
            product.uom_id.name, float(terms[self, product].multiple) or "", prices[product.id][0][1],
        ] for product in products)]

    def _portal_write_list_template(self, extension):
        rows = self._portal_get_list_template()
        if extension == 'csv':
            return write_csv(rows)
        return write_sheet(self.env._("Order"), rows, TEMPLATE_WIDTHS, bold=[0])

    def _portal_write_troubles(self, rows):
        """An XLSX file of what could not be taken: it may be mended and uploaded in turn.

        :param rows: [[row, code, quantity, unit, what is wrong]] as text
        """
        _ = self.env._
        head = [_("Row"), _("SKU"), _("Quantity"), _("Unit"), _("What Is Wrong")]
        return write_sheet(self.env._("To mend"), [head, *rows], (10, 24, 12, 12, 60), bold=[0])

    def _portal_remember_code(self, code, product_id):
        """Learn how the member calls one of its products. A code that means something already stays as it is.

        :return: whether the code now stands for this product
        """
        self.ensure_one()
        product = self._portal_get_product(product_id)
        Sku = self.env['channel.member.sku']
        if not product or Sku.search_count([('member_id', '=', self.id)], limit=MAX_OWN_CODES) >= MAX_OWN_CODES:
            return False
        # Headquarters' own codes come first: a second meaning would make every later list ambiguous.
        if any(hit.key != product.id for hit in self._portal_find_exactly({code}).get(code, ())):
            return False
        return Sku._learn(self, code, product) == product
