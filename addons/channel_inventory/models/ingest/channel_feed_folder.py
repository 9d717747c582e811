import contextlib
import os
import stat

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, config

PARAMETER = 'channel_inventory.feed_root'
OPTION = 'channel_feed_root'
DONE, FAILED = 'done', 'failed'
OPEN = ('waiting', 'running')
TAKEN = ('.csv', '.tsv', '.txt', '.xlsx', '.ods', '.parquet')
NOTE = '.error.txt'
UNFINISHED = ('.part', '.tmp', '.filepart', '.crdownload', NOTE)
MAX_FILES = 1000  # of one look
NO_LINK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class ChannelFeedFolder(models.Model):
    """A folder that others put files of sales into: on this machine, or mounted from where they upload by SFTP.

    It lies below the one root that the server's owner allows, and no link leads out of it.
    """

    _name = 'channel.feed.folder'
    _description = "Folder of Sales Files"
    _order = 'name'

    name = fields.Char(required=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    path = fields.Char(required=True, help="Below the allowed root, for example north/dealer-12.")
    format_id = fields.Many2one('channel.feed.format', required=True, ondelete='restrict', check_company=True)
    is_on = fields.Boolean("Looked Into", help="Once a minute. Files that are done go to done/, others to failed/.")
    seen = fields.Json(readonly=True, copy=False)
    scanned_at = fields.Datetime("Last Look", readonly=True, copy=False)
    error = fields.Text(readonly=True, copy=False)
    feed_ids = fields.One2many('channel.feed', 'folder_id', "Feeds")
    feed_count = fields.Integer(compute='_compute_feed_count')

    _check_company_auto = True
    _one_each = models.Constraint('UNIQUE (path)', "This folder is looked into already.")

    # === COMPUTE METHODS === #

    def _compute_feed_count(self):
        counts = dict(self.env['channel.feed']._read_group([('folder_id', 'in', self.ids)], ['folder_id'], ['__count']))
        for folder in self:
            folder.feed_count = counts.get(folder, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains('path')
    def _check_path(self):
        for folder in self:
            parts = (folder.path or '').split('/')
            if os.path.isabs(folder.path) or '\\' in folder.path or '\x00' in folder.path or any(
                    part in ('', '.', '..') or part.startswith('.') or part in (DONE, FAILED) for part in parts):
                raise ValidationError(self.env._("%s is no path below the allowed root.", folder.path))

    # === ACTION METHODS === #

    def action_scan(self):
        """Look into it now, and say what is wrong where something is."""
        self.ensure_one()
        self.check_access('write')
        self._get_path()
        self.sudo()._scan()
        self.env.ref('channel_inventory.ir_cron_feeds').sudo()._trigger()

    def action_view_feeds(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_feed_action')
        return {**action, 'domain': [('folder_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _scan_all(self):
        """Look into every folder that is on; one that cannot be read does not keep us from the others."""
        for folder in self.search([('is_on', '=', True)]):
            claimed = self.env.execute_query(SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext('channel.feed.folder'), %s)", folder.id))[0][0]
            if not claimed:
                continue
            error = False
            try:
                folder._scan()
            except (OSError, UserError) as problem:
                error = str(problem)
            if folder.error != (error or False):
                folder.error = error
            self.env['ir.cron']._commit_progress()

    def _scan(self):
        """Make a feed of each file that has not changed since the last look."""
        self.ensure_one()
        with self._open_dir() as directory:
            for feed in self.env['channel.feed'].search([
                    ('folder_id', '=', self.id), ('is_filed', '=', False), ('state', 'not in', OPEN)]):
                self._move(directory, feed)
            found = self._list_files(directory)
        waiting = set(self.env['channel.feed'].search([
            ('folder_id', '=', self.id), ('state', 'in', OPEN)]).mapped('filename'))
        # Compared, not told by the clock, which may jump: a file that is still being written is another each time.
        ready = [name for name, look in found.items() if name not in waiting and (self.seen or {}).get(name) == look]
        self.write({'seen': found, 'scanned_at': fields.Datetime.now()})
        self.env['channel.feed'].create([{
            'name': f'{self.name}: {name}', 'kind': 'folder', 'folder_id': self.id, 'filename': name,
            'company_id': self.company_id.id, 'format_id': self.format_id.id,
            'source_id': self.format_id.source_id.id, 'member_id': self.format_id.member_id.id} for name in ready])

    # --- files

    @api.model
    def _get_root(self):
        """Below which folders may lie; '' where nobody has allowed one.

        What odoo.conf says cannot be changed from within Odoo.
        """
        root = config.get(OPTION) or self.env['ir.config_parameter'].sudo().get_param(PARAMETER) or ''
        return os.path.realpath(root) if root else ''

    def _get_path(self):
        """:raise UserError: no root is allowed, the folder is not there, or a link leads elsewhere"""
        root = self._get_root()
        if not root:
            raise UserError(self.env._(
                "No folder may be looked into yet: name the root of all of them in odoo.conf (%(option)s) or in the "
                "system parameter %(parameter)s.", option=OPTION, parameter=PARAMETER))
        self._check_path()
        path = os.path.join(root, self.path)
        if os.path.realpath(path) != path or not os.path.isdir(path):
            raise UserError(self.env._("%s is no folder below the allowed root.", self.path))
        return path

    @contextlib.contextmanager
    def _open_dir(self):
        descriptor = os.open(self._get_path(), FOLDER)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @api.model
    def _list_files(self, directory):
        """{name: [size, time of change, number]} of the plain files that may be taken"""
        found = {}
        with os.scandir(directory) as entries:
            for entry in entries:
                name = entry.name
                if not is_taken(name) or not entry.is_file(follow_symlinks=False):
                    continue
                look = os.stat(name, dir_fd=directory, follow_symlinks=False)
                found[name] = [look.st_size, str(look.st_mtime_ns), look.st_ino]
                if len(found) >= MAX_FILES:
                    break
        return found

    @contextlib.contextmanager
    def _open_file(self, feed):
        """:raise OSError: it is gone, or no plain file"""
        with self._open_dir() as directory, self._find_file(directory, feed) as (place, name):
            descriptor = os.open(name, NO_LINK, dir_fd=place)
        with open(descriptor, 'rb') as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(self.env._("%s is no plain file.", name))
            yield file

    @contextlib.contextmanager
    def _find_file(self, directory, feed):
        """(folder, name) of the file of a feed: where it came to, or in failed/ once it was moved there."""
        if not is_taken(feed.filename):
            raise OSError(self.env._("%s is no plain file.", feed.filename))
        if not feed.is_filed:
            yield directory, feed.filename
            return
        failed = os.open(FAILED, FOLDER, dir_fd=directory)
        try:
            yield failed, _name_away(feed)
        finally:
            os.close(failed)

    def _file_away(self, feed):
        """Move the file of a feed that is over. What cannot be moved now is tried again at the next look."""
        if feed.state in OPEN:
            return
        try:
            with self._open_dir() as directory:
                self._move(directory, feed)
        except (OSError, UserError) as error:
            self.error = str(error)

    def _move(self, directory, feed):
        if not is_taken(feed.filename):
            feed.is_filed = True  # no file of this folder: there is nothing to move
            return
        place = FAILED if feed.state == 'failed' else DONE
        with contextlib.suppress(FileExistsError):
            os.mkdir(place, 0o770, dir_fd=directory)
        target = os.open(place, FOLDER, dir_fd=directory)
        try:
            name = _name_away(feed)
            with contextlib.suppress(FileNotFoundError), self._find_file(directory, feed) as (source, old):
                os.rename(old, name, src_dir_fd=source, dst_dir_fd=target)
                if feed.is_filed and place == DONE:
                    os.unlink(f'{name}{NOTE}', dir_fd=source)
            if feed.error:
                note = os.open(f'{name}{NOTE}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o660,
                               dir_fd=target)
                with open(note, 'w', encoding='utf-8') as file:
                    file.write(feed.error + '\n')
        finally:
            os.close(target)
        feed.is_filed = True
        self.seen = {name: look for name, look in (self.seen or {}).items() if name != feed.filename}


def is_taken(name):
    """Whether a file of this name is one to take; the database must take the name, too, which can be any bytes."""
    name = name or ''
    is_table = name.lower().endswith(TAKEN) and not name.lower().endswith(UNFINISHED)
    return is_table and '/' not in name and not name.startswith('.') and len(name) <= 200 and name.isprintable()


def _name_away(feed):
    """What its file is called in done/ and failed/: the same name may come every day."""
    return f'{feed.id}-{feed.filename}'
