from odoo import api, models
from odoo.tools import SQL

from ...engine import figures

# Deliveries and payments of older orders still come in: so many months are counted again every night.
MONTHS_AGAIN = 3
MONTHS_FULL = 25
SUMS = (
    'order_count', 'order_amount', 'below_count', 'below_amount', 'delivery_count', 'on_time_count', 'due_amount',
    'filled_amount', 'receipt_count', 'difference_count', 'paid_count', 'paid_on_time_count', 'paid_days')


class ChannelMemberFigure(models.Model):
    """How the figures are counted: one statement per measure, for all members of a company."""

    _inherit = 'channel.member.figure'

    # === CRON === #

    @api.model
    def _cron_count(self):
        """Company by company."""
        Cron = self.env['ir.cron']
        companies = self.env['channel.member'].sudo().search([('upstream_id', '=', False)]).company_id
        Cron._commit_progress(remaining=len(companies))
        for company in companies:
            self.sudo()._count_companies(company)
            if not Cron._commit_progress(1):
                return

    # === BUSINESS METHODS === #

    @api.model
    def _count_companies(self, companies, is_full=False):
        """Count the latest months, all that is looked at where nothing was counted before; then rank."""
        self.env.flush_all()
        for company in companies:
            today = company._channel_get_today()
            is_known = not is_full and self.search_count([('company_id', '=', company.id)], limit=1)
            since = figures.add_months(today, 1 - (MONTHS_AGAIN if is_known else MONTHS_FULL))
            self._count(company, since, today)
        self.env.invalidate_all()
        self.env['channel.ranking'].sudo().search([('company_id', 'in', companies.ids)])._rank()

    @api.model
    def _count(self, company, since, today):
        """All months from `since` on."""
        self.env.cr.execute(SQL(
            "UPDATE channel_member_figure SET %s WHERE company_id = %s AND month >= %s AND is_kept IS NOT TRUE",
            SQL(", ").join(SQL("%s = 0", SQL.identifier(name)) for name in SUMS), company.id, since))
        facts = {
            'company': company.id, 'since': since, 'before': figures.add_months(today, 1), 'today': today,
            'this_month': figures.add_months(today, 0), 'zone': company.partner_id.tz or 'UTC'}
        for names, counted in (
                (('order_count', 'order_amount'), self._get_order_sql(facts)),
                (('below_count', 'below_amount'), self._get_below_sql(facts)),
                (('delivery_count', 'on_time_count'), self._get_delivery_sql(facts)),
                (('due_amount', 'filled_amount'), self._get_fill_sql(facts)),
                (('receipt_count', 'difference_count'), self._get_receipt_sql(facts)),
                (('paid_count', 'paid_on_time_count', 'paid_days'), self._get_payment_sql(facts)),
                (('credit_rate',), self._get_credit_sql(facts))):
            self._store(company, names, counted)
        self.env['channel.member.figure.category']._count(company, since, self._get_category_sql(facts))

    @api.model
    def _store(self, company, names, counted):
        """Write what one statement counts: (member, month, a number for each of `names`)."""
        columns = SQL(", ").join(map(SQL.identifier, names))
        self.env.cr.execute(SQL(
            """
            INSERT INTO channel_member_figure (member_id, company_id, tier_id, is_kept, month, %(columns)s)
                 SELECT member.id, member.company_id, member.tier_id, FALSE, counted.month, %(values)s
                   FROM (%(counted)s) AS counted (member_id, month, %(columns)s)
                   JOIN channel_member member ON member.id = counted.member_id AND member.company_id = %(company)s
            ON CONFLICT (member_id, month) DO UPDATE SET %(updates)s WHERE channel_member_figure.is_kept IS NOT TRUE
            """,
            columns=columns, counted=counted, company=company.id,
            values=SQL(", ").join(SQL("counted.%s", SQL.identifier(name)) for name in names),
            updates=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name)) for name in names)))

    # --- what is counted

    @api.model
    def _get_month_sql(self, moment, facts):
        """The first day of the month that `moment`, stored in UTC, lies in at headquarters."""
        return SQL("date_trunc('month', %s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, facts['zone'])

    @api.model
    def _get_bought_sql(self, facts):
        """FROM and WHERE of the confirmed orders of the months. What makes a claim good was not bought."""
        return SQL(
            """FROM sale_order bought
              WHERE bought.channel_member_id IS NOT NULL AND bought.state = 'sale' AND bought.company_id = %(company)s
                AND bought.channel_claim_id IS NULL AND bought.date_order >= %(since)s::timestamp - interval '1 day'
                AND %(month)s >= %(since)s AND %(month)s < %(before)s""",
            month=self._get_month_sql(SQL("bought.date_order"), facts), **_pick(facts, 'company', 'since', 'before'))

    @api.model
    def _get_order_sql(self, facts):
        return SQL(
            """SELECT bought.channel_member_id, %s, COUNT(*),
                      ROUND(SUM(bought.amount_untaxed / COALESCE(NULLIF(bought.currency_rate, 0), 1)), 2)
               %s GROUP BY 1, 2""",
            self._get_month_sql(SQL("bought.date_order"), facts), self._get_bought_sql(facts))

    @api.model
    def _get_below_sql(self, facts):
        """Of what was just counted: the sum over everybody below."""
        return SQL(
            """SELECT line.ancestor_id, figure.month, SUM(figure.order_count), SUM(figure.order_amount)
                 FROM channel_member_figure figure
                 JOIN channel_member_ancestor_rel line
                      ON line.member_id = figure.member_id AND line.ancestor_id != figure.member_id
                WHERE figure.company_id = %(company)s AND figure.month >= %(since)s AND figure.order_count > 0
                GROUP BY 1, 2""", **_pick(facts, 'company', 'since'))

    @api.model
    def _get_delivery_sql(self, facts):
        return SQL(
            """SELECT bought.channel_member_id, %(month)s, COUNT(*),
                      COUNT(*) FILTER (WHERE (picking.date_done AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                                             <= parcel.ship_date
                                          OR (receipt.received_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                                             <= parcel.arrival_date)
                 FROM stock_picking picking
                 JOIN stock_picking_type kind ON kind.id = picking.picking_type_id AND kind.code = 'outgoing'
                 JOIN sale_order bought ON bought.id = picking.sale_id AND bought.channel_member_id IS NOT NULL
                 JOIN channel_parcel parcel ON parcel.order_id = bought.id AND parcel.warehouse_id = kind.warehouse_id
                      AND parcel.ship_date IS NOT NULL
            LEFT JOIN channel_receipt receipt ON receipt.picking_id = picking.id
                WHERE picking.state = 'done' AND picking.company_id = %(company)s
                  AND picking.date_done >= %(since)s::timestamp - interval '1 day'
                  AND %(month)s >= %(since)s AND %(month)s < %(before)s
                GROUP BY 1, 2""",
            month=self._get_month_sql(SQL("picking.date_done"), facts),
            **_pick(facts, 'company', 'since', 'before', 'zone'))

    @api.model
    def _get_fill_sql(self, facts):
        """Orders that have left as a whole; what was cut off them is missing."""
        rate = SQL("COALESCE(NULLIF(bought.currency_rate, 0), 1)")
        return SQL(
            """SELECT bought.channel_member_id, %(month)s, ROUND(SUM(line.price_subtotal / %(rate)s), 2),
                      ROUND(SUM(line.price_subtotal / %(rate)s
                                * LEAST(GREATEST(line.qty_delivered, 0) / line.product_uom_qty, 1)), 2)
                 FROM (SELECT bought.* %(bought)s AND bought.channel_state IN ('shipped', 'received')) bought
                 JOIN sale_order_line line ON line.order_id = bought.id AND line.display_type IS NULL
                      AND line.product_uom_qty > 0 AND line.is_downpayment IS NOT TRUE
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id AND template.type = 'consu'
                GROUP BY 1, 2""",
            month=self._get_month_sql(SQL("bought.date_order"), facts), rate=rate, bought=self._get_bought_sql(facts))

    @api.model
    def _get_receipt_sql(self, facts):
        return SQL(
            """SELECT receipt.member_id, %(month)s, COUNT(*), COUNT(*) FILTER (WHERE receipt.has_difference)
                 FROM channel_receipt receipt
                WHERE receipt.company_id = %(company)s
                  AND receipt.received_at >= %(since)s::timestamp - interval '1 day'
                  AND %(month)s >= %(since)s AND %(month)s < %(before)s
                GROUP BY 1, 2""",
            month=self._get_month_sql(SQL("receipt.received_at"), facts), **_pick(facts, 'company', 'since', 'before'))

    @api.model
    def _get_payment_sql(self, facts):
        """Invoices by the day of the payment that settled them."""
        return SQL(
            """SELECT member.id, date_trunc('month', settled.day)::date, COUNT(*),
                      COUNT(*) FILTER (WHERE settled.day <= COALESCE(move.invoice_date_due, move.invoice_date)),
                      SUM(GREATEST(settled.day - move.invoice_date, 0))
                 FROM (SELECT entry.move_id, MAX(part.max_date) AS day
                         FROM account_partial_reconcile part
                         JOIN account_move_line entry ON entry.id = part.debit_move_id
                        WHERE part.company_id = %(company)s AND part.max_date >= %(since)s
                        GROUP BY entry.move_id) settled
                 JOIN account_move move ON move.id = settled.move_id AND move.move_type = 'out_invoice'
                      AND move.state = 'posted' AND move.payment_state IN ('paid', 'in_payment')
                 JOIN channel_member member ON member.partner_id = move.commercial_partner_id
                WHERE settled.day < %(before)s
                GROUP BY 1, 2""", **_pick(facts, 'company', 'since', 'before'))

    @api.model
    def _get_credit_sql(self, facts):
        """A snapshot: only of the present month."""
        return SQL(
            """SELECT member_id, %(this_month)s::date, used_amount / limit_amount
                 FROM channel_credit_line WHERE company_id = %(company)s AND limit_amount > 0""",
            **_pick(facts, 'company', 'this_month'))

    @api.model
    def _get_category_sql(self, facts):
        return SQL(
            """SELECT bought.channel_member_id, %(month)s, template.categ_id,
                      ROUND(SUM(line.price_subtotal / COALESCE(NULLIF(bought.currency_rate, 0), 1)), 2)
                 FROM (SELECT bought.* %(bought)s) bought
                 JOIN sale_order_line line ON line.order_id = bought.id AND line.display_type IS NULL
                 JOIN product_product product ON product.id = line.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                GROUP BY 1, 2, 3""",
            month=self._get_month_sql(SQL("bought.date_order"), facts), bought=self._get_bought_sql(facts))


def _pick(facts, *names):
    return {name: facts[name] for name in names}
