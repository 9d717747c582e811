import base64
import io
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.distributor_portal.engine import TableError

from ..engine import feed_files, sell_through, written
from ..models.ingest.channel_feed_format import get_fingerprint
from ..models.ingest.channel_sell_through_take import Terms

LOOKED_AT = 500  # rows of the preview that are understood
SHOWN = 20
HEADER_FIELDS = ('source_id', 'member_id', 'date_order', 'decimal', 'key_headers')


class ChannelFeedUpload(models.TransientModel):
    """A file of sales: say what its columns hold, look at what comes of it, import. What was said is remembered."""

    _name = 'channel.feed.upload'
    _description = "Import of Sales"
    _inherit = ['channel.file.import']

    file = fields.Binary(
        attachment=False, help="CSV or TSV of any length, XLSX, ODS or Parquet; a row at the top names the columns.")
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    format_id = fields.Many2one('channel.feed.format', check_company=True)
    name = fields.Char("Remember As", help="The sender. The next file with the same columns is read the same way.")
    source_id = fields.Many2one('channel.source')
    member_id = fields.Many2one('channel.member', "All Rows Are Of", check_company=True)
    date_order = fields.Selection(
        [('ymd', "Year, month, day"), ('dmy', "Day, month, year"), ('mdy', "Month, day, year")], required=True,
        default='ymd')
    decimal = fields.Selection(
        [('auto', "As it looks"), ('.', "Point"), (',', "Comma")], "Decimal Sign", required=True, default='auto')
    key_headers = fields.Text("Key Columns", help="One a line: the columns that together never come twice.")
    column_ids = fields.One2many('channel.feed.upload.column', 'upload_id', "Columns")
    row_ids = fields.One2many('channel.feed.upload.row', 'upload_id', "First Rows", readonly=True)
    good_count = fields.Integer("Good", readonly=True)
    bad_count = fields.Integer("To Be Held", readonly=True)
    twice_count = fields.Integer("With the Key of Another Row", readonly=True)
    problem = fields.Char(readonly=True)
    known_feed_id = fields.Many2one('channel.feed', readonly=True)
    feed_id = fields.Many2one('channel.feed', readonly=True)

    _check_company_auto = True

    # === ACTION METHODS === #

    def action_preview(self):
        """Look at the first rows, as the columns are set now."""
        self._check_entitled()
        content = self._get_content()
        scan, rows = self._read_first(content)
        if self.state == 'upload':
            self._propose(rows)
        twin = self.env['channel.feed'].search([
            ('digest', '=', scan.digest), ('state', '=', 'done'), ('company_id', '=', self.company_id.id)], limit=1)
        self.write({'state': 'preview', 'known_feed_id': twin.id})
        self._show(rows)
        return self._get_own_action()

    def action_import(self):
        """Remember how the file is read, and read all of it in the background."""
        self._check_entitled()
        if self.problem or not self.source_id:
            raise UserError(self.problem or self.env._("Say from which source the rows are."))
        if self.known_feed_id:
            raise UserError(self.env._("This very file was imported already: %s.", self.known_feed_id.name))
        feed_sudo = self.env['channel.feed'].sudo().create({
            'name': self.filename or self.env._("Sales"), 'kind': 'file', 'company_id': self.company_id.id,
            'user_id': self.env.uid, 'format_id': self._remember().id, 'source_id': self.source_id.id,
            'member_id': self.member_id.id, 'filename': self.filename or 'sales',
            'file': self.with_context(bin_size=False).file})
        self.env.ref('channel_inventory.ir_cron_feeds').sudo()._trigger()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.feed', 'res_id': feed_sudo.id, 'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        self.ensure_one()
        self.check_access('write')
        self.env['channel.feed'].check_access('create')

    def _get_title(self):
        return self.env._("Import Sales")

    def _get_content(self):
        content = base64.b64decode(self.with_context(bin_size=False).file or b'')
        if not content:
            raise UserError(self.env._("Choose a file first."))
        return content

    def _read_first(self, content):
        """(what the file is, its first rows)"""
        Feed = self.env['channel.feed']
        try:
            scan = feed_files.scan(io.BytesIO(content))
            return scan, list(islice(Feed._open_table(io.BytesIO(content), scan), LOOKED_AT + feed_files.HEADER_WITHIN))
        except (feed_files.FileError, TableError) as error:
            raise UserError(Feed._get_file_text(error)) from error

    def _propose(self, rows):
        """What the columns hold: as the last file with the same columns, else by their names."""
        place, header = self._find_header(rows)
        known = self.format_id or self.env['channel.feed.format']._find_by_header(header)
        layout = known._get_layout() if known else feed_files.Layout()
        fields_ = feed_files.match_columns(header, layout)
        lacks_key = 'external_key' not in fields_ and not layout.key
        values = {name: known[name] for name in ('date_order', 'decimal', 'key_headers')} if known else {
            'key_headers': '\n'.join(feed_files.guess_key(header, layout)) if lacks_key else False}
        sample = rows[place + 1][1] if len(rows) > place + 1 else []
        self.write({
            **values, 'format_id': known.id, 'name': known.name or (self.filename or '').rpartition('.')[0],
            'source_id': (known.source_id or self.source_id).id, 'member_id': (known.member_id or self.member_id).id,
            'column_ids': [Command.clear(), *(Command.create({
                'sequence': number, 'header': str(cell)[:100], 'field': name,
                'sample': sell_through.clean(sample[number]) if number < len(sample) else False,
            }) for number, (cell, name) in enumerate(zip(header, fields_, strict=True)) if str(cell).strip())]})

    def _find_header(self, rows):
        """(its place among the rows, its cells): the row that names most of what we know."""
        return max(
            ((place, list(cells)) for place, (_number, cells) in enumerate(rows[:feed_files.HEADER_WITHIN])),
            key=lambda one: (len(set(filter(None, sell_through.read_header(map(str, one[1]))))), -one[0]))

    def _get_layout(self):
        key = tuple(line.strip() for line in (self.key_headers or '').splitlines() if line.strip())
        fixed = {'source': self.source_id.code} if self.source_id else {}
        return feed_files.Layout(
            columns={column.header: column.field or '' for column in self.column_ids}, key=key,
            fixed={**fixed, **({'member': self.member_id.code} if self.member_id else {})},
            style=written.Style(self.date_order, self.decimal))

    def _show(self, rows):
        """Understand the first rows as they will be at the import, and say what would become of them."""
        layout = self._get_layout()
        values = {'problem': False, 'good_count': 0, 'bad_count': 0, 'twice_count': 0}
        lines = []
        try:
            found = list(feed_files.to_rows(iter(rows), layout))[:LOOKED_AT]
            batch = self.env['channel.sell.through'].sudo()._prepare_batch(
                found, self.company_id, Terms(source=self.source_id.code or '', style=layout.style))
            values |= {'good_count': len(batch.facts), 'bad_count': len(batch.held), 'twice_count': batch.twice}
            lines = self._prepare_lines(found, {row.row: row for row in batch.held})
        except feed_files.FileError as error:
            values['problem'] = self.env['channel.feed']._get_file_text(error)
        self.write({**values, 'row_ids': [Command.clear(), *map(Command.create, lines)]})

    @api.model
    def _prepare_lines(self, found, held):
        """What is shown of the first rows: those that will be held before the others."""
        reasons = dict(self.env['channel.feed.row']._get_reasons())
        shown = sorted(found, key=lambda row: row[0] not in held)[:SHOWN]
        return [{
            'number': number, **{name: sell_through.clean(raw.get(name) or '') for name in (
                'external_key', 'member', 'qty', 'uom', 'date')},
            'product': sell_through.clean(next((raw[name] for name in sell_through.CODES if raw.get(name)), '')),
            'problem': f"{reasons[held[number].reason]} {held[number].detail}".strip() if number in held else False,
        } for number, raw in shown]

    def _remember(self):
        """The format that this file and the next of the same sender are read with."""
        values = {
            'name': self.name or self.filename or self.env._("Sales"), 'company_id': self.company_id.id,
            **{name: self[name].id if name.endswith('_id') else self[name] for name in HEADER_FIELDS},
            'fingerprint': get_fingerprint(self.column_ids.sorted('sequence').mapped('header')),
            'column_ids': [Command.clear(), *(Command.create({
                'sequence': column.sequence, 'header': column.header, 'field': column.field})
                for column in self.column_ids)]}
        known = self.format_id.filtered(lambda one: one.name == values['name'])
        if known:
            known.write(values)
        return known or self.env['channel.feed.format'].create(values)
