from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ...engine import reconcile

CHUNK = 200
FLOWS = ('shipped', 'transfers_in', 'transfers_out', 'sold', 'returned', 'opening', 'closing')
# What moved at the positions of a run, in the words of the formula. What is lost, surplus or counted is the deviation.
TOTALS = """
    SELECT COALESCE(SUM(shipped), 0) AS shipped, COALESCE(SUM(transfers_in), 0) AS transfers_in,
           COALESCE(SUM(transfers_out), 0) AS transfers_out, COALESCE(SUM(sold), 0) AS sold,
           COALESCE(SUM(returned), 0) AS returned, COALESCE(SUM(net), 0) AS net,
           COALESCE(SUM(ABS(deviation)), 0) AS deviation, COUNT(*) AS cells, COUNT(DISTINCT member_id) AS members
      FROM (
        SELECT e.member_id, e.product_id, SUM(e.qty) AS net,
               SUM(e.qty) FILTER (WHERE kind = 'shipment') AS shipped,
               SUM(e.qty) FILTER (WHERE kind IN ('transfer_in', 'merge')) AS transfers_in,
               -SUM(e.qty) FILTER (WHERE kind = 'transfer_out') AS transfers_out,
               -SUM(e.qty) FILTER (WHERE kind IN ('sale', 'sale_return')) AS sold,
               -SUM(e.qty) FILTER (WHERE kind = 'return') AS returned,
               SUM(e.qty) FILTER (WHERE kind IN ('adjustment', 'surplus', 'shortage')) AS deviation
          FROM channel_stock_entry e
         WHERE (e.member_id, e.product_id) IN (SELECT member_id, product_id FROM channel_reconcile_cell) AND %(moved)s
      GROUP BY e.member_id, e.product_id
      ) moved
"""


class ChannelStockReconciliation(models.Model):
    """One comparison of headquarters, agents and stores: of all that moved since the last, or of what was asked for."""

    _name = 'channel.stock.reconciliation'
    _description = "Stock Reconciliation"
    _order = 'id desc'

    company_id = fields.Many2one('res.company', required=True, readonly=True, default=lambda self: self.env.company)
    date_from = fields.Date(
        "From", required=True, readonly=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=self.env.company.channel_reconcile_days),
        help="Causes are looked for from this day on.")
    date_to = fields.Date("Until", required=True, readonly=True, default=fields.Date.context_today)
    member_ids = fields.Many2many(
        'channel.member', string="Only These", check_company=True,
        help="Empty: all members with movements since the last night.")
    is_nightly = fields.Boolean("Nightly", readonly=True)
    since = fields.Datetime("Moved Since", readonly=True, help="What was posted before is known from the run before.")
    horizon = fields.Datetime(
        readonly=True,
        help="All transactions that began before have ended: the next night takes what was posted since.")
    state = fields.Selection(
        [('draft', "New"), ('done', "Done")], required=True, default='draft', readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    seconds = fields.Float(digits=(16, 1), readonly=True)
    members_seen = fields.Integer("Members", readonly=True)
    cells_seen = fields.Integer("Positions", readonly=True, help="Members and products that moved.")
    cells_differing = fields.Integer("Looked At", readonly=True, help="Positions at which anything did not match.")
    found_count = fields.Integer("New", readonly=True)
    cleared_count = fields.Integer("Cleared", readonly=True, help="Deviations that are no more.")
    unexplained_count = fields.Integer("Unexplained", readonly=True)
    opening_qty = fields.Float("Opening", digits='Product Unit', readonly=True)
    shipped_qty = fields.Float("Shipped", digits='Product Unit', readonly=True)
    transfers_in_qty = fields.Float("Transfers In", digits='Product Unit', readonly=True)
    transfers_out_qty = fields.Float("Transfers Out", digits='Product Unit', readonly=True)
    sold_qty = fields.Float("Sold", digits='Product Unit', readonly=True)
    returned_qty = fields.Float("Returned", digits='Product Unit', readonly=True)
    closing_qty = fields.Float("Closing", digits='Product Unit', readonly=True)
    deviation_qty = fields.Float(
        "Deviation", digits='Product Unit', readonly=True, help="Of each position without its sign, summed up.")
    in_transit_qty = fields.Float(
        "On the Way", digits='Product Unit', readonly=True, help="Shipped, not scanned in, and still within its days.")
    rate = fields.Float(
        digits=(16, 6), readonly=True, aggregator='avg',
        help="Deviation by throughput: what was shipped, transferred, sold and returned.")
    kind_ids = fields.One2many('channel.stock.reconciliation.kind', 'run_id', "Causes", readonly=True)

    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The period ends before it begins.")

    # === COMPUTE METHODS === #

    @api.depends('date_to', 'is_nightly')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for run in self:
            what = self.env._("Night of %s") if run.is_nightly else self.env._("Check of %s")
            run.display_name = what % fields.Date.to_string(run.date_to)

    # === ACTION METHODS === #

    def action_run(self):
        """Compare now. Again: finds the same, and doubles nothing."""
        self.check_access('write')
        for run in self:
            if not run.member_ids:
                raise UserError(self.env._("Choose the members to compare."))
            run.sudo()._run()

    def action_view_deviations(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_deviation_action')
        return {**action, 'domain': [('last_run_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _run(self):
        """Find positions at which anything does not match, take each apart, keep one deviation per cause."""
        self.ensure_one()
        started = fields.Datetime.now()
        # Two at once would keep the same cause twice.
        self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtext('channel.stock.reconciliation'))")
        self.env.flush_all()
        watch = datetime.now()  # noqa: DTZ005  two readings of one clock
        horizon = self._get_horizon()
        self._stage_moved()
        cells = self._find_differing()
        found = cleared = 0
        for chunk in split_every(CHUNK, cells, list):
            new, gone = self._compare(chunk)
            found += new
            cleared += gone
        self.write({
            **self._prepare_totals(), 'state': 'done', 'started_at': started, 'horizon': horizon,
            'cells_differing': len(cells), 'found_count': found, 'cleared_count': cleared,
            'seconds': (datetime.now() - watch).total_seconds()})  # noqa: DTZ005
        self._keep_kinds()

    def _compare(self, cells):
        """:param cells: [(member, product)]. :return: (deviations new, deviations cleared)"""
        findings, known = self._evaluate(cells)
        return self.env['channel.deviation'].sudo()._keep(self, findings, known)

    def _evaluate(self, cells):
        """({cell: [`reconcile.Finding`]}, {cell: `causes.Facts`}) as all is known now"""
        now, lead = fields.Datetime.now(), timedelta(days=self.company_id.channel_transit_days)
        known = self._load_facts(cells)
        return {cell: reconcile.evaluate(known[cell], now, lead) for cell in cells}, known

    def _get_horizon(self):
        """When the oldest transaction under way began: what it posts is dated so, and is taken by the next night."""
        return self.env.execute_query(SQL(
            """SELECT COALESCE(MIN(xact_start), now()) AT TIME ZONE 'UTC'
                 FROM pg_stat_activity WHERE datname = current_database()"""))[0][0]

    def _get_moved(self, alias):
        """Which entries of the ledger this run is about."""
        if self.member_ids:
            return SQL(
                "%(table)s.member_id = ANY(%(members)s) AND %(table)s.occurred_at >= %(start)s "
                "AND %(table)s.occurred_at < %(end)s", table=SQL.identifier(alias), members=self.member_ids.ids,
                start=self.date_from, end=self.date_to + timedelta(days=1))
        return SQL("%s.posted_at >= %s", SQL.identifier(alias), self.since)

    def _stage_moved(self):
        """The positions that moved, in a table of this transaction."""
        self.env.cr.execute(SQL("""
            CREATE TEMP TABLE IF NOT EXISTS channel_reconcile_cell (member_id int4, product_id int4) ON COMMIT DROP;
            TRUNCATE channel_reconcile_cell;
            INSERT INTO channel_reconcile_cell
            SELECT DISTINCT e.member_id, e.product_id FROM channel_stock_entry e
              JOIN channel_member m ON m.id = e.member_id AND m.company_id = %s WHERE %s;
            ANALYZE channel_reconcile_cell;
        """, self.company_id.id, self._get_moved('e')))

    def _prepare_totals(self):
        row = self.env.execute_query_dict(SQL(TOTALS, moved=self._get_moved('e')))[0]
        closing, in_transit = self.env.execute_query(SQL(
            """SELECT COALESCE(SUM(k.physical), 0), COALESCE(SUM(k.in_transit), 0) FROM channel_stock k
                 JOIN channel_reconcile_cell c ON c.member_id = k.member_id AND c.product_id = k.product_id"""))[0]
        throughput = sum(abs(row[name]) for name in ('shipped', 'transfers_in', 'transfers_out', 'sold', 'returned'))
        overdue = sum(self.env['channel.deviation'].sudo()._read_group(
            [('company_id', '=', self.company_id.id), ('kind', '=', 'overdue'), ('state', '=', 'open')], [],
            ['qty:sum'])[0])
        return {
            **{f'{name}_qty': float(row[name]) for name in FLOWS[:5]}, 'members_seen': row['members'],
            'cells_seen': row['cells'], 'opening_qty': float(closing - row['net']), 'closing_qty': float(closing),
            'deviation_qty': float(row['deviation']), 'in_transit_qty': max(float(in_transit) - overdue, 0),
            'rate': float(row['deviation'] / throughput) if throughput else 0}

    def _keep_kinds(self):
        self.ensure_one()
        rows = self.env['channel.deviation'].sudo()._read_group(
            [('last_run_id', '=', self.id), ('state', '!=', 'corrected')], ['kind'], ['__count', 'abs_qty:sum'])
        self.kind_ids.unlink()
        self.env['channel.stock.reconciliation.kind'].create([
            {'run_id': self.id, 'kind': kind, 'cause_count': count, 'qty': qty} for kind, count, qty in rows])
        self.unexplained_count = sum(count for kind, count, _qty in rows if kind == 'unexplained')

    def _get_window(self):
        """From when on facts are read, as a moment."""
        return datetime.combine(self.date_from, time())

    # === CRON === #

    @api.model
    def _cron_run(self):
        """Nightly, company by company: what was posted since the night before. After a crash it is taken again."""
        for company in self.env['res.company'].sudo().search([]):  # pylint: disable=no-search-all  # few
            last = self.sudo().search([
                ('company_id', '=', company.id), ('is_nightly', '=', True), ('state', '=', 'done')], limit=1)
            today = company._channel_get_today()
            start = today - timedelta(days=company.channel_reconcile_days)
            self.sudo().with_company(company).create({
                'company_id': company.id, 'is_nightly': True, 'date_from': start, 'date_to': today,
                'since': last.horizon or datetime.combine(start, time())})._run()
            if self.env.context.get('cron_id'):
                self.env['ir.cron']._commit_progress(1)
