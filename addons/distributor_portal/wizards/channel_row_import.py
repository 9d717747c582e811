import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import write_csv


class ChannelRowImport(models.AbstractModel):
    """An import row by row: look first, then bring the good rows in; a report says what became of each."""

    _name = 'channel.row.import'
    _description = "Import of the Rows of a File"
    _inherit = ['channel.file.import']

    unknown_columns = fields.Char("Columns Not Read", readonly=True)
    is_good_only = fields.Boolean(
        "Import the good rows only", help="Rows with errors are left out; the report lists them.")
    # Made when they are asked for: both are only ever downloaded.
    report_file = fields.Binary(compute='_compute_report_file', attachment=False)
    template_file = fields.Binary(compute='_compute_template_file', attachment=False)

    # === COMPUTE METHODS === #

    def _compute_report_file(self):
        for wizard in self:
            wizard.report_file = base64.b64encode(write_csv(wizard._get_report_rows()))

    def _compute_template_file(self):
        self.template_file = base64.b64encode(write_csv(self._get_template_rows()))

    # === ONCHANGE METHODS === #

    @api.onchange('file')
    def _onchange_file(self):
        """Another file is looked at anew."""
        self.state = 'upload'
        self.is_good_only = False

    # === ACTION METHODS === #

    def action_preview(self):
        """Read and check the file; change nothing yet."""
        self.ensure_one()
        self.check_access('write')
        self._check_entitled()
        self._show(self._read_rows())
        self.state = 'preview'
        return self._get_own_action()

    def action_import(self):
        """Bring the good rows in, all of them or none."""
        self.ensure_one()
        self.check_access('write')
        self._check_entitled()
        rows = self._read_rows()  # again: what was good at the preview may be wrong by now
        good = [row for row in rows if not row.errors]
        if not good:
            raise UserError(self.env._("The file has no good row."))
        if len(good) < len(rows) and not self.is_good_only:
            raise UserError(self.env._(
                "Rows with errors: %s. Mend the file, or choose to import the good rows only.", len(rows) - len(good)))
        self._show(rows, self._import_rows(good))
        self.state = 'done'
        return self._get_own_action()

    # === BUSINESS METHODS === #

    def _check_entitled(self):
        """:raise AccessError: the user may not import these"""
        raise NotImplementedError

    def _read_rows(self):
        """The file's rows, each with its `errors`."""
        raise NotImplementedError

    def _import_rows(self, rows):
        """Write the good rows. :return: what `_show` takes as outcomes"""
        raise NotImplementedError

    def _show(self, rows, outcomes=None):
        """Make these rows the wizard's lines. :param outcomes: of the import; None before it"""
        raise NotImplementedError

    def _get_template_rows(self):
        """A table to begin with."""
        raise NotImplementedError

    def _get_report_rows(self):
        """The lines as a table, in the order of the file."""
        raise NotImplementedError
