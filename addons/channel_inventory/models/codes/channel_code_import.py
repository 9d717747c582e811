import base64

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.engine import TableError, read_table_apart
from odoo.addons.distributor_portal.engine.tables import read_header

from ...engine import codes

SHOWN = 50
SECONDS, MEMORY = 60, 1024 * 2**20  # a hundred thousand rows of a workbook


class ChannelCodeImport(models.TransientModel):
    """Codes of another system from a file: with what lies in what, or with the delivery each has left with."""

    _name = 'channel.code.import'
    _description = "Import Item Codes"

    use = fields.Selection(
        [('codes', "New codes, and what lies in what"), ('delivery', "Which code left with which delivery")],
        string="The File Says", required=True, default='codes')
    file = fields.Binary(required=True,
        help="CSV, XLSX or ODS. Columns: code, parent, product, lot, qty; or delivery, code.")
    file_name = fields.Char()
    makes_lots = fields.Boolean("Make Lots That Are Missing", default=True)
    result = fields.Text(readonly=True)
    is_done = fields.Boolean(readonly=True)

    # === ACTION METHODS === #

    def action_check(self):
        """Say what would happen, and change nothing."""
        with self.env.cr.savepoint() as savepoint:
            text, _is_good = self._load()
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        self.result = text
        return self._show_again()

    def action_load(self):
        """Take all rows, or none and say why."""
        self.result, self.is_done = self._load()
        return self._show_again()

    # === BUSINESS METHODS === #

    def _show_again(self):
        return {'type': 'ir.actions.act_window', 'name': self.env._("Import Codes"), 'res_model': self._name,
                'res_id': self.id, 'view_mode': 'form', 'target': 'new'}

    def _load(self):
        """(what happened, whether all rows were taken)"""
        self.ensure_one()
        self.check_access('write')
        (_number, header), *rows = self._read_file()
        needed = ['code'] if self.use == 'codes' else ['code', 'delivery']
        names, _unknown, missing = read_header(header, codes.HEADERS, needed)
        if missing:
            return self.env._("The first row names the columns. Missing: %s.", ", ".join(missing)), False
        read, wrong = codes.read_rows(rows, names, fields.Date.context_today(self))
        if self.use == 'delivery':
            count, more = self._bind(rows, names, {row.number: row.code.key for row in read}) if not wrong else (0, [])
        else:
            count, more = (0, []) if wrong else self.env['channel.code'].sudo()._load_rows(
                read, self.env.company, self.makes_lots)
        wrong += more
        if wrong:
            return self._describe(wrong), False
        return self.env._("%s codes are taken.", count), True

    def _read_file(self):
        try:
            return read_table_apart(base64.b64decode(self.file or b''), seconds=SECONDS, memory=MEMORY)
        except TableError as error:
            raise UserError(self.env._("The file cannot be read as a table (%s).", error.key)) from error

    def _bind(self, rows, names, keys):
        """(how many, wrong rows) of a list that says which code left with which delivery."""
        column = names.index('delivery')
        named = {number: cells[column] for number, cells in rows if number in keys and len(cells) > column}
        pickings = {picking.name: picking for picking in self.env['stock.picking'].sudo().search([
            ('name', 'in', list(set(named.values()))), ('company_id', '=', self.env.company.id)])}
        wrong, groups, good = [], {}, []
        for number, key in keys.items():
            picking = pickings.get(named.get(number))
            if picking and picking._channel_is_delivery():
                groups.setdefault(picking, []).append((number, key))
            else:
                wrong.append((number, 'unknown_delivery', named.get(number, '')))
        for picking, some in groups.items():
            found = self.env['channel.code'].sudo()._judge_texts_in_parts(
                [key for _number, key in some], picking._channel_get_asker(), picking.company_id)
            bad = [(number, one['verdict'].key, key) for (number, key), one in zip(some, found, strict=True)
                   if not one['verdict'].is_good]
            wrong += bad
            good.append((picking, self.env['channel.code'].sudo().browse(one['code'] for one in found)))
        if wrong:
            return 0, wrong
        for picking, codes_ in good:
            picking._channel_bind_codes(codes_)
        return sum(len(codes_) for _picking, codes_ in good), []

    def _describe(self, wrong):
        texts = {**self.env['channel.code']._get_verdict_texts(), **self._get_reasons()}
        lines = [self.env._("Row %(row)s, %(code)s: %(reason)s", row=number, code=code or "–",
            reason=texts.get(reason, reason))
                 for number, reason, code in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            lines.append(self.env._("… and %s more rows.", len(wrong) - SHOWN))
        return "\n".join([self.env._("Nothing was taken: %s rows are not in order.", len(wrong)), *lines])

    def _get_reasons(self):
        _ = self.env._
        return {
            'twice': _("stands in the file twice."), 'in_itself': _("lies in itself."),
            'unknown_product': _("no product bears this number."), 'unknown_lot': _("the product has no such lot."),
            'wrong_quantity': _("is no quantity."), 'unknown_delivery': _("there is no such delivery of the channel."),
        }
