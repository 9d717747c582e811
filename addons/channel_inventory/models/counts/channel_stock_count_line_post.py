from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger
from ..ledger.channel_stock_entry import DIGITS
from ..ledger.channel_stock_entry_lots import FEFO

CHUNK = 100  # members whose counts are followed in one turn


class ChannelStockCountLine(models.Model):
    """A count is the truth of its moment: the book of that moment becomes what was counted, and stays so.

    What comes in later and happened before changes the book of that moment; the count changes it back, and what was
    missing is explained by so much.
    """

    _inherit = 'channel.stock.count.line'

    # === BUSINESS METHODS === #

    def _open(self):
        """Note what the book says before it is changed."""
        if self:
            self.flush_recordset()
            books = self._get_books()
            for line in self:
                line.book_qty = float(books[line.id])

    def _correct(self, row):
        """The source says something else now. :return: whether it does"""
        self.ensure_one()
        if to_decimal(self.counted_qty, DIGITS) == to_decimal(row.qty, DIGITS):
            return False
        self.counted_qty = float(row.qty)
        return True

    def _is_of(self, row):
        """Whether the row is of the same goods and the same day. What is counted today has another moment each time."""
        self.ensure_one()
        days = set(map(self.company_id._channel_get_day, (self.counted_at, row.moment)))
        return (self.member_id.id, self.product_id.id, self.lot_id.id or None) == (
            row.member, row.product, row.lot) and (len(days) == 1 or self.count_id.kind == 'portal')

    @api.model
    def _move(self, moved):
        """The source says now that something else was counted: these are taken back, and count anew.

        :param moved: {line: (`engine.Counted`, its count)}
        :return: the counts that these had overtaken or changed the book of
        """
        lines = self.union(*moved)
        if not lines:
            return lines
        beside = self.search([
            ('member_id', 'in', lines.member_id.ids), ('product_id', 'in', lines.product_id.ids),
            ('counted_at', '>=', min(lines.mapped('counted_at')))])
        lines._take_back()
        for line, (row, count) in moved.items():
            line.write({
                'count_id': count.id, 'product_id': row.product, 'lot_id': row.lot, 'counted_qty': float(row.qty),
                'posted_qty': 0})
        return beside

    def _take_back(self):
        """Undo what these have done to the book, lot by lot, at the moment that it was done for."""
        own = {(line.count_id.id, line.product_id.id, line.external_key): line for line in self}
        done = {}
        Entry = self.env['channel.stock.entry'].sudo()
        for entry in Entry.search([
                ('ref_model', '=', 'channel.stock.count'), ('ref_id', 'in', self.count_id.ids),
                ('product_id', 'in', self.product_id.ids)], order='id'):
            line = own.get((entry.ref_id, entry.product_id.id, entry.external_key))
            if line:
                key = line, entry.lot_id.id or None, entry.owner_id.id or None
                done[key] = done.get(key, Decimal()) + to_decimal(entry.qty, DIGITS)
        note = self.env._("Taken back: the source says now that something else was counted")
        Entry._post([line._prepare_move(lot, owner, -qty, note) for (line, lot, owner), qty in done.items() if qty])

    def _post(self):
        """Make the book of its moment what was counted. Again: posts nothing twice.

        A count that a later one has overtaken changes nothing.
        """
        lines = self._get_latest()
        if not lines:
            return
        lines.flush_recordset()
        self.env['channel.stock'].flush_model()
        books = lines._get_books()
        held = lines._get_held()
        moves = []
        for line in lines:
            delta = to_decimal(line.counted_qty, DIGITS) - books[line.id]
            if not delta:
                continue
            for (lot, owner), part in line._share_difference(delta, held).items():
                moves.append(line._prepare_move(lot, owner, part, line._describe(books[line.id])))
            line.posted_qty = float(to_decimal(line.posted_qty, DIGITS) + delta)
        if moves:
            self.env['channel.stock.entry'].sudo()._post(moves)

    def _get_latest(self):
        """Those of these lines that no later count has overtaken: of the same lot, or of all lots together.

        Of two of the same moment, as all of one past day are, the one told later holds.
        """
        self.flush_model()
        overtaken = {id_ for id_, in self.env.execute_query(SQL(
            """SELECT c.id FROM channel_stock_count_line c
                WHERE c.id = ANY(%s) AND EXISTS (
                      SELECT FROM channel_stock_count_line n
                       WHERE n.member_id = c.member_id AND n.product_id = c.product_id
                         AND (n.lot_id IS NULL OR n.lot_id = c.lot_id)
                         AND (n.counted_at, n.id) > (c.counted_at, c.id))""", list(self.ids)))}
        return self.filtered(lambda line: line.id not in overtaken)

    def _get_books(self):
        """{line: what the book says stood for sale at its moment}: what it says now, less what has happened since.

        Sales of a day stand at its noon. Told before the count they had happened, whatever the hour.
        """
        return {line: to_decimal(qty, DIGITS) for line, qty in self.env.execute_query(SQL(
            """SELECT c.id, COALESCE((
                   SELECT SUM(k.available + k.reserved) FROM channel_stock k
                    WHERE k.member_id = c.member_id AND k.product_id = c.product_id
                      AND (c.lot_id IS NULL OR k.lot_id = c.lot_id)), 0) - COALESCE((
                   SELECT SUM(e.qty) FROM channel_stock_entry e
                    WHERE e.member_id = c.member_id AND e.product_id = c.product_id AND e.occurred_at > c.counted_at
                      AND e.posted_at > c.counted_at AND e.occurred_at > %s AND e.state = ANY(%s)
                      AND (c.lot_id IS NULL OR e.lot_id = c.lot_id)), 0)
                 FROM channel_stock_count_line c WHERE c.id = ANY(%s)""",
            min(self.mapped('counted_at')), list(ledger.COUNTED), list(self.ids)))}

    def _get_held(self):
        """{(member, product): {(lot, owner): available}}, in the sequence in which sales would take it."""
        held = {}
        for member, product, lot, owner, qty in self.env.execute_query(SQL(
                """SELECT k.member_id, k.product_id, k.lot_id, k.owner_id, k.available
                     FROM channel_stock k LEFT JOIN stock_lot l ON l.id = k.lot_id
                    WHERE k.member_id = ANY(%s) AND k.product_id = ANY(%s) ORDER BY %s""",
                self.member_id.ids, self.product_id.ids, FEFO)):
            held.setdefault((member, product), {})[lot, owner] = to_decimal(qty, DIGITS)
        return held

    def _share_difference(self, delta, held):
        """{(lot, owner): signed quantity}: what is missing as if it had been sold, what is too much without a lot."""
        self.ensure_one()
        own = self.lot_id.id or None, None
        if delta > 0:
            return {own: delta}
        positions = {
            key: max(qty, Decimal()) for key, qty in held.get((self.member_id.id, self.product_id.id), {}).items()
            if not self.lot_id or key[0] == self.lot_id.id}
        beyond = max(-delta - sum(positions.values(), Decimal()), Decimal())
        shares = {key: -qty for key, qty in ledger.share_out(-delta - beyond, positions).items()}
        if beyond:
            shares[own] = shares.get(own, Decimal()) - beyond
        return shares

    def _describe(self, book):
        self.ensure_one()
        return self.env._("Counted %(counted)s, the book said %(book)s", counted=f'{self.counted_qty:g}',
                          book=f'{float(book):g}')

    def _prepare_move(self, lot, owner, qty, note):
        self.ensure_one()
        return {
            'member_id': self.member_id.id, 'product_id': self.product_id.id, 'lot_id': lot, 'owner_id': owner,
            'kind': 'adjustment', 'from_state': None if qty > 0 else 'available',
            'to_state': 'available' if qty > 0 else None, 'qty': abs(qty), 'occurred_at': self.counted_at,
            'source': 'count', 'external_key': self.external_key, 'ref_model': 'channel.stock.count',
            'ref_id': self.count_id.id, 'note': note}

    @api.model
    def _follow(self, company, domain=Domain.TRUE):
        """What has come in late of before a count: the book of the count is set right again."""
        lines = self.sudo().search(self._get_followed_domain(company) & domain)._get_latest()
        if lines:
            lines.flush_recordset()
            books = lines._get_books()
            lines.filtered(lambda line: to_decimal(line.counted_qty, DIGITS) != books[line.id])._post()

    @api.model
    def _get_followed_domain(self, company):
        since = fields.Datetime.now() - timedelta(days=company.channel_count_days)
        return Domain('company_id', '=', company.id) & Domain('counted_at', '>=', since)

    @api.model
    def _get_waiting(self, company):
        """Ids of the members that have counted and that this round has not come to yet; of all, where it is over."""
        members = sorted(
            member.id for member, in self.sudo()._read_group(self._get_followed_domain(company), ['member_id']))
        return [member for member in members if member > company.channel_count_upto] or members

    @api.model
    def _follow_chunk(self, company, members, upto):
        self._follow(company, Domain('member_id', 'in', members))
        company.channel_count_upto = upto

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Some members after the others, each some in a turn among the feeds, which change the same books."""
        Cron = self.env['ir.cron'] if self.env.context.get('cron_id') else None
        in_turn = self.env['channel.sell.through']._in_turn
        companies = self.env['res.company'].sudo().search([('active', '=', True)])
        waiting = {company: self._get_waiting(company) for company in companies}
        if Cron is not None:
            Cron._commit_progress(remaining=sum(map(len, waiting.values())))
        for company, members in waiting.items():
            while members:
                chunk, members = members[:CHUNK], members[CHUNK:]
                upto = chunk[-1] if members else 0
                in_turn(lambda sales, company=company, chunk=chunk, upto=upto: sales.env[self._name]._follow_chunk(
                    company.with_env(sales.env), chunk, upto))
                if Cron is not None and not Cron._commit_progress(len(chunk)):
                    return
