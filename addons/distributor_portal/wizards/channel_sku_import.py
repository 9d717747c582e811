import base64

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.skus import check_sku_rows

TEMPLATE = [['member', 'code', 'product'], ['D0001', '4711', 'YOG-B-200'], ['D0001', '4712', '6900000000021']]


class ChannelSkuImport(models.TransientModel):
    """Brings in how members call our products: look first, then create. A code in use is never overwritten."""

    _name = 'channel.sku.import'
    _description = "Import of Members' Product Codes"
    _inherit = ['channel.row.import']

    line_ids = fields.One2many('channel.sku.import.line', 'import_id', "Rows", readonly=True)
    create_count = fields.Integer("New", readonly=True)
    same_count = fields.Integer("Known", readonly=True)
    bad_count = fields.Integer("With Errors", readonly=True)
    export_file = fields.Binary(compute='_compute_export_file', attachment=False)

    # === COMPUTE METHODS === #

    def _compute_export_file(self):
        self.export_file = base64.b64encode(self.env['channel.member.sku']._get_export())

    # === ACTION METHODS === #

    def action_download_template(self):
        return self._get_download_action('template_file', 'product-codes-template.csv')

    def action_download_report(self):
        return self._get_download_action('report_file', 'product-codes-report.csv')

    def action_export(self):
        return self._get_download_action('export_file', 'product-codes.csv')

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        self.env['channel.member.sku'].check_access('create')

    def _read_rows(self):
        """:rtype: list of odoo.addons.distributor_portal.engine.skus.SkuRow"""
        table = self._read_table()
        cells = list({cell for _number, row in table for cell in row})
        members, products = self._find_members(cells), self._find_products(cells)
        known = {
            (sku.member_id.code, sku.code): self._get_key(sku.product_id)
            for sku in self.env['channel.member.sku'].search([
                ('member_id', 'in', [member.id for member in members.values()]), ('code', 'in', cells)])}
        rows, unknown = check_sku_rows(
            table, members, {code: self._get_key(product) for code, product in products.items()}, known)
        self.unknown_columns = ", ".join(unknown)
        return rows

    @api.model
    def _find_members(self, cells):
        """{code: member} of those of `cells` that are codes, of the companies chosen."""
        return {member.code: member for member in self.env['channel.member'].search([
            ('code', 'in', [cell.upper() for cell in cells]), ('company_id', 'in', self.env.companies.ids)])}

    @api.model
    def _find_products(self, cells):
        """{code as the file writes it: product}, by SKU, extension code or GTIN; the SKU wins."""
        names = ('barcode', 'channel_extension_code', 'default_code')
        products = self.env['product.product'].search(Domain.OR(Domain(name, 'in', cells) for name in names))
        return {product[name]: product for name in names for product in products if product[name]}

    @api.model
    def _get_key(self, product):
        """What stands for a product in messages: its SKU, and never the same for two."""
        return product.default_code or product.barcode or f'#{product.id}'

    def _import_rows(self, rows):
        values = [row.values for row in rows if row.outcome == 'create']
        members = self._find_members([value['member'] for value in values])
        products = self._find_products([value['product'] for value in values])
        self.env['channel.member.sku'].create([{
            'member_id': members[value['member']].id,
            'code': value['code'],
            'product_id': products[value['product']].id,
        } for value in values])

    def _show(self, rows, outcomes=None):
        texts = self._get_error_texts()
        self.line_ids.unlink()
        self.env['channel.sku.import.line'].create([{
            'import_id': self.id,
            'number': row.number,
            **{name: row.values.get(name) for name in ('member', 'code', 'product')},
            'outcome': row.outcome,
            'errors': " ".join(texts[key] % {'given': given} for key, given in row.errors),
        } for row in rows])
        found = [row.outcome for row in rows]
        self.write({
            'create_count': found.count('create'), 'same_count': found.count('same'),
            'bad_count': found.count('error')})

    def _get_title(self):
        return self.env._("Import Product Codes")

    def _get_template_rows(self):
        return TEMPLATE

    def _get_report_rows(self):
        _ = self.env._
        names = dict(self.line_ids._fields['outcome']._description_selection(self.env))
        yield [_("Row"), _("Member"), _("Its Code"), _("Our Product"), _("Outcome"), _("What Is Wrong")]
        for line in self.line_ids.sorted('number'):
            yield [line.number, line.member, line.code, line.product, names.get(line.outcome), line.errors]

    @api.model
    def _get_error_texts(self):
        """{text key of engine/skus.py: sentence}"""
        _ = self.env._
        return {
            'column_missing': _("The first row must name the columns member, code and product; missing: %(given)s."),
            'value_missing': _("Fill in %(given)s."),
            'unknown_member': _("There is no member %(given)s."),
            'unknown_product': _("No product has the SKU, extension code or GTIN %(given)s."),
            'code_too_long': _("A code has at most %(given)s signs."),
            'code_taken': _("The member uses this code for %(given)s already: delete that line first."),
            'code_twice': _("Row %(given)s gives this code to another product."),
        }
