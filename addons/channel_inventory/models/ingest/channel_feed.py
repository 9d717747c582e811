import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.distributor_portal.engine.sheets import write_sheet

from .channel_feed_folder import is_taken

COUNTS = ('accepted', 'duplicate', 'corrected', 'outdated', 'held')
WIDTHS = (8, 24, 40, 16, 20, 24, 12, 14, 30)


class ChannelFeed(models.Model):
    """One delivery of sales from outside: a call, a file, what a member has typed in."""

    _name = 'channel.feed'
    _description = "Sales Feed"
    _order = 'id desc'

    name = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [('rpc', "Call"), ('file', "Uploaded file"), ('folder', "File in a folder"), ('portal', "Dealer centre"),
         ('pos', "Point of sale"), ('undo', "Taken back")], required=True, readonly=True)
    state = fields.Selection(
        [('waiting', "Waiting"), ('running', "Running"), ('done', "Done"), ('known', "Known Already"),
         ('failed', "Failed"), ('undone', "Taken Back")], required=True, default='waiting', readonly=True, index=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True, default=lambda self: self.env.company)
    user_id = fields.Many2one('res.users', "By", readonly=True, default=lambda self: self.env.user)
    source_id = fields.Many2one('channel.source', readonly=True)
    member_id = fields.Many2one(
        'channel.member', readonly=True, help="Whose sales these are, where one member sent them.")
    format_id = fields.Many2one('channel.feed.format', readonly=True, ondelete='restrict')
    folder_id = fields.Many2one('channel.feed.folder', readonly=True, index='btree_not_null', ondelete='restrict')
    file = fields.Binary(readonly=True)
    filename = fields.Char("File Name", readonly=True)
    is_filed = fields.Boolean(readonly=True, help="The file was moved out of its folder.")
    digest = fields.Char(
        readonly=True, index='btree_not_null', help="SHA-256 of the file: the same file again is told.")
    rows_total = fields.Integer("Rows, About", readonly=True)
    rows_read = fields.Integer("Rows Read", readonly=True)
    accepted = fields.Integer(readonly=True)
    duplicate = fields.Integer("Known Rows", readonly=True)
    corrected = fields.Integer(readonly=True, help="Known rows that said something else now.")
    outdated = fields.Integer(
        "Overtaken", readonly=True, help="Rows that say less than what is known: a newer revision came before them.")
    held = fields.Integer(readonly=True)
    progress = fields.Float(compute='_compute_progress', help="How much of the file has been read, of 100.")
    started_at = fields.Datetime("Started", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    error = fields.Text(readonly=True)
    answer = fields.Json(readonly=True)
    undo_of_id = fields.Many2one('channel.feed', "Takes Back", readonly=True)
    row_ids = fields.One2many('channel.feed.row', 'feed_id', "Held Rows")
    to_mend = fields.Integer(compute='_compute_to_mend')
    held_file = fields.Binary(compute='_compute_held_file')

    # Two workers that look into a folder at once take a file once.
    _one_run_each = models.UniqueIndex(
        "(folder_id, filename) WHERE folder_id IS NOT NULL AND state IN ('waiting', 'running')")

    # === COMPUTE METHODS === #

    @api.depends('row_ids.state')
    def _compute_to_mend(self):
        counts = dict(self.env['channel.feed.row']._read_group(
            Domain('feed_id', 'in', self.ids) & Domain('state', '=', 'open'), ['feed_id'], ['__count']))
        for feed in self:
            feed.to_mend = counts.get(feed, 0)

    @api.depends('rows_read', 'rows_total', 'state')
    def _compute_progress(self):
        for feed in self:
            share = feed.rows_read / feed.rows_total if feed.rows_total else 0
            feed.progress = 100 if feed.state in ('done', 'known', 'undone') else min(100 * share, 99)

    def _compute_held_file(self):
        for feed in self:
            feed.held_file = base64.b64encode(feed._write_held_sheet())

    # === CONSTRAINT METHODS === #

    @api.constrains('folder_id', 'filename')
    def _check_filename(self):
        for feed in self:
            if feed.folder_id and not is_taken(feed.filename):
                raise ValidationError(self.env._("%s is no plain file.", feed.filename))

    # === ACTION METHODS === #

    def action_view_rows(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_feed_row_action')
        return {**action, 'domain': [('feed_id', 'in', self.ids)]}

    def action_view_sales(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_sell_through_action')
        return {**action, 'domain': [('feed_id', 'in', self.ids)], 'context': {}}

    def action_download_held(self):
        """The rows that are still to mend, with the reasons, as a workbook for the sender."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_url', 'target': 'download',
            'url': f'/web/content/channel.feed/{self.id}/held_file?download=true&filename=held-{self.id}.xlsx'}

    # === BUSINESS METHODS === #

    def _count(self, counts):
        """Add what a chunk of rows came to. :param counts: {'read', 'accepted', …, 'held'}"""
        self.ensure_one()
        self.write({
            'rows_read': self.rows_read + counts['read'],
            **{name: self[name] + counts[name] for name in COUNTS}})

    def _finish(self, answer=None):
        """All of it is in. :param answer: what the sender was told"""
        self.write({'state': 'done', 'finished_at': fields.Datetime.now(), 'answer': answer})

    def _write_held_sheet(self):
        self.ensure_one()
        _ = self.env._
        rows = self.row_ids.filtered(lambda row: row.state == 'open').sorted('row_no')
        reasons = dict(rows._get_reasons())
        header = [
            _("Row"), _("Why"), _("What"), _("Member"), _("Key"), _("Product"), _("Quantity"), _("Date"), _("Source")]
        return write_sheet(_("Held Rows"), [header, *(
            [row.row_no, reasons[row.reason], row.detail, row.member_code, row.external_key, row.product_code, row.qty,
             row.day, row.source] for row in rows)], WIDTHS, bold=[0])
