from collections import namedtuple
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ...engine import insight, ledger

Asked = namedtuple('Asked', ('show', 'search', 'scope'))
SHOWN = {
    'all': SQL("TRUE"), 'short': SQL("is_short"), 'out': SQL("is_out"), 'transit': SQL("in_transit > 0"),
    'expiry': SQL("expiring > 0"), 'slow': SQL("is_slow"),
}
SHOWS = tuple(SHOWN)
SHOWS_BELOW = ('all', 'short', 'out', 'transit')  # of a whole line lots and ages are not put together
MOVES = 30
HOLDERS = 50
MAX_LOTS = 200
MOVE_FIELDS = ['occurred_at', 'kind', 'state', 'qty', 'lot_id', 'note', 'external_key']
TILE_FIELDS = ['product_count', 'days_of_supply', 'out_count', 'short_count', 'old_count']


class ChannelMember(models.Model):
    """What the dealer centre shows of a member's stock. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_list_stock(self, asked, offset=0, limit=None):
        """(rows that fit, {show: how many}) of the products that lie here or are dealt in.

        The quantities are those of this moment, daily sales those of last night. The database looks at thousands of
        products and hands over one page.
        """
        self.ensure_one()
        shows = SHOWS if asked.scope == 'own' else SHOWS_BELOW
        words = [SQL(
            "concat_ws(' ', code, name, barcode) ILIKE %s", f'%{escape_psql(word)}%') for word in asked.search.split()]
        found = self.env.execute_query_dict(SQL(
            """WITH held AS MATERIALIZED (SELECT * FROM (%(held)s) h WHERE %(fits)s)
               SELECT *
                 FROM (SELECT %(counts)s FROM held) counts
                 LEFT JOIN LATERAL (SELECT * FROM held WHERE %(shown)s ORDER BY code, product_id
                                    LIMIT %(limit)s OFFSET %(offset)s) h ON TRUE
             ORDER BY code, product_id""",
            held=self._get_stock_rows_sql(asked.scope), fits=SQL(" AND ").join(words) or SQL("TRUE"),
            counts=SQL(", ").join(SQL(
                "COUNT(*) FILTER (WHERE %s) AS %s", SHOWN[show], SQL.identifier(f'count_{show}')) for show in shows),
            shown=SHOWN[asked.show] if asked.show in shows else SQL("FALSE"), limit=limit, offset=offset))
        counts = {show: found[0][f'count_{show}'] for show in shows}
        return [_describe(row) for row in found if row['product_id']], counts

    def _portal_read_stock(self, scope, products):
        """One row for each of these products that lies here. :param scope: 'own', or 'all': with everybody below"""
        self.ensure_one()
        return [_describe(row) for row in self.env.execute_query_dict(SQL(
            "%s ORDER BY code, product_id", self._get_stock_rows_sql(scope, products)))]

    def _get_stock_rows_sql(self, scope, products=None):
        """One row for each product: quantities by state, names, and the tabs it stands on."""
        self.env.flush_all()
        states = SQL(", ").join(
            SQL("COALESCE(SUM(s.%s), 0) AS %s", *[SQL.identifier(name)] * 2) for name in (*ledger.STATES, 'physical'))
        if scope == 'own':
            held = self._get_own_stock_sql(states)
        elif self.upstream_id:
            held = self._get_line_stock_sql(states)
        else:
            held = self._get_branch_stock_sql(states)
        return SQL(
            """SELECT h.*, p.default_code AS code,
                      COALESCE(t.name->>%(lang)s, t.name->>'en_US') AS name, p.barcode,
                      COALESCE(uom.name->>%(lang)s, uom.name->>'en_US') AS uom,
                      h.available <= 0 AND h.daily_sales > 0 AS is_out,
                      -- As insight.days_of_supply has it, without dividing by nothing.
                      h.available > 0 AND h.available < h.daily_sales * %(short_days)s AS is_short,
                      h.slow > 0 AND h.physical > h.in_transit AS is_slow
                 FROM (%(held)s) h JOIN product_product p ON p.id = h.product_id
                 JOIN product_template t ON t.id = p.product_tmpl_id JOIN uom_uom uom ON uom.id = t.uom_id
                WHERE %(which)s
                  AND (h.physical != 0 OR h.available != 0 OR h.in_transit != 0 OR h.daily_sales > 0)""",
            held=held, lang=self.env.lang or 'en_US',
            short_days=self.company_id._channel_get_stock_limits().short_days,
            which=SQL("h.product_id IN %s", tuple(products) or (0,)) if products is not None else SQL("TRUE"))

    def _get_own_stock_sql(self, states):
        before = fields.Datetime.now() + timedelta(self.company_id.channel_stock_expiry_days)
        return SQL(
            """SELECT s.product_id, %(states)s, COALESCE(MAX(f.daily_sales), 0) AS daily_sales,
                      COALESCE(MAX(f.slow_qty), 0) AS slow,
                      MIN(lot.expiration_date) FILTER (WHERE %(sound)s > 0) AS expires,
                      COALESCE(SUM(%(sound)s) FILTER (WHERE lot.expiration_date <= %(before)s), 0) AS expiring
                 FROM channel_stock s LEFT JOIN stock_lot lot ON lot.id = s.lot_id
            LEFT JOIN channel_stock_figure f ON f.member_id = s.member_id AND f.product_id = s.product_id
                WHERE s.member_id = %(member)s GROUP BY 1""", states=states, before=before, member=self.id,
            sound=SQL("(s.physical - s.in_transit - s.damaged - s.expired)"))

    def _get_line_stock_sql(self, states):
        """A member in the middle of the network: its own and that of those below, added up now."""
        return SQL(
            """SELECT s.product_id, %s, COALESCE(SUM(s.daily_sales), 0) AS daily_sales, 0 AS slow, NULL AS expires,
                      0 AS expiring
                 FROM (SELECT product_id, %s, 0 AS daily_sales FROM channel_stock WHERE member_id = ANY(%s)
                    UNION ALL
                       SELECT product_id, %s, daily_sales FROM channel_stock_figure
                        WHERE member_id = ANY(%s) AND daily_sales > 0) s GROUP BY 1""",
            states, SQL(", ").join(map(SQL.identifier, (*ledger.STATES, 'physical'))), self._get_line_ids_sql(),
            SQL(", ").join([SQL("0")] * (len(ledger.STATES) + 1)), self._get_line_ids_sql())

    def _get_line_ids_sql(self):
        return SQL("ARRAY(SELECT id FROM channel_member WHERE parent_path LIKE %s)", f'{self.parent_path}%')

    def _get_branch_stock_sql(self, states):
        """A member right below headquarters: its sums are kept, what is in none of them yet is added."""
        slips = SQL(", ").join(
            SQL("CASE WHEN slip.state = %s THEN slip.qty ELSE 0 END", state) for state in ledger.STATES)
        return SQL(
            """SELECT s.product_id, %s, COALESCE(SUM(s.daily_sales), 0) AS daily_sales, 0 AS slow, NULL AS expires,
                      0 AS expiring
                 FROM (SELECT product_id, %s, daily_sales FROM channel_stock_summary WHERE branch_id = %s
                    UNION ALL
                       SELECT slip.product_id, %s, slip.qty, 0 FROM channel_stock_slip slip
                         JOIN channel_stock_node n ON n.member_id = slip.member_id WHERE n.branch_id = %s) s
                         GROUP BY 1""",
            states, SQL(", ").join(map(SQL.identifier, (*ledger.STATES, 'physical'))), self.id, slips, self.id)

    # --- one product

    def _portal_get_stock_product(self, product, page):
        """Everything of the page of one product: lots, movements in words, figures. :param page: of the movements"""
        self.ensure_one()
        domain = Domain('member_id', '=', self.id) & Domain('product_id', '=', product.id)
        positions = self.env['channel.stock'].search(domain & Domain('physical', '!=', 0), limit=MAX_LOTS)
        # With all that is told of them: by their ids alone they are looked for in every month.
        moves = self.env['channel.stock.entry'].search_fetch(
            domain, MOVE_FIELDS, limit=MOVES + 1, offset=(page - 1) * MOVES)
        return {
            'positions': positions.sorted(lambda stock: (stock.lot_id.expiration_date or datetime.max, stock.id)),
            'figure': self.env['channel.stock.figure'].search(domain, limit=1),
            'moves': [self._portal_tell_move(move) for move in list(moves)[:MOVES]],
            'has_more': len(moves) > MOVES,
        }

    def _portal_tell_move(self, move):
        """{'at', 'text', 'qty', 'document', 'note'}: a movement of one state as a sentence."""
        kinds = dict(self.env['channel.stock.entry']._get_kinds())
        states = dict(self.env['channel.stock.entry']._get_states())
        text = kinds.get(move.kind, move.kind)
        if move.kind == 'state':
            text = (self.env._("Now: %s", states[move.state]) if move.qty > 0
                    else self.env._("No longer: %s", states[move.state]))
        elif move.state != 'available':
            text = self.env._("%(what)s: %(state)s", what=text, state=states[move.state])
        return {'at': move.occurred_at, 'text': text, 'qty': move.qty, 'lot': move.lot_id.name, 'note': move.note,
                'document': move.external_key}

    def _portal_get_stock_holders(self, product):
        """[(member, physical, available)] of those below that hold most of a product, as the user's line goes."""
        self.ensure_one()
        return self.env['channel.stock']._read_group(
            Domain('product_id', '=', product.id) & Domain('member_id', 'child_of', self.ids)
            & Domain('member_id', '!=', self.id), ['member_id'], ['physical:sum', 'available:sum'],
            having=[('physical:sum', '!=', 0)], order='physical:sum desc, member_id', limit=HOLDERS)

    # --- those below

    def _portal_get_stock_below(self, offset, limit):
        """(nodes of the members right below, how many there are)"""
        self.ensure_one()
        Node = self.env['channel.stock.node']
        domain = [('member_id.upstream_id', '=', self.id), ('member_id.active', '=', True)]
        return (Node.search(domain, offset=offset, limit=limit, order='all_physical desc, member_id'),
            Node.search_count(domain))

    def _portal_get_stock_tile(self):
        """The member's node for the home page, or an empty recordset where nothing is kept of it."""
        self.ensure_one()
        return self.env['channel.stock.node'].search_fetch(
            [('member_id', '=', self.id), ('counted_on', '!=', False)], TILE_FIELDS, limit=1)

    def _portal_export_stock(self, rows, scope):
        """Rows of a file, titles first."""
        _ = self.env._
        states = dict(self.env['channel.stock.entry']._get_states())
        titles = [_("Code"), _("Product"), _("Unit"), *(states[state] for state in ledger.STATES), _("Physical"),
                  _("Daily Sales"), _("Days of Supply")]
        own = scope == 'own'
        return [
            [*titles, *([_("Near Expiry"), _("Next Expiry")] if own else [])],
            *([row['code'] or '', row['name'], row['uom'], *(row[state] for state in ledger.STATES), row['physical'],
               row['daily_sales'], row['supply'],
               *([row['expiring'], row['expires'] and row['expires'].date()] if own else [])] for row in rows)]


def _describe(row):
    """The row, with how long it lasts."""
    return {**row, 'supply': insight.days_of_supply(row['available'], row['daily_sales'])}
