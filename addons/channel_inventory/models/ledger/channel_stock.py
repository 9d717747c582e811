from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import ledger

MAX_MEMBERS = 1000


class ChannelStock(models.Model):
    """What of a product lies at a member, by state: the sum of its ledger entries, kept with every one of them."""

    _name = 'channel.stock'
    _description = "Stock of the Channel"
    _log_access = False
    _order = 'member_id, product_id, lot_id, id'

    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', required=True, readonly=True, index=True, ondelete='restrict')
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True, index='btree_not_null', ondelete='restrict')
    expiration_date = fields.Datetime(related='lot_id.expiration_date')
    owner_id = fields.Many2one(
        'res.partner', readonly=True, ondelete='restrict',
        help="Whose goods they are, where they are not the member's: consignment.")
    available = fields.Float(
        digits='Product Unit', readonly=True, help="Can be sold. Less than none: more was sold than was ever received.")
    reserved = fields.Float(digits='Product Unit', readonly=True, help="Promised to somebody, not yet gone.")
    in_transit = fields.Float(digits='Product Unit', readonly=True, help="Shipped to the member, not yet scanned in.")
    inspection = fields.Float("In Inspection", digits='Product Unit', readonly=True, help="Arrived, not yet looked at.")
    frozen = fields.Float(digits='Product Unit', readonly=True, help="Must not be sold: a recall, a case.")
    damaged = fields.Float(digits='Product Unit', readonly=True)
    expired = fields.Float(digits='Product Unit', readonly=True)
    physical = fields.Float(digits='Product Unit', readonly=True, help="The sum of the seven states.")
    first_at = fields.Datetime("First Movement", readonly=True)
    last_at = fields.Datetime("Last Movement", readonly=True)

    # COALESCE: a position without lot or owner is one position, too.
    _position = models.UniqueIndex(
        '(member_id, product_id, COALESCE(lot_id, 0), COALESCE(owner_id, 0))', "This position is there already.")
    # Sales without a lot ask whether there are lots at all: mostly there are none.
    _told_apart = models.Index('(member_id, product_id) WHERE lot_id IS NOT NULL OR owner_id IS NOT NULL')
    _states_sum_up = models.Constraint(
        'CHECK (physical = available + reserved + in_transit + inspection + frozen + damaged + expired)',
        "The states sum to the physical quantity.")
    _only_sold_below_zero = models.Constraint(
        '''CHECK (reserved >= 0 AND in_transit >= 0 AND inspection >= 0 AND frozen >= 0 AND damaged >= 0
                  AND expired >= 0)''',
        "There is not as much of it in that state.")

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        # Room in each page, and no index on what changes: a balance is changed in place.
        self.env.cr.execute("ALTER TABLE channel_stock SET (fillfactor = 70)")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'product_id', 'lot_id')
    def _compute_display_name(self):
        for stock in self:
            stock.display_name = " · ".join(filter(None, (
                stock.member_id.code, stock.product_id.display_name, stock.sudo().lot_id.name)))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # A balance without entries would be a lie.
        raise UserError(self.env._("Stock changes by movements, not by hand."))

    def write(self, vals):
        # pylint: disable=method-required-super  # As above.
        raise UserError(self.env._("Stock changes by movements, not by hand."))

    # === ACTION METHODS === #

    def action_view_entries(self):
        """The movements that this position is the sum of."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_entry_action')
        return {**action, 'context': {}, 'domain': Domain.OR(
            Domain('member_id', '=', stock.member_id.id) & Domain('product_id', '=', stock.product_id.id)
            & Domain('lot_id', '=', stock.lot_id.id) & Domain('owner_id', '=', stock.owner_id.id) for stock in self)}

    # === PUBLIC CALLS === #

    @api.model
    def channel_positions(self, members, skus=None):
        """Where goods lie, for integrators and headquarters.

        :param members: codes of members, at most 1,000
        :param skus: only these products; all without
        :return: ``[{"member", "sku", "lot", "available", "reserved", "in_transit", "inspection", "frozen", "damaged",
            "expired", "physical"}]``, positions of which there is something, quantities in the products' own units
        :raise UserError: too many members, or codes that are none
        """
        self.check_access('read')
        if not isinstance(members, (list, tuple)) or len(members) > MAX_MEMBERS or not all(
                isinstance(code, str) for code in [*members, *(skus or [])]):
            raise UserError(self.env._("Give up to %s codes of members, and codes of products.", MAX_MEMBERS))
        domain = Domain('member_id.code', 'in', list(members)) & Domain('company_id', 'in', self.env.companies.ids)
        if skus is not None:
            domain &= Domain('product_id.default_code', 'in', list(skus))
        return [{
            'member': stock.member_id.code, 'sku': stock.product_id.default_code or "",
            # Whoever may see the position may see its lot's name. XML-RPC knows no None.
            'lot': stock.sudo().lot_id.name or "",
            **{state: stock[state] for state in (*ledger.STATES, 'physical')},
        } for stock in self.search(domain) if any(stock[state] for state in ledger.STATES)]

    # === BUSINESS METHODS === #

    @api.model
    def _on_counted(self, counts):
        """The hook for what follows from counts, after the book was made to follow them.

        :param counts: channel.stock.count records
        """

    # === CHECK AND REBUILD === #

    @api.model
    def _check(self, members=None):
        """Positions whose balance is not the sum of their entries.

        :param members: look at these only
        :return: [{'member_id', 'product_id', 'lot_id', 'owner_id', 'state', 'balance', 'entries'}]
        """
        self.flush_model()
        kept = SQL(" UNION ALL ").join(SQL(
            "SELECT member_id, product_id, lot_id, owner_id, %s AS state, %s AS qty FROM channel_stock %s",
            state, SQL.identifier(state), self._of(members)) for state in ledger.STATES)
        return self.env.execute_query_dict(SQL("""
            SELECT COALESCE(k.member_id, e.member_id) AS member_id, COALESCE(k.product_id, e.product_id) AS product_id,
                   COALESCE(k.lot_id, e.lot_id) AS lot_id, COALESCE(k.owner_id, e.owner_id) AS owner_id,
                   COALESCE(k.state, e.state) AS state, COALESCE(k.qty, 0) AS balance, COALESCE(e.qty, 0) AS entries
              FROM (%s) k
              FULL JOIN (SELECT member_id, product_id, lot_id, owner_id, state, SUM(qty) AS qty
                           FROM channel_stock_entry %s GROUP BY 1, 2, 3, 4, 5) e
                ON e.member_id = k.member_id AND e.product_id = k.product_id AND e.state = k.state
               AND COALESCE(e.lot_id, 0) = COALESCE(k.lot_id, 0) AND COALESCE(e.owner_id, 0) = COALESCE(k.owner_id, 0)
             WHERE COALESCE(k.qty, 0) != COALESCE(e.qty, 0)
        """, kept, self._of(members)))

    @api.model
    def _rebuild(self, members=None):
        """Make the balances anew from the entries. :return: how many were wrong"""
        wrong = {(row['member_id'], row['product_id'], row['lot_id'], row['owner_id']) for row in self._check(members)}
        if not wrong:
            return 0
        self.env.cr.execute(SQL(
            """DELETE FROM channel_stock
                WHERE (member_id, product_id, COALESCE(lot_id, 0), COALESCE(owner_id, 0)) IN %s""",
            tuple((member, product, lot or 0, owner or 0) for member, product, lot, owner in wrong)))
        states = SQL(", ").join(map(SQL.identifier, ledger.STATES))
        sums = SQL(", ").join(
            SQL("COALESCE(SUM(e.qty) FILTER (WHERE e.state = %s), 0)", state) for state in ledger.STATES)
        self.env.cr.execute(SQL("""
            INSERT INTO channel_stock (member_id, company_id, product_id, lot_id, owner_id, %s, physical, first_at,
                                       last_at)
            SELECT e.member_id, m.company_id, e.product_id, e.lot_id, e.owner_id, %s, SUM(e.qty), MIN(e.occurred_at),
                   MAX(e.occurred_at)
              FROM channel_stock_entry e JOIN channel_member m ON m.id = e.member_id
             WHERE (e.member_id, e.product_id, COALESCE(e.lot_id, 0), COALESCE(e.owner_id, 0)) IN %s
          GROUP BY e.member_id, m.company_id, e.product_id, e.lot_id, e.owner_id
        """, states, sums, tuple((member, product, lot or 0, owner or 0) for member, product, lot, owner in wrong)))
        self.invalidate_model()
        return len(wrong)

    @api.model
    def _of(self, members):
        return SQL("WHERE member_id IN %s", tuple(members.ids) or (0,)) if members is not None else SQL()
