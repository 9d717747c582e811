import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import TableError, read_table_apart

MAX_ROWS = 50_000
SECONDS = 15  # of processor time, for a file of so many rows


class ChannelFileImport(models.AbstractModel):
    """What the imports share: a file, looked at before anything is written, and files to take away."""

    _name = 'channel.file.import'
    _description = "Import of a File"

    file = fields.Binary(
        attachment=False, help="CSV (UTF-8, UTF-16 or GB 18030), XLSX or ODS; the first row names the columns.")
    filename = fields.Char()
    state = fields.Selection(
        [('upload', "Upload"), ('preview', "Preview"), ('done', "Done")], required=True, readonly=True,
        default='upload')

    # === BUSINESS METHODS === #

    def _read_table(self):
        """The rows of the file as `read_table` gives them.

        :raise UserError: there is no file, or it is none that can be read
        """
        content = base64.b64decode(self.with_context(bin_size=False).file or b'')
        if not content:
            raise UserError(self.env._("Choose a file first."))
        try:
            return read_table_apart(content, MAX_ROWS, SECONDS)
        except TableError as error:
            text = self._get_table_texts().get(error.key, error.key)
            raise UserError(text % {'given': str(error)}) from error

    def _get_own_action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self._get_title(),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
        }

    def _get_title(self):
        raise NotImplementedError

    def _get_download_action(self, field, filename):
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/{field}?download=true&filename={filename}',
            'target': 'download',
        }

    @api.model
    def _get_table_texts(self):
        """{reason of a `TableError`: sentence}"""
        return {
            'file_empty': self.env._("The file is empty."),
            'file_too_large': self.env._("The file is too large (%(given)s). Split it."),
            'too_many_rows': self.env._("The file has more than %(given)s rows. Split it."),
            'too_many_columns': self.env._("The file has more than %(given)s columns."),
            'not_a_table': self.env._("This is no CSV, XLSX or ODS file that can be read."),
            'old_excel': self.env._("This is a file of an old Excel (XLS or XLSB). Save it as XLSX and try again."),
            'encrypted': self.env._("The file has a password. Save it without one and try again."),
            'has_macros': self.env._("The workbook holds macros. Save it as XLSX, without macros, and try again."),
            'broken_quotes': self.env._("The quotation marks do not match near line %(given)s."),
            'too_heavy': self.env._(
                "Reading the file takes too long. Save it as CSV, or copy the rows into a new workbook."),
        }
