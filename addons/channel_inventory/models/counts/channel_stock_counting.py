from zoneinfo import ZoneInfo

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ...engine import counts as engine

MAX_ROWS = 20_000


class ChannelStock(models.Model):
    """Counting: what lies there against what the book says."""

    _inherit = 'channel.stock'

    # === PUBLIC CALLS === #

    @api.model
    def channel_count(self, rows):
        """Take in what members have counted. The same row again changes nothing; one that differs corrects it.

        What is counted is what stands for sale, reserved goods among it; what is put aside (in inspection, frozen,
        damaged, expired) is not. Without `lot` a row counts all lots of the product together. The difference to the
        book of that moment becomes an adjustment.

        :param rows: up to 20,000 of ``{"source", "external_key", "member", "sku" | "gtin" | "member_sku", "qty",
            "date", "lot"?, "uom"?}``; `date` is a day (its end, today: now) or a moment in UTC, up to 92 days ago
        :return: ``{"accepted", "duplicate", "corrected", "held": [{"external_key", "reason"}]}``
        """
        self.env['channel.sell.through']._check_may_ingest()
        if not isinstance(rows, (list, tuple)) or len(rows) > MAX_ROWS:
            raise UserError(self.env._("Give a list of up to %s rows.", MAX_ROWS))
        good, held = self._read_counts(rows)
        counts = self.sudo()._take_counts(good, 'rpc')
        return {**counts, 'held': [{'external_key': row.key, 'reason': row.reason} for row in held]}

    # === BUSINESS METHODS === #

    @api.model
    def _read_counts(self, raws):
        """(rows understood, rows held)"""
        company = self.env.company
        now, zone = fields.Datetime.now(), ZoneInfo(company.sudo().partner_id.tz or 'UTC')
        read = [engine.read(raw, number, now, zone) for number, raw in enumerate(raws, 1)]
        rows = [row for row in read if isinstance(row, engine.Row)]
        self.env.flush_all()  # codes are looked up in the database itself
        codes = self.env['channel.sell.through'].sudo()._look_up_codes(rows, company)
        understood = [engine.understand(row, codes) for row in rows]
        good, twice = engine.drop_ambiguous(row for row in understood if isinstance(row, engine.Counted))
        held = [row for row in (*read, *understood) if isinstance(row, engine.Held)] + twice
        products = self.env['product.product'].sudo().browse({row.product for row in good})
        storable = set(products.filtered('is_storable').ids)
        held += [engine.Held(row.row, row.key, 'not_stored') for row in good if row.product not in storable]
        foreign = self._find_foreign_keys(good, company)
        held += [engine.Held(row.row, row.key, 'other_company')
                 for row in good if row.product in storable and (row.source, row.key) in foreign]
        return [row for row in good if row.product in storable and (row.source, row.key) not in foreign], held

    @api.model
    def _find_foreign_keys(self, rows, company):
        """{(source, key)} by which another company has counted: nobody corrects what is not its own."""
        lines = self.env['channel.stock.count.line'].sudo().search([
            ('external_key', 'in', [row.key for row in rows]), ('source_id', 'in', [row.source for row in rows]),
            ('company_id', '!=', company.id)])
        return {(line.source_id.id, line.external_key) for line in lines}

    @api.model
    def _take_counts(self, rows, kind, request=None, note=None, first=None):
        """Keep what was counted and make the book follow, in this transaction.

        :param rows: `engine.Counted`
        :param first: {key: what was counted before it was counted again}
        :return: {'accepted', 'duplicate', 'corrected'}
        """
        Line = self.env['channel.stock.count.line']
        known = {(line.source_id.id, line.external_key): line for line in Line.search([
            ('external_key', 'in', [row.key for row in rows]),
            ('source_id', 'in', list({row.source for row in rows}))])}
        new = [row for row in rows if (row.source, row.key) not in known]
        changed, moved = Line, {}
        for row in rows:
            line = known.get((row.source, row.key))
            if line and not line._is_of(row):
                moved[line] = row
            elif line and line._correct(row):
                changed |= line
        counts = self._create_counts([*new, *moved.values()], kind, request, note)
        try:
            lines = Line.create([
                self._prepare_count_line(row, counts[row.member, row.moment], (first or {}).get(row.key))
                for row in new])
        except UniqueViolation as error:
            # Another call has just taken it: run again, this one finds it.
            raise ConcurrencyError(str(error)) from error
        beside = Line._move({line: (row, counts[row.member, row.moment]) for line, row in moved.items()})
        changed |= Line.union(*moved)
        (lines | Line.union(*moved))._open()
        (lines | changed | beside)._post()
        self._on_counted(lines.count_id | changed.count_id)
        return {
            'accepted': len(new), 'duplicate': len(rows) - len(new) - len(changed), 'corrected': len(changed)}

    @api.model
    def _create_counts(self, rows, kind, request, note):
        """{(member, moment): its count}"""
        keys = list(dict.fromkeys((row.member, row.moment) for row in rows))
        members = {member.id: member for member in self.env['channel.member'].browse({member for member, _at in keys})}
        counts = self.env['channel.stock.count'].create([{
            'member_id': member, 'company_id': members[member].company_id.id, 'counted_at': moment, 'kind': kind,
            'user_id': self.env.uid, 'request_id': request.id if request else False, 'note': note,
        } for member, moment in keys])
        return dict(zip(keys, counts, strict=True))

    @api.model
    def _prepare_count_line(self, row, count, first):
        return {
            'count_id': count.id, 'product_id': row.product, 'lot_id': row.lot, 'source_id': row.source,
            'external_key': row.key, 'counted_qty': float(row.qty), 'was_recounted': first is not None,
            'first_qty': float(first or 0)}
