from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger

CHUNK = 10_000
DIGITS = -ledger.GRAIN.as_tuple().exponent
COLUMNS = {
    # name: type; what a movement says of itself
    'member_id': 'int4', 'product_id': 'int4', 'lot_id': 'int4', 'owner_id': 'int4', 'kind': 'varchar',
    'from_state': 'varchar', 'to_state': 'varchar', 'qty': 'numeric', 'occurred_at': 'timestamp', 'source': 'varchar',
    'external_key': 'varchar', 'ref_model': 'varchar', 'ref_id': 'int4', 'note': 'varchar',
}

# Entries and balances in one statement: there is no moment at which they differ.
POST = """
    WITH moved (%(columns)s) AS (%(moves)s),
    leg AS (
        SELECT moved.*, from_state AS state, -qty AS change FROM moved WHERE from_state IS NOT NULL
     UNION ALL
        SELECT moved.*, to_state, qty FROM moved WHERE to_state IS NOT NULL
    ),
    written AS (
        INSERT INTO channel_stock_entry (member_id, product_id, lot_id, owner_id, state, kind, qty, occurred_at,
                                         source, external_key, ref_model, ref_id, note)
        SELECT member_id, product_id, lot_id, owner_id, state, kind, change, occurred_at, source, external_key,
               ref_model, ref_id, note FROM leg
    ),
    total AS (
        SELECT row_number() OVER () AS place, member_id, product_id, lot_id, owner_id, %(sums)s,
               SUM(change) AS physical, MAX(occurred_at) AS last_at,
               MIN(occurred_at) FILTER (WHERE change > 0) AS first_at
          FROM leg GROUP BY member_id, product_id, lot_id, owner_id
    ),
    changed AS (
        UPDATE channel_stock kept
           SET %(added)s, physical = kept.physical + t.physical, first_at = LEAST(kept.first_at, t.first_at),
               last_at = GREATEST(kept.last_at, t.last_at)
          FROM total t
         WHERE kept.member_id = t.member_id AND kept.product_id = t.product_id
           AND COALESCE(kept.lot_id, 0) = COALESCE(t.lot_id, 0)
           AND COALESCE(kept.owner_id, 0) = COALESCE(t.owner_id, 0)
     RETURNING t.place
    )
    INSERT INTO channel_stock (member_id, company_id, product_id, lot_id, owner_id, %(states)s, physical, first_at,
                               last_at)
    SELECT t.member_id, m.company_id, t.product_id, t.lot_id, t.owner_id, %(totals)s, t.physical,
           COALESCE(t.first_at, t.last_at), t.last_at
      FROM total t JOIN channel_member m ON m.id = t.member_id
     WHERE t.place NOT IN (SELECT place FROM changed)
    ON CONFLICT (member_id, product_id, COALESCE(lot_id, 0), COALESCE(owner_id, 0)) DO UPDATE
       SET %(met)s, physical = channel_stock.physical + EXCLUDED.physical,
           last_at = GREATEST(channel_stock.last_at, EXCLUDED.last_at)
     RETURNING id
"""


class ChannelStockEntry(models.Model):
    """One change of one state of the stock of one product at one member. The table is partitioned by month.

    Entries are made by `_post` alone, which keeps the balances in the same statement.
    """

    _name = 'channel.stock.entry'
    _description = "Stock Ledger of the Channel"
    _inherit = ['channel.append.only', 'channel.monthly']
    _auto = False
    # Odoo takes no notice of a table that is partitioned; as a query it is flattened by PostgreSQL, indexes and all.
    _table_query = "SELECT * FROM channel_stock_entry"
    _log_access = False
    _order = 'occurred_at desc, id desc'

    member_id = fields.Many2one('channel.member', readonly=True)
    company_id = fields.Many2one(related='member_id.company_id')
    product_id = fields.Many2one('product.product', readonly=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True)
    owner_id = fields.Many2one(
        'res.partner', readonly=True, help="Whose goods they are, where they are not the member's: consignment.")
    state = fields.Selection(selection='_get_states', readonly=True)
    kind = fields.Selection(selection='_get_kinds', readonly=True)
    qty = fields.Float("Quantity", digits='Product Unit', readonly=True, help="In the product's own unit, signed.")
    occurred_at = fields.Datetime("When", readonly=True)
    posted_at = fields.Datetime("Posted", readonly=True)
    source = fields.Char(readonly=True, help="Which system said so.")
    external_key = fields.Char(readonly=True, help="How that system names it.")
    ref_model = fields.Char("Document Model", readonly=True)
    ref_id = fields.Many2oneReference("Document", model_field='ref_model', readonly=True)
    note = fields.Char(readonly=True)

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        self._create_refusal()
        self.env.cr.execute("""
            CREATE SEQUENCE IF NOT EXISTS channel_stock_entry_id_seq;
            CREATE TABLE IF NOT EXISTS channel_stock_entry (
                id bigint NOT NULL DEFAULT nextval('channel_stock_entry_id_seq'),
                member_id int4 NOT NULL, product_id int4 NOT NULL, lot_id int4, owner_id int4,
                state varchar NOT NULL, kind varchar NOT NULL, qty numeric NOT NULL,
                occurred_at timestamp NOT NULL, posted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
                source varchar, external_key varchar, ref_model varchar, ref_id int4, note varchar
            ) PARTITION BY RANGE (occurred_at);
            CREATE INDEX IF NOT EXISTS channel_stock_entry_position_index
                ON channel_stock_entry (member_id, product_id, occurred_at);
            CREATE INDEX IF NOT EXISTS channel_stock_entry_id_index ON channel_stock_entry USING brin (id);
            CREATE INDEX IF NOT EXISTS channel_stock_entry_ref_index
                ON channel_stock_entry (ref_model, ref_id) WHERE ref_id IS NOT NULL;
            CREATE OR REPLACE TRIGGER channel_stock_entry_row_append_only BEFORE UPDATE OR DELETE
                ON channel_stock_entry FOR EACH ROW EXECUTE FUNCTION channel_refuse_change();
            CREATE OR REPLACE TRIGGER channel_stock_entry_table_append_only BEFORE TRUNCATE
                ON channel_stock_entry FOR EACH STATEMENT EXECUTE FUNCTION channel_refuse_change();
        """)
        self._create_partitions_ahead()

    # === SELECTION METHODS === #

    @api.model
    def _get_states(self):
        _ = self.env._
        return [
            ('available', _("Available")), ('reserved', _("Reserved")), ('in_transit', _("In Transit")),
            ('inspection', _("In Inspection")), ('frozen', _("Frozen")), ('damaged', _("Damaged")),
            ('expired', _("Expired"))]

    @api.model
    def _get_kinds(self):
        _ = self.env._
        return [
            ('opening', _("Opening stock")), ('shipment', _("Shipped to the member")), ('receipt', _("Received")),
            ('shortage', _("Arrived short")), ('surplus', _("Arrived too much")), ('sale', _("Sold")),
            ('sale_return', _("Returned by a customer")), ('return', _("Returned to headquarters")),
            ('found', _("Turned up after all")), ('allotment', _("Lot known later")),
            ('transfer_out', _("Transferred to another member")),
            ('transfer_in', _("Transferred from another member")), ('adjustment', _("Counted or corrected")),
            ('merge', _("Two members became one")), ('state', _("State changed"))]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # An entry without its balance would be a lie.
        raise UserError(self.env._("Stock changes by movements, not by entries made by hand."))

    # === POSTING === #

    @api.model
    def _post(self, moves, *, guards=False):
        """Put movements into the ledger and their sums into the balances: all of them or none.

        :param moves: dicts of `member_id`, `product_id`, `kind`, `from_state`, `to_state` (None: outside), `qty` in the
            product's own unit, and, where they are known, `occurred_at` (now), `lot_id`, `owner_id`, `source`,
            `external_key`, `ref_model`, `ref_id`, `note`
        :param guards: refuse where less would be available than nothing; without, facts stay facts
        :raise UserError: a movement that cannot be, or a guard
        :return: number of movements
        """
        now = fields.Datetime.now()
        # A float of the ORM is noise beyond the grain: the ledger adds up decimals.
        moves = [{'occurred_at': now, **move, 'qty': to_decimal(move['qty'], DIGITS)} for move in moves]
        for move in moves:
            self._check_move(move, now)
        self._create_partitions({move['occurred_at'].replace(day=1) for move in moves})
        for start in range(0, len(moves), CHUNK):
            chunk = moves[start:start + CHUNK]
            values = SQL(", ").join(
                SQL("%s::%s[]", [move.get(name) for move in chunk], SQL(type_)) for name, type_ in COLUMNS.items())
            self._post_from(SQL("SELECT * FROM unnest(%s)", values))
        if guards:
            self._check_guards(moves)
        return len(moves)

    @api.model
    def _post_from(self, moves):
        """The same for movements that a query gives, which have been checked: columns as in `COLUMNS`, in that order.

        Of two that change or make the same position at once the second fails to serialize: Odoo tries it again, as
        every request, on what the first has left.
        """
        self.env['channel.stock'].flush_model()
        states = SQL(", ").join(map(SQL.identifier, ledger.STATES))
        sums = SQL(", ").join(
            SQL("COALESCE(SUM(change) FILTER (WHERE state = %s), 0) AS %s", state, SQL.identifier(state))
            for state in ledger.STATES)
        added = SQL(", ").join(
            SQL("%(state)s = kept.%(state)s + t.%(state)s", state=SQL.identifier(state))
            for state in ledger.STATES)
        met = SQL(", ").join(
            SQL("%(state)s = channel_stock.%(state)s + EXCLUDED.%(state)s", state=SQL.identifier(state))
            for state in ledger.STATES)
        self.env.execute_query(SQL(
            POST, moves=moves, columns=self._get_columns(), sums=sums, states=states, added=added, met=met,
            totals=SQL(", ").join(SQL("t.%s", SQL.identifier(state)) for state in ledger.STATES)))
        self.env['channel.stock'].invalidate_model()
        self.invalidate_model()

    @api.model
    def _get_columns(self):
        return SQL(", ").join(SQL.identifier(name) for name in COLUMNS)

    @api.model
    def _check_move(self, move, now):
        try:
            ledger.check(ledger.Move(
                move['kind'], move.get('from_state'), move.get('to_state'), move['qty'], move['occurred_at']), now)
        except ledger.MoveRefused as refused:
            raise UserError(self._explain_refusal(refused, move)) from refused

    @api.model
    def _explain_refusal(self, refused, move):
        _, detail = self.env._, refused.args[0]
        return {
            'unknown_kind': _("There is no movement of the kind %s.", detail),
            'wrong_states': _(
                "A movement of the kind %(kind)s cannot go %(states)s.", kind=move['kind'], states=detail),
            'wrong_quantity': _("%s is no quantity.", detail),
            'future': _("%s is in the future.", detail),
            'too_old': _("%s is too long ago.", detail),
        }[refused.key]

    @api.model
    def _check_guards(self, moves):
        """Nothing is taken that is not there: of the very lot and owner it is taken from."""
        touched = {(move['member_id'], move['product_id'], move.get('lot_id') or False, move.get('owner_id') or False)
                   for move in moves if move.get('from_state') == 'available'}
        overdrawn = self.env['channel.stock'].search([
            ('member_id', 'in', list({key[0] for key in touched})),
            ('product_id', 'in', list({key[1] for key in touched})), ('available', '<', 0)])
        for row in overdrawn:
            if (row.member_id.id, row.product_id.id, row.lot_id.id, row.owner_id.id) in touched:
                raise UserError(self.env._(
                    "%(member)s has not enough of %(product)s.", member=row.member_id.display_name,
                    product=row.product_id.display_name))

    # === DOCUMENTS === #

    @api.model
    def _get_posted(self, model, ids):
        """{document: {(product, lot, owner): what it has added to the stock}} of documents of a model."""
        posted = {}
        for document, product, lot, owner, qty in self.env.execute_query(SQL(
                """SELECT ref_id, product_id, lot_id, owner_id, SUM(qty) FROM channel_stock_entry
                    WHERE ref_model = %s AND ref_id = ANY(%s) GROUP BY 1, 2, 3, 4""", model, list(ids))):
            posted.setdefault(document, {})[product, lot, owner] = to_decimal(qty, DIGITS)
        return posted

    @api.model
    def _get_in_transit(self, model, ids):
        """{(product, lot, owner): quantity} that these documents have put on its way and not taken from there."""
        rows = self.env.execute_query(SQL(
            """SELECT product_id, lot_id, owner_id, SUM(qty) FROM channel_stock_entry
                WHERE ref_model = %s AND ref_id = ANY(%s) AND state = 'in_transit'
             GROUP BY 1, 2, 3 HAVING SUM(qty) > 0 ORDER BY MIN(id)""", model, list(ids)))
        return {(product, lot, owner): to_decimal(qty, DIGITS) for product, lot, owner, qty in rows}

    # === ACTION METHODS === #

    def action_open_document(self):
        """Show what this entry comes from."""
        self.ensure_one()
        self.check_access('read')
        if not self.ref_model or not self.ref_id or self.ref_model not in self.env:
            raise UserError(self.env._("This entry comes from no document."))
        return {
            'type': 'ir.actions.act_window', 'res_model': self.ref_model, 'res_id': self.ref_id, 'view_mode': 'form'}
