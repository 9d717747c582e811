from datetime import datetime, time

from odoo import api, fields, models

from odoo.addons.distributor_portal.engine.tables import read_header

from ..engine import openings

TEMPLATE = [
    ['member', 'sku', 'qty', 'lot', 'state', 'date'],
    ['S0001', 'YOG-P-200', '48', 'L2611-031', 'available', '2026-11-01'],
    ['S0001', 'DRK-T-500', '6', '', 'damaged', ''],
]


class ChannelStockImport(models.TransientModel):
    """Brings the stock that members begin with in from a file: look first, then post, all of it or nothing."""

    _name = 'channel.stock.import'
    _description = "Opening Stock Import"
    _inherit = ['channel.row.import']

    line_ids = fields.One2many('channel.stock.import.line', 'import_id', "Rows", readonly=True)
    bad_count = fields.Integer("Rows With Errors", readonly=True)
    good_count = fields.Integer("Good Rows", readonly=True)

    # === ACTION METHODS === #

    def action_download_template(self):
        return self._get_download_action('template_file', 'opening-stock.csv')

    def action_download_report(self):
        return self._get_download_action('report_file', 'opening-stock-report.csv')

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        self.env['channel.stock.change']._check_manager()

    def _get_title(self):
        return self.env._("Import Opening Stock")

    def _read_rows(self):
        """:rtype: list of openings.OpeningRow"""
        table = iter(self._read_table())
        _number, header = next(table)
        columns, unknown, missing = read_header(header, openings.HEADERS, openings.REQUIRED)
        self.unknown_columns = ", ".join(unknown)
        if missing:
            return [openings.OpeningRow(1, {}, errors=[('column_missing', ", ".join(missing))])]
        rows = openings.read_rows(table, columns)
        members, products, lots = self._find_codes(rows)
        today = fields.Date.context_today(self)
        openings.check_rows(
            rows, members, products, lots, self._find_opened(members.values(), products.values()), today,
            fields.Date.subtract(today, years=5))
        return rows

    @api.model
    def _find_codes(self, rows):
        """({code: member}, {sku: product}, {(product, name): lot}) of what the rows name"""
        def find(model, field, name, domain):
            codes = list({row.values[name] for row in rows if row.values.get(name)})
            records = self.env[model].search_fetch([(field, 'in', codes), *domain], [field])
            found = records.grouped(field)
            return {code: some.id for code, some in found.items() if len(some) == 1}

        members = find('channel.member', 'code', 'member', [('company_id', '=', self.env.company.id)])
        products = find('product.product', 'default_code', 'sku', [('is_storable', '=', True)])
        names = list({row.values['lot'] for row in rows if row.values.get('lot')})
        lots = self.env['stock.lot'].sudo().search_fetch(
            [('name', 'in', names), ('product_id', 'in', list(products.values()))], ['name', 'product_id'])
        return members, products, {(lot.product_id.id, lot.name): lot.id for lot in lots}

    @api.model
    def _find_opened(self, members, products):
        """{(member, product)} whose stock was opened before: the same file again changes nothing."""
        return {(member.id, product.id) for member, product in self.env['channel.stock.entry'].sudo()._read_group([
            ('kind', '=', 'opening'), ('member_id', 'in', list(members)), ('product_id', 'in', list(products)),
        ], ['member_id', 'product_id'])}

    def _import_rows(self, rows):
        self.env['channel.stock.entry'].sudo()._post([self._prepare_move(row) for row in rows])

    def _prepare_move(self, row):
        at = datetime.combine(row.day, time(0)) if row.day else fields.Datetime.now()
        return {
            'member_id': row.member, 'product_id': row.product, 'lot_id': row.lot, 'kind': 'opening',
            'from_state': None, 'to_state': row.state, 'qty': row.qty, 'occurred_at': at, 'source': 'file',
            'external_key': self.filename or None, 'note': self.env._("Row %s", row.number)}

    def _show(self, rows, outcomes=None):
        texts = self._get_error_texts()
        self.line_ids.unlink()
        self.env['channel.stock.import.line'].create([{
            'import_id': self.id,
            'number': row.number,
            **{name: row.values.get(name) for name in ('member', 'sku', 'lot', 'state', 'qty')},
            'is_good': not row.errors,
            'errors': " ".join(texts[key] % {'given': given} for key, given in row.errors),
        } for row in rows])
        self.bad_count = sum(bool(row.errors) for row in rows)
        self.good_count = len(rows) - self.bad_count

    def _get_template_rows(self):
        return TEMPLATE

    def _get_report_rows(self):
        _ = self.env._
        yield [_("Row"), _("Member"), _("Product"), _("Lot"), _("Quantity"), _("What Is Wrong")]
        for line in self.line_ids.sorted('number'):
            yield [line.number, line.member, line.sku, line.lot, line.qty, line.errors]

    @api.model
    def _get_error_texts(self):
        """{text key of engine/openings.py: sentence}"""
        _ = self.env._
        return {
            'column_missing': _("The first row must name the columns member, sku and qty; missing: %(given)s."),
            'value_missing': _("Fill in %(given)s."),
            'unknown_member': _("There is no member %(given)s."),
            'unknown_product': _("There is no product %(given)s that is kept in stock."),
            'unknown_lot': _("There is no lot %(given)s of this product."),
            'unknown_state': _("There is no state %(given)s that stock can begin in."),
            'bad_quantity': _("%(given)s is not a quantity."),
            'bad_date': _("%(given)s is not a day of the last five years."),
            'opened_before': _("%(given)s has an opening stock at this member already: adjust it instead."),
            'twice': _("Row %(given)s says the same position."),
        }
