import io
import json
import math

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import sell_through, written

MAX_RAW = 40  # fields of a row that are kept
MAX_NUMBER = 2**53
COLUMNS = (
    'feed_id', 'company_id', 'row_no', 'source', 'external_key', 'version', 'reason', 'detail', 'raw', 'member_code',
    'product_code', 'qty', 'day')
KEY = ('company_id', 'source', 'external_key')
STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS channel_held_stage (
        feed_id int4, company_id int4, row_no int4, source text, external_key text, version float8, reason text,
        detail text, raw jsonb, member_code text, product_code text, qty text, day text
    ) ON COMMIT DELETE ROWS;
    TRUNCATE channel_held_stage
"""
# The same row again, still held: it is asked about once, as it was said last.
KEEP = """
    INSERT INTO channel_feed_row AS kept (%(columns)s, state, create_uid, create_date, write_uid, write_date)
    SELECT DISTINCT ON (source, external_key, CASE WHEN external_key IS NULL THEN row_no END)
           %(columns)s, 'open', %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM channel_held_stage
  ORDER BY source, external_key, CASE WHEN external_key IS NULL THEN row_no END, version DESC NULLS FIRST, row_no DESC
        ON CONFLICT (company_id, source, external_key) WHERE state = 'open' AND external_key IS NOT NULL
        DO UPDATE SET %(newer)s, write_uid = %(uid)s, write_date = %(now)s
            WHERE kept.version IS NULL OR excluded.version IS NULL OR excluded.version >= kept.version
"""
SETTLE = """
    UPDATE channel_feed_row held SET state = 'mended', write_date = %(now)s, write_uid = %(uid)s
      FROM channel_sell_stage taken JOIN channel_source source ON source.id = taken.source_id
     WHERE held.state = 'open' AND held.company_id = %(company)s AND held.source = source.code
       AND held.external_key = taken.external_key
       AND (held.version IS NULL OR taken.version IS NULL OR taken.version >= held.version)
 RETURNING held.id
"""


class ChannelFeedRow(models.Model):
    """A row of sales that could not be taken as it is."""

    _name = 'channel.feed.row'
    _description = "Held Row of Sales"
    _inherit = ['channel.by.hand']
    _order = 'id desc'
    _rec_name = 'external_key'

    _hand_fields = frozenset({'member_id', 'product_id'})  # what a person says a row means

    feed_id = fields.Many2one('channel.feed', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    row_no = fields.Integer("Row", readonly=True)
    source = fields.Char(readonly=True)
    external_key = fields.Char("Key", readonly=True)
    version = fields.Float(readonly=True, help="Its revision, or when it was changed: no older report overtakes it.")
    reason = fields.Selection(selection='_get_reasons', required=True, readonly=True)
    detail = fields.Char(readonly=True)
    raw = fields.Json(readonly=True)
    member_code = fields.Char("Member's Code", readonly=True)
    product_code = fields.Char("Product's Code", readonly=True)
    qty = fields.Char("Quantity", readonly=True)
    day = fields.Char("Date", readonly=True)
    member_id = fields.Many2one('channel.member', "Means Member", check_company=True)
    product_id = fields.Many2one('product.product', "Means Product", check_company=True)
    state = fields.Selection(
        [('open', "To Mend"), ('mended', "Mended"), ('dropped', "Dropped")], required=True, default='open',
        readonly=True, index=True)

    _check_company_auto = True
    _asked_once = models.UniqueIndex(
        "(company_id, source, external_key) WHERE state = 'open' AND external_key IS NOT NULL",
        "This row is asked about already.")

    # === SELECTION METHODS === #

    @api.model
    def _get_reasons(self):
        _ = self.env._
        return [
            ('not_a_row', _("Not a row")), ('not_text', _("Not a text")), ('no_key', _("No key of its own")),
            ('unknown_source', _("Unknown source")), ('unknown_member', _("Unknown member")),
            ('unknown_product', _("Unknown product")), ('unknown_unit', _("Unknown unit")),
            ('unknown_lot', _("Unknown lot")), ('wrong_quantity', _("Not a quantity")), ('wrong_date', _("Not a date")),
            ('wrong_price', _("Not a price")), ('wrong_version', _("Not a revision")),
            ('wrong_rounding', _("Does not come out even in the product's unit")), ('future', _("In the future")),
            ('too_old', _("Month is closed")), ('absurd', _("Too much to be true")),
            ('other_company', _("Key of another company"))]

    # === ACTION METHODS === #

    def action_mend(self):
        """Take these rows with what a person says they mean, and remember what a member calls a product."""
        self.check_access('write')
        before = {row: row.reason for row in self}
        for feed, rows in self.filtered(lambda row: row.state == 'open').grouped('feed_id').items():
            rows._learn()
            rows.sudo()._take_mended(feed.sudo())
        if len(self) == 1 and self.state == 'open':
            text = self.env._("It still cannot be taken: %s", dict(self._get_reasons())[self.reason])
            if self.reason == before[self]:
                raise UserError(text)
            # What it is held for now is kept: a person sees it, and may say so again.
            return {
                'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
                    'type': 'warning', 'message': text, 'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}}}
        return None

    def action_mend_alike(self):
        """Mend this row, and every open row that calls the same thing by the same code."""
        self.ensure_one()
        self.check_access('write')
        alike = self._find_alike()
        alike.write({
            name: self[name].id for name, reason in (
                ('member_id', 'unknown_member'), ('product_id', 'unknown_product'))
            if self[name] and (self.reason == reason or name == 'product_id')})
        alike.action_mend()
        still = alike.filtered(lambda row: row.state == 'open')
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
                'type': 'warning' if still else 'success', 'next': {'type': 'ir.actions.act_window_close'},
                'message': self.env._("%(taken)s rows taken, %(still)s still held.",
                                      taken=len(alike) - len(still), still=len(still))}}

    def action_drop(self):
        """These rows are mistakes: they stay on record and are asked about no more."""
        self.check_access('write')
        self.filtered(lambda row: row.state == 'open').sudo().state = 'dropped'

    # === BUSINESS METHODS === #

    def _find_alike(self):
        """Open rows that are held for the same reason and the same code, of senders that may mean the same by it."""
        self.ensure_one()
        alike = Domain('state', '=', 'open') & Domain('reason', '=', self.reason) & Domain(
            'company_id', '=', self.company_id.id)
        if self.reason == 'unknown_member':
            alike &= Domain('source', '=', self.source) & Domain('member_code', '=', self.member_code)
        elif self.reason == 'unknown_product':
            alike &= Domain('member_code', '=', self.member_code) & Domain('product_code', '=', self.product_code)
        else:
            return self
        return self | self.search(alike)

    def _learn(self):
        """Remember what members call our products, and what sources call our members."""
        for row in self:
            member = row.member_id or row._find_member()
            if row.reason == 'unknown_member' and row.member_id and row.member_code:
                self.env['channel.source.member'].sudo()._learn(row.source, row.member_code, row.member_id)
            if row.product_id and row.product_code and member and row.reason == 'unknown_product':
                self.env['channel.member.sku']._learn(member, row.product_code, row.product_id)

    def _find_member(self):
        self.ensure_one()
        return self.env['channel.member'].search([
            ('code', '=', (self.member_code or '').upper()), ('company_id', '=', self.company_id.id)], limit=1)

    def _take_mended(self, feed):
        """What can be taken is mended; the others say why not."""
        SellThrough = self.env['channel.sell.through']
        SellThrough._wait_for_turn()
        # A person who says what a code means has not looked at how much it is of: only of these it was asked.
        for accepts_absurd, rows in self.sorted('row_no').grouped(lambda row: row.reason == 'absurd').items():
            batch = SellThrough._prepare_batch(
                list(enumerate(row._get_mended() for row in rows)), feed.company_id,
                feed._get_terms(accepts_absurd=accepts_absurd),
                {place: row.product_id.id for place, row in enumerate(rows) if row.product_id})
            still = {held.row: held for held in SellThrough._take_batch(batch, feed, keeps_held=False)[1]}
            taken = rows.browse(row.id for place, row in enumerate(rows) if place not in still)
            taken.state = 'mended'
            feed.held -= len(taken)
            for place, held in still.items():
                if rows[place].reason != held.reason:
                    rows[place].write({'reason': held.reason, 'detail': held.detail})

    def _get_mended(self):
        """The row as it would have been right."""
        self.ensure_one()
        raw = {**(self.raw or {}), 'source': self.source or (self.raw or {}).get('source')}
        if self.member_id:
            raw['member'] = self.member_id.code
        if self.product_id:
            raw = {name: value for name, value in raw.items() if name not in sell_through.CODES}
            # It needs some code to be read. Which product it is goes beside it: not each has a code of its own.
            raw['sku'] = str(self.product_id.id)
        return raw

    # --- in bulk

    @api.model
    def _keep(self, held, feed):
        """Write down what is held: as many rows as there may be, each once."""
        cr = self.env.cr
        self.flush_model()
        cr.execute(STAGE)
        cr.copy_expert(
            "COPY channel_held_stage FROM STDIN", io.StringIO(''.join(_as_line(row, feed) for row in held)))
        cr.execute(SQL(
            KEEP, columns=SQL(", ").join(map(SQL.identifier, COLUMNS)), uid=self.env.uid, now=fields.Datetime.now(),
            newer=SQL(", ").join(
                SQL("%(name)s = excluded.%(name)s", name=SQL.identifier(name)) for name in COLUMNS if name not in KEY)))
        self.invalidate_model()

    @api.model
    def _settle_staged(self, feed):
        """Rows that were held and have just been taken as they came again, right now: nobody needs to mend them."""
        self.flush_model()
        self.env.cr.execute(SQL(SETTLE, company=feed.company_id.id, uid=self.env.uid, now=fields.Datetime.now()))
        if self.env.cr.rowcount:
            self.invalidate_model()


def _as_line(row, feed):
    raw = {sell_through.clean(name): _keep_value(value)
           for name, value in list(row.raw.items())[:MAX_RAW] if written.is_given(value)}
    key = _show(row.raw, 'external_key')
    try:
        version = written.version(row.raw.get('revision'), row.raw.get('changed_at'))
    except ValueError:
        version = None
    values = (
        feed.id, feed.company_id.id, row.row, _show(row.raw, 'source') or feed._get_terms().source,
        key if key and len(str(row.raw.get('external_key'))) <= sell_through.MAX_KEY else None, version, row.reason,
        row.detail or None, json.dumps(raw, allow_nan=False, default=str), _show(row.raw, 'member'),
        next(filter(None, (_show(row.raw, name) for name in sell_through.CODES)), None),
        _show(row.raw, 'qty'), _show(row.raw, 'date'))
    return '\t'.join(r'\N' if value is None else _escape(str(value)) for value in values) + '\n'


def _keep_value(value):
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    return value if is_number and abs(value) < MAX_NUMBER else sell_through.clean(value)


def _show(raw, name):
    value = raw.get(name)
    return sell_through.clean(value).strip() or None if written.is_given(value) else None


def _escape(text):
    return text.replace('\\', r'\\').replace('\t', r'\t').replace('\n', r'\n').replace('\r', r'\r')
