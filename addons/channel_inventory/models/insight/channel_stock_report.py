import json
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import ledger
from .channel_stock_figure_count import _list

HEADQUARTERS = '00 hq'
MAX_TICKED = 400  # more are no longer ticked one by one, and would make an address too long: then the filter counts
# Ids of several tables in one: what is left over eight tells them apart.
MEMBERS = """
    SELECT s.id::bigint * 8 AS id, s.company_id, s.branch_id, s.province_id, s.tier_id, NULL::int4 AS warehouse_id,
           s.product_id, %(states)s, s.physical, s.daily_sales
      FROM channel_stock_summary s
"""
SLIPS = """
    SELECT slip.id * 8 + 1, m.company_id, COALESCE(n.branch_id, split_part(m.parent_path, '/', 1)::int4),
           COALESCE(n.province_id, NULLIF(split_part(street.parent_path, '/', 1), '')::int4),
           COALESCE(n.tier_id, m.tier_id),
           NULL, slip.product_id, %(cases)s, slip.qty, 0
      FROM channel_stock_slip slip JOIN channel_member m ON m.id = slip.member_id
 LEFT JOIN channel_stock_node n ON n.member_id = m.id LEFT JOIN channel_territory street ON street.id = m.street_id
"""
# Headquarters' own: what lies in its warehouses and what is on its way to them.
QUANTS = """
    SELECT q.id::bigint * 8 + 2, l.company_id, NULL, NULL, NULL, l.warehouse_id, q.product_id,
           CASE WHEN x.is_expired THEN 0 ELSE q.quantity - q.reserved_quantity END::numeric,
           q.reserved_quantity::numeric,
           0, 0, 0, 0,
           CASE WHEN x.is_expired THEN q.quantity - q.reserved_quantity ELSE 0 END::numeric, q.quantity::numeric, 0
      FROM stock_quant q JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
 LEFT JOIN stock_lot lot ON lot.id = q.lot_id, LATERAL (
     SELECT COALESCE(lot.expiration_date < now() AT TIME ZONE 'UTC', FALSE)
           AS is_expired) x
     WHERE l.warehouse_id IS NOT NULL AND l.company_id IS NOT NULL
"""
COMING = """
    SELECT v.id::bigint * 8 + 3, v.company_id, NULL, NULL, NULL, d.warehouse_id, v.product_id, 0, 0,
           v.product_qty::numeric, 0, 0, 0, 0, v.product_qty::numeric, 0
      FROM stock_move v JOIN stock_location d ON d.id = v.location_dest_id AND d.usage = 'internal'
      JOIN stock_location o ON o.id = v.location_id AND o.usage IN ('supplier', 'transit')
     WHERE v.state IN ('waiting', 'confirmed', 'partially_available', 'assigned') AND d.warehouse_id IS NOT NULL
"""

# The same added up over warehouses by the fold, where it is much.
OWN = """
    SELECT o.id * 8 + 4, o.company_id, NULL, NULL, NULL, NULL, o.product_id, o.available, o.reserved, o.in_transit,
           0, 0, 0, o.expired, o.physical, 0
      FROM channel_stock_own o
"""
MANY_QUANTS = 100_000
SORTED_BY = {
    'branch_id': 'code', 'province_id': 'code', 'product_id': 'default_code', 'categ_id': 'complete_name'}


class ChannelStockReport(models.Model):
    """What lies where in the whole channel: headquarters' warehouses, then tier by tier, just now."""

    _name = 'channel.stock.report'
    _description = "Network Stock"
    _auto = False
    _order = 'level, branch_id.id, product_id.id, id'
    _depends = {
        'channel.member': ['tier_id', 'company_id', 'street_id', 'parent_path'], 'channel.tier': ['code', 'step'],
        'product.product': ['product_tmpl_id', 'standard_price'], 'product.template': ['categ_id'],
        'stock.quant': ['quantity', 'reserved_quantity', 'location_id', 'product_id', 'lot_id'],
        'stock.move': ['state', 'product_qty', 'location_id', 'location_dest_id', 'product_id'],
        'stock.location': ['usage', 'warehouse_id', 'company_id'], 'stock.lot': ['expiration_date'],
    }

    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    level = fields.Selection(selection='_get_levels', string="Level", readonly=True)
    tier_id = fields.Many2one('channel.tier', readonly=True, help="Empty for headquarters' own stock.")
    branch_id = fields.Many2one(
        'channel.member', "Branch", readonly=True, help="The member right below headquarters, with all below it.")
    province_id = fields.Many2one('channel.territory', "Province", readonly=True, help="Where the members are.")
    warehouse_id = fields.Many2one('stock.warehouse', readonly=True, help="Of headquarters.")
    product_id = fields.Many2one('product.product', readonly=True)
    product_tmpl_id = fields.Many2one('product.template', readonly=True)
    categ_id = fields.Many2one('product.category', "Product Category", readonly=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    available = fields.Float(digits='Product Unit', readonly=True, help="Can be sold.")
    reserved = fields.Float(digits='Product Unit', readonly=True)
    in_transit = fields.Float(digits='Product Unit', readonly=True, help="On its way there.")
    inspection = fields.Float("In Inspection", digits='Product Unit', readonly=True)
    frozen = fields.Float(digits='Product Unit', readonly=True)
    damaged = fields.Float(digits='Product Unit', readonly=True)
    expired = fields.Float(digits='Product Unit', readonly=True)
    physical = fields.Float(digits='Product Unit', readonly=True, help="The sum of the seven states.")
    value = fields.Monetary(
        "Value at Cost", readonly=True, groups='distributor_portal.group_channel_manager',
        help="At headquarters' present cost, wherever it lies.")
    daily_sales = fields.Float(
        digits='Product Unit', readonly=True, help="What members sell on in a day, counted last night.")
    days_of_supply = fields.Float(
        digits=(16, 1), readonly=True, aggregator='avg', help="How long what is available lasts at these daily sales.")

    @property
    def _table_query(self):
        states = SQL(", ").join(SQL("s.%s", SQL.identifier(state)) for state in ledger.STATES)
        cases = SQL(", ").join(
            SQL("CASE WHEN slip.state = %s THEN slip.qty ELSE 0 END", state) for state in ledger.STATES)
        detail, sums = (SQL(QUANTS), SQL(COMING)), (SQL(OWN),)
        # Which of them: what is looked for decides (`_search`); what is read by its id may be of either.
        own = {'detail': detail, 'sums': sums}.get(self.env.context.get('channel_stock_own'), (*detail, *sums))
        # LEFT: PostgreSQL leaves out a join of which nothing is asked.
        return SQL(
            """SELECT u.id, u.company_id, u.branch_id, u.province_id, u.tier_id, u.warehouse_id, u.product_id, %s,
                      u.physical, u.daily_sales, COALESCE(tier.level, '00 hq') AS level,
                      p.product_tmpl_id, t.categ_id,
                      u.physical * COALESCE((p.standard_price->>(u.company_id::text))::numeric, 0)
                          AS value,
                      CASE WHEN u.daily_sales > 0 THEN GREATEST(u.available, 0) / u.daily_sales END AS days_of_supply
                 FROM (%s) u LEFT JOIN product_product p ON p.id = u.product_id
            LEFT JOIN product_template t ON t.id = p.product_tmpl_id
            LEFT JOIN (SELECT id, to_char(step, 'FM00 ') || code AS level FROM channel_tier OFFSET 0) tier
                   ON tier.id = u.tier_id""",
            SQL(", ").join(SQL("u.%s", SQL.identifier(state)) for state in ledger.STATES),
            SQL(" UNION ALL ").join((SQL(MEMBERS, states=states), SQL(SLIPS, cases=cases), *own)))

    # === CRUD METHODS === #

    @api.model
    def _search(self, domain, *args, **options):
        """Override: headquarters' stock by warehouse, or where it is much, unless asked for, its sums."""
        mode = self.env.context.get('channel_stock_own')
        domain = Domain(domain).map_conditions(self._find_level)
        if mode is None:
            names = {condition.field_expr.partition('.')[0] for condition in domain.iter_conditions()}
            mode = 'all' if 'id' in names else 'sums' if self._sums_own(names) else 'detail'
        return super(
            ChannelStockReport, self.with_context(channel_stock_own=mode))._search(domain, *args, **options)

    @api.model
    def _find_level(self, condition):
        """A level by its tier: PostgreSQL knows how many rows a tier has, and nothing of an expression."""
        if condition.field_expr != 'level' or condition.operator not in ('=', 'in'):
            return condition
        levels = [condition.value] if condition.operator == '=' else list(condition.value)
        tiers = self.env['channel.tier'].sudo().with_context(active_test=False).search(
            [('code', 'in', [level.partition(' ')[2] for level in levels if isinstance(level, str)])])
        return Domain('tier_id', 'in', [*tiers.ids, *([False] if HEADQUARTERS in levels else [])])

    @api.model
    def _sums_own(self, names):
        """Whether headquarters' stock is shown added up. :param names: fields that are asked for"""
        self.env.cr.execute("SELECT reltuples FROM pg_class WHERE oid = 'stock_quant'::regclass")
        return 'warehouse_id' not in names and self.env.cr.fetchone()[0] > MANY_QUANTS

    @api.model
    def _sum_own(self):
        """Headquarters' stock, added up over warehouses: by the fold, where it is much."""
        if not self._sums_own(()):
            return
        self.env.flush_all()
        names = ('available', 'reserved', 'in_transit', 'expired', 'physical')
        self.env.cr.execute(SQL(
            """
            INSERT INTO channel_stock_own AS kept (company_id, product_id, %(names)s)
            SELECT company_id, product_id, %(sums)s
              FROM (SELECT company_id, product_id, %(zeros)s FROM channel_stock_own
                 UNION ALL
                    SELECT company_id, product_id, %(names)s
                      FROM (%(now)s) now (id, company_id, branch_id, province_id, tier_id, warehouse_id, product_id,
                                          %(states)s, physical, daily_sales)
                   ) own (company_id, product_id, %(names)s)
          GROUP BY 1, 2
            ON CONFLICT (company_id, product_id) DO UPDATE SET %(updates)s
             WHERE (%(kept)s) IS DISTINCT FROM (%(excluded)s)
            """,
            names=_list(names), sums=SQL(", ").join(SQL("SUM(%s)", SQL.identifier(name)) for name in names),
            zeros=SQL(", ").join([SQL("0")] * len(names)), states=_list(ledger.STATES),
            now=SQL("%s UNION ALL %s", SQL(QUANTS), SQL(COMING)), kept=_list(names, "kept"),
            excluded=_list(names, "EXCLUDED"), updates=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", *[SQL.identifier(name)] * 2) for name in names)))

    # === SELECTION METHODS === #

    @api.model
    def _get_levels(self):
        tiers = self.env['channel.tier'].sudo().with_context(active_test=False).search(
            Domain.TRUE, order='step, id')
        # Sorted as the goods go: headquarters first.
        return [(HEADQUARTERS, self.env._("Headquarters")),
                *((f'{tier.step:02} {tier.code}', tier.name) for tier in tiers)]

    # === AGGREGATES === #

    def _read_group(self, domain, groupby=(), *args, **options):
        """Override: by warehouse only what is asked for by warehouse."""
        # To compile what runs for a tenth of a second takes longer than to run it.
        self.env.cr.execute("SET LOCAL jit = off")
        return super(ChannelStockReport, self._choose_own(groupby))._read_group(domain, groupby, *args, **options)

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override: sums are sorted, not what they are made of. Odoo groups by what it sorts by, too."""
        parts = [part.split() for part in (order or '').split(',') if part.strip()]
        if not parts or any(part[0] not in SORTED_BY or part[0] not in groupby_terms for part in parts):
            return super()._read_group_orderby(order, groupby_terms, query)
        terms = []
        for name, *direction in parts:
            terms.append(SQL(
                "(SELECT sorted.%s FROM %s sorted WHERE sorted.id = %s) %s", SQL.identifier(SORTED_BY[name]),
                SQL.identifier(self.env[self._fields[name].comodel_name]._table), groupby_terms[name],
                SQL('DESC' if direction[:1] in (['desc'], ['DESC']) else 'ASC')))
        return SQL(", ").join(terms)

    def _read_grouping_sets(self, domain, grouping_sets, *args, **options):
        """Override: as above."""
        self.env.cr.execute("SET LOCAL jit = off")
        chosen = self._choose_own([part for parts in grouping_sets for part in parts])
        return super(ChannelStockReport, chosen)._read_grouping_sets(domain, grouping_sets, *args, **options)

    def _choose_own(self, groupby):
        return self.with_context(channel_stock_own='detail') if 'warehouse_id' in groupby else self

    def _read_group_select(self, aggregate_spec, query):
        """Override: days of supply of several rows are those of their sums."""
        return self._get_share_sql(
            self, {'days_of_supply': ('available', 'daily_sales')}, aggregate_spec, query,
        ) or super()._read_group_select(aggregate_spec, query)

    @api.model
    def _get_share_sql(self, model, shares, aggregate_spec, query):
        """Sum by sum, for the aggregates of a model that are shares; None for any other.

        :param shares: {field: (field above the line, field below it)}
        """
        name, _colon, function = aggregate_spec.partition(':')
        if name not in shares or function != 'avg':
            return None
        above, below = (model._field_to_sql(model._table, part, query) for part in shares[name])
        return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", above, below)

    # === ACTION METHODS === #

    def action_drill(self):
        """What these rows are made of: positions of members, or quantities in warehouses."""
        self.check_access('read')
        row = self[:1]
        if not row.tier_id:
            return {
                'type': 'ir.actions.act_window', 'name': self.env._("Stock of Headquarters"),
                'res_model': 'stock.quant',
                'view_mode': 'list', 'views': [(False, 'list')], 'context': {}, 'domain': list(
                    Domain('product_id', 'in', self.product_id.ids) & Domain('location_id.usage', '=', 'internal')
                    & (Domain('location_id.warehouse_id', 'in', self.warehouse_id.ids) if row.warehouse_id
                       else Domain('location_id.warehouse_id', '!=', False)))}
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_action')
        domain = Domain.OR(
            Domain('product_id', '=', row.product_id.id) & Domain('member_id', 'child_of', row.branch_id.ids)
            & Domain('member_id.tier_id', '=', row.tier_id.id) for row in self if row.tier_id)
        if row.province_id:
            domain &= Domain('member_id.street_id', 'child_of', self.province_id.ids)
        return {**action, 'domain': list(domain), 'context': {'search_default_filter_something': 1}}

    def action_export(self):
        """An XLSX file of these rows, or where none is ticked, of the list as it is filtered."""
        self.check_access('read')
        return self._get_export_action('network', self)

    @api.model
    def _get_export_action(self, kind, records):
        """:param kind: 'network' or 'members' :param records: those that are ticked"""
        domain = self.env.context.get('active_domain') or []
        if 0 < len(records) <= MAX_TICKED:
            domain = [('id', 'in', records.ids)]
        try:
            asked = json.dumps(list(domain))
        except TypeError as error:
            raise UserError(self.env._("This filter cannot be taken into a file.")) from error
        return {
            'type': 'ir.actions.act_url', 'target': 'download',
            'url': f'/channel_inventory/export/{kind}?{urlencode({"domain": asked})}'}

    @api.model
    def _get_export_columns(self):
        """Fields of the file, in their sequence; only those the user may read."""
        names = (
            'level', 'branch_id', 'province_id', 'warehouse_id', 'product_id', 'categ_id', *ledger.STATES,
            'physical', 'value',
            'daily_sales', 'days_of_supply')
        return [name for name in names if self._has_field_access(self._fields[name], 'read')]
