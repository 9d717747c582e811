import hashlib

from odoo import api, fields, models

from ...engine import feed_files, written
from .channel_sell_through_take import Terms


class ChannelFeedFormat(models.Model):
    """How the files of one sender are to be read."""

    _name = 'channel.feed.format'
    _description = "Format of Sales Files"
    _order = 'name'

    name = fields.Char(required=True, help="The sender, or its system.")
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    source_id = fields.Many2one(
        'channel.source', required=True, ondelete='restrict',
        help="Keys of rows are unique within a source: give each system of its own one of its own.")
    member_id = fields.Many2one(
        'channel.member', ondelete='restrict', check_company=True,
        help="All rows are this member's, whatever they say. Empty: each row names its member.")
    date_order = fields.Selection(
        [('ymd', "Year, month, day"), ('dmy', "Day, month, year"), ('mdy', "Month, day, year")], required=True,
        default='ymd', help="Days that begin with the year are always read; others only as it is said here.")
    decimal = fields.Selection(
        [('auto', "As it looks"), ('.', "Point"), (',', "Comma")], "Decimal Sign", required=True, default='auto',
        help="As it looks: 1,5 is one and a half, 1,234 is a thousand. Say comma where files hold numbers like 1,250.")
    key_headers = fields.Text(
        "Key Columns", help="Where no column is a key: the columns, one a line, that together never come twice. "
        "A row with the same values replaces the one before.")
    column_ids = fields.One2many('channel.feed.format.column', 'format_id', "Columns", copy=True)
    fingerprint = fields.Char(
        readonly=True, index='btree_not_null', help="Of the columns' names: a file with the same is read the same.")
    active = fields.Boolean(default=True)
    folder_ids = fields.One2many('channel.feed.folder', 'format_id', "Folders")

    _check_company_auto = True

    # === BUSINESS METHODS === #

    def _get_layout(self):
        """:rtype: odoo.addons.channel_inventory.engine.feed_files.Layout"""
        key = tuple(line.strip() for line in (self.key_headers or '').splitlines() if line.strip())
        return feed_files.Layout(
            columns={column.header: column.field or '' for column in self.column_ids}, key=key,
            fixed={'source': self.source_id.code, **({'member': self.member_id.code} if self.member_id else {})},
            style=self._get_style())

    def _get_style(self):
        return written.Style(self.date_order or 'ymd', self.decimal or 'auto')

    def _get_terms(self, **terms):
        if not self:
            return Terms(**terms)
        return Terms(source=self.source_id.code, style=self._get_style(), **terms)

    @api.model
    def _find_by_header(self, header):
        """The format that files with these columns were read with last."""
        return self.search([
            ('fingerprint', '=', get_fingerprint(header)), ('company_id', 'in', self.env.companies.ids)], limit=1,
            order='write_date desc')

    @api.model
    def _read_own_rows(self, table, code):
        """The rows of a list that a member hands in: its own sales under its own keys, whatever it writes there."""
        layout = feed_files.Layout(fixed={'source': 'portal', 'member': code}, needs_key=False)
        return feed_files.add_up(feed_files.to_rows(iter(table), layout), f'list|{code}|')


def get_fingerprint(header):
    """A short name of these names of columns."""
    text = '\n'.join(' '.join(str(cell).split()).casefold() for cell in header)
    return hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]
