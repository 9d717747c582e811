import contextlib
import io
import logging
import time
from itertools import islice

from psycopg2 import InterfaceError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.distributor_portal.engine import TableError, read_table_apart

from ...engine import feed_files
from .channel_sell_through_take import CHUNK, Terms

_logger = logging.getLogger(__name__)

MAX_WORKBOOK = 20 * 2**20
WORKBOOK_ROWS = 200_000
WORKBOOK_SECONDS = 60
CRON_SECONDS = 50  # after that the next minute goes on


class ChannelFeed(models.Model):
    """Files into sales, chunk by chunk.

    Each chunk is a transaction of its own that also says how far the file was read: who is killed in the middle goes on
    there. What was read twice all the same changes nothing, since rows have keys.
    """

    _inherit = 'channel.feed'

    # === ACTION METHODS === #

    def action_run(self):
        """Read the file now instead of waiting for the next minute."""
        self.ensure_one()
        self.check_access('write')
        if self.state not in ('waiting', 'running', 'failed') or not (self.folder_id or self.filename):
            raise UserError(self.env._("There is nothing left to read."))
        if self.state == 'failed':
            self.sudo().write({'state': 'waiting', 'error': False})
        self.sudo()._run()

    # === CRON === #

    @api.model
    def _cron_run(self):
        """Look into the folders, then read what waits and what was cut short."""
        start = time.monotonic()
        self.env['channel.feed.folder'].sudo()._scan_all()
        feeds = self.sudo().search(
            [('state', 'in', ('waiting', 'running')), ('filename', '!=', False)], order='id')
        for feed in feeds:
            if time.monotonic() - start > CRON_SECONDS:
                self.env.ref('channel_inventory.ir_cron_feeds')._trigger()
                break
            feed._run()
            self.env['ir.cron']._commit_progress(1)

    # === BUSINESS METHODS === #

    def _run(self):
        """Read this file to its end, unless another worker does."""
        self.ensure_one()
        if not self._claim():
            return
        done = self._apart(lambda feed: feed._begin())
        if done is None:
            return
        try:
            with self._open_file() as file:
                self._read_file(file, done)
        except (OperationalError, InterfaceError):
            raise  # the database is away: whoever comes next goes on
        except Exception as error:
            text = self._explain(error)
            self._apart(lambda feed: feed._fail(text))
        if self.folder_id:
            self._apart(lambda feed: feed.folder_id._file_away(feed))

    def _explain(self, error):
        """Why the file could not be read to its end, as a sentence."""
        if isinstance(error, (feed_files.FileError, TableError)):
            return self._get_file_text(error)
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, OSError):
            return error.strerror or str(error)
        _logger.error("Feed %s could not be read", self.id, exc_info=error)
        return f"{type(error).__name__}: {error}"

    def _claim(self):
        """Whether this worker reads the file: the lock ends with the transaction, also where that is killed."""
        return self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtext('channel.feed'), %s)", self.id))[0][0]

    def _apart(self, act):
        """`act` on this feed in a transaction of its own; in the one that is open where that has written already."""
        if self.env['sale.order']._channel_has_written():
            return act(self)
        with self.env.registry.cursor() as cr:
            result = act(self.with_env(self.env(cr=cr)))
        self.invalidate_recordset()
        return result

    def _begin(self):
        """:return: how many rows are in already, None where there is nothing left to read"""
        if not self.exists() or self.state not in ('waiting', 'running'):
            return None
        self.write({'state': 'running', 'started_at': self.started_at or fields.Datetime.now(), 'error': False})
        return self.rows_read

    def _read_file(self, file, done):
        scan = feed_files.scan(file)
        if scan.digest != self.digest:
            done = 0  # another file than the one whose rows are in
        if self._apart(lambda feed: feed._is_known(scan)):
            return
        terms = self._get_terms()
        rows = feed_files.to_rows(self._open_table(file, scan), self.format_id._get_layout())
        for chunk in split_every(CHUNK, islice(rows, done, None), list):
            self._take_chunk(chunk, terms)
        self._apart(lambda feed: feed._finish())

    def _take_chunk(self, chunk, terms):
        """Understand the rows on a view of the data as it is now, then take them when the turn has come."""
        company = self.company_id
        batch = self._apart(
            lambda feed: feed.env['channel.sell.through']._prepare_batch(chunk, company.with_env(feed.env), terms))
        self.env['channel.sell.through']._in_turn(
            lambda sales: sales._take_batch(batch, self.with_env(sales.env)))

    def _is_known(self, scan):
        """Whether the very same bytes have come before: then there is nothing to do, and it is told."""
        twin = self.search([
            ('digest', '=', scan.digest), ('state', '=', 'done'), ('company_id', '=', self.company_id.id),
            ('id', '!=', self.id)], limit=1)
        read = self.rows_read if scan.digest == self.digest else 0
        self.write({'digest': scan.digest, 'rows_total': scan.lines, 'rows_read': read, **({
            'state': 'known', 'finished_at': fields.Datetime.now(),
            'error': self.env._("The same file as %(feed)s, read at %(time)s.", feed=twin.name, time=twin.finished_at),
        } if twin else {})})
        return bool(twin)

    def _fail(self, text):
        self.write({'state': 'failed', 'finished_at': fields.Datetime.now(), 'error': text})

    def _get_terms(self, **terms):
        """How rows of this feed are read."""
        self.ensure_one()
        if self.format_id:
            return self.format_id._get_terms(**terms)
        source = self.source_id.code or ('portal' if self.kind == 'portal' else 'api')
        return Terms(source=source, **terms)

    # --- the file

    @contextlib.contextmanager
    def _open_file(self):
        if self.folder_id:
            with self.folder_id._open_file(self) as file:
                yield file
            return
        attachment = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', self._name), ('res_field', '=', 'file'), ('res_id', '=', self.id)], limit=1)
        if attachment.store_fname:
            with open(attachment._full_path(attachment.store_fname), 'rb') as file:
                yield file
        else:
            yield io.BytesIO(attachment.raw or b'')

    @api.model
    def _open_table(self, file, scan):
        """(row number, cells) of a file of any kind that is taken."""
        if scan.kind == 'text':
            return feed_files.iter_text(file, scan.encoding)
        if scan.kind == 'parquet':
            return feed_files.iter_parquet(file)
        if scan.size > MAX_WORKBOOK:
            raise feed_files.FileError('workbook_too_large')
        return iter(read_table_apart(file.read(), WORKBOOK_ROWS, WORKBOOK_SECONDS))

    @api.model
    def _get_file_text(self, error):
        """What is wrong with the file, as a sentence."""
        _ = self.env._
        texts = {
            **self.env['channel.file.import']._get_table_texts(),
            'no_header': _("None of the first rows names the columns; missing: %(given)s."),
            'column_missing': _("Columns are missing: %(given)s."),
            'row_group_too_large': _("The row groups of the Parquet file are too large: write it with smaller ones."),
            'workbook_too_large': _("Such a large workbook is not read: save it as CSV or Parquet."),
            'not_a_table': _("This is no CSV, TSV, XLSX, ODS or Parquet file that can be read."),
        }
        return texts.get(error.key, error.key) % {'given': str(error)}
