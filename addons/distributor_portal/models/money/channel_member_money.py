from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import reconcile
from ...engine.sheets import write_sheet
from ...utils import to_decimal

SOON_DAYS = 7
EXPORT_LIMIT = 5000
ORDERS = {
    'open': 'invoice_date_due, id', 'overdue': 'invoice_date_due, id', 'paid': 'invoice_date desc, id desc',
    'credits': 'invoice_date desc, id desc', 'all': 'invoice_date desc, id desc',
}
PAID = ('paid', 'in_payment', 'reversed')


class ChannelMember(models.Model):
    """A member's invoices and payments in the dealer centre. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL: INVOICES === #

    def _portal_get_documents_domain(self):
        """Posted invoices and credit notes that are billed to these members themselves, not to those below."""
        return Domain('commercial_partner_id', 'in', self.partner_id.ids) & Domain(
            'company_id', 'in', self.company_id.ids) & Domain('state', '=', 'posted') & Domain(
            'move_type', 'in', ('out_invoice', 'out_refund'))

    def _portal_get_invoices_domain(self, show='open', search='', date_from=None, date_to=None):
        """:param show: a key of `ORDERS`; anything else is 'open'"""
        self.ensure_one()
        today = self.company_id._channel_get_today()
        invoices = Domain('move_type', '=', 'out_invoice')
        unpaid = invoices & Domain('amount_residual', '>', 0) & Domain('payment_state', 'not in', PAID)
        shown = {
            'open': unpaid,
            'overdue': unpaid & Domain('invoice_date_due', '<', today),
            'soon': unpaid & Domain('invoice_date_due', '>=', today) & Domain(
                'invoice_date_due', '<=', today + timedelta(SOON_DAYS)),
            'paid': invoices & (Domain('payment_state', 'in', PAID) | Domain('amount_residual', '=', 0)),
            'credits': Domain('move_type', '=', 'out_refund'),
            'all': Domain.TRUE,
        }
        domain = self._portal_get_documents_domain() & shown.get(show, unpaid)
        for word in search.split()[:5]:
            domain &= (Domain('name', 'ilike', word) | Domain('ref', 'ilike', word)
                       | Domain('invoice_origin', 'ilike', word) | Domain('payment_reference', 'ilike', word))
        if date_from:
            domain &= Domain('invoice_date', '>=', date_from)
        if date_to:
            domain &= Domain('invoice_date', '<=', date_to)
        return domain

    def _portal_get_invoices(self, show='open', search='', date_from=None, date_to=None, offset=0, limit=40):
        """(the invoices of a page, how many there are in all)"""
        Move = self.env['account.move']
        domain = self._portal_get_invoices_domain(show, search, date_from, date_to)
        order = ORDERS.get(show, ORDERS['open'])
        return Move.search(domain, order=order, offset=offset, limit=limit), Move.search_count(domain)

    def _portal_get_invoice(self, invoice_id, is_of_order=False):
        """One of their own; an empty recordset where there is none.

        :param is_of_order: only one of their orders, or what came of a claim on one
        """
        domain = self._portal_get_documents_domain() & Domain('id', '=', invoice_id)
        if is_of_order:
            domain &= Domain('line_ids.sale_line_ids.order_id.channel_member_id', 'in', self.ids) | Domain(
                'line_ids.channel_claim_line_id.claim_id.member_id', 'in', self.ids)
        return self.env['account.move'].search(domain)

    def _portal_get_disputes(self, invoice):
        """What the member disputes of an invoice, on any of its statements."""
        return self.env['channel.reconciliation.dispute'].search([
            ('member_id', 'in', self.ids), ('line_id.move_key', '=', invoice.id), ('state', '!=', 'withdrawn')])

    def _portal_get_transactions(self, limit=5):
        """Online payments that are on their way or went wrong lately, the newest first."""
        return self.env['payment.transaction'].search(
            Domain('channel_member_id', 'in', self.ids) & Domain('state', 'in', ('pending', 'authorized', 'error')),
            order='id desc', limit=limit)

    def _portal_get_invoice_totals(self):
        """{what: (how many, what they come to in the company's currency)}; one query"""
        self.ensure_one()
        today = self.company_id._channel_get_today()
        self.env['account.move'].flush_model()
        rows = self.env.execute_query_dict(SQL("""
            SELECT CASE WHEN move_type = 'out_refund' THEN 'credits'
                        WHEN COALESCE(invoice_date_due, date) < %(today)s THEN 'overdue'
                        WHEN COALESCE(invoice_date_due, date) <= %(soon)s THEN 'soon' ELSE 'later' END AS what,
                   COUNT(*) AS count, SUM(ABS(amount_residual_signed)) AS amount
              FROM account_move
             WHERE commercial_partner_id = %(partner)s AND company_id = %(company)s AND state = 'posted'
               AND amount_residual != 0 AND move_type IN ('out_invoice', 'out_refund')
               AND payment_state NOT IN ('paid', 'in_payment', 'reversed')
          GROUP BY what
        """, today=today, soon=today + timedelta(SOON_DAYS), partner=self.partner_id.id, company=self.company_id.id))
        found = {row['what']: (row['count'], float(row['amount'])) for row in rows}
        totals = {what: found.get(what, (0, 0.0)) for what in ('overdue', 'soon', 'later', 'credits')}
        totals['open'] = tuple(sum(totals[what][i] for what in ('overdue', 'soon', 'later')) for i in (0, 1))
        return totals

    def _portal_get_due_bars(self):
        """What falls due when: [(key, label, amount, share of the largest)]; one query"""
        self.ensure_one()
        today = self.company_id._channel_get_today()
        monday = today - timedelta(today.weekday())
        rows = self.env['account.move']._read_group(
            self._portal_get_invoices_domain('open'), ['invoice_date_due:day'], ['amount_residual_signed:sum'])
        amounts = dict.fromkeys(('older', 'd30', 'this_week', 'next_week', 'later'), 0.0)
        for due, amount in rows:
            late = (today - due).days
            amounts['older' if late > 30 else 'd30' if late > 0 else 'this_week' if due < monday + timedelta(7)
                    else 'next_week' if due < monday + timedelta(14) else 'later'] += amount
        _ = self.env._
        labels = {
            'older': _("Overdue, over 30 days"), 'd30': _("Overdue, up to 30 days"), 'this_week': _("Due this week"),
            'next_week': _("Due next week"), 'later': _("Due later")}
        top = max(amounts.values()) or 1
        return [(key, labels[key], amount, max(round(100 * amount / top), 1 if amount else 0))
                for key, amount in amounts.items()]

    def _portal_get_settlements(self, moves):
        """{move id: [(number, kind, day, amount in its company's currency)]} of what was set against these; one query

        For an invoice its payments and credit notes, for a credit note or payment the invoices it settles.
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL("""
            SELECT own.move_id, other.move_name, other_move.move_type, part.max_date, part.amount
              FROM account_move_line own
              JOIN account_account account ON account.id = own.account_id AND account.account_type = 'asset_receivable'
              JOIN account_partial_reconcile part ON own.id IN (part.debit_move_id, part.credit_move_id)
              JOIN account_move_line other ON other.id = CASE WHEN own.id = part.debit_move_id
                   THEN part.credit_move_id ELSE part.debit_move_id END
              JOIN account_move other_move ON other_move.id = other.move_id
             WHERE own.move_id = ANY(%s)
          ORDER BY part.max_date, part.id
        """, moves.ids))
        found = defaultdict(list)
        for move_id, name, move_type, day, amount in rows:
            found[move_id].append((name or '', move_type, day, float(amount)))
        return found

    def _portal_get_payments(self, offset=0, limit=40):
        """(receivable lines of a page that are payments, newest first; how many there are)"""
        self.ensure_one()
        Line = self.env['account.move.line']
        domain = Domain('partner_id', 'child_of', self.partner_id.id) & Domain(
            'company_id', '=', self.company_id.id) & Domain('parent_state', '=', 'posted') & Domain(
            'account_type', '=', 'asset_receivable') & Domain('balance', '<', 0) & Domain(
            'move_id.move_type', 'not in', ('out_invoice', 'out_refund'))
        return Line.search(domain, order='date desc, id desc', offset=offset, limit=limit), Line.search_count(domain)

    def _portal_get_invoices_xlsx(self, **filters):
        """The filtered list as a spreadsheet, in bytes."""
        self.ensure_one()
        moves, _count = self._portal_get_invoices(**filters, limit=EXPORT_LIMIT)
        _ = self.env._
        kinds = {'out_invoice': _("Invoice"), 'out_refund': _("Credit note")}
        rows = [
            [_("Number"), _("Kind"), _("Order"), _("Date"), _("Due"), _("Currency"), _("Amount"), _("Open")],
            *([move.name, kinds[move.move_type], move.invoice_origin or '', move.invoice_date, move.invoice_date_due,
               move.currency_id.name, move.amount_total, move.amount_residual] for move in moves)]
        return write_sheet(_("Invoices"), rows, (22, 14, 20, 12, 12, 10, 16, 16), (0,))

    # === PORTAL: PAYING === #

    def _portal_get_payable(self, invoice_ids=None, show=None):
        """What can be paid online now, the oldest first: open, in the company's currency, not being paid already.

        :param invoice_ids: of these only; :param show: 'overdue', only such
        """
        domain = self._portal_get_invoices_domain('overdue' if show == 'overdue' else 'open') & Domain(
            'currency_id', '=', self.currency_id.id)
        if invoice_ids is not None:
            domain &= Domain('id', 'in', list(invoice_ids))
        return self._portal_filter_payable(
            self.env['account.move'].search(domain, order='invoice_date_due, id', limit=200))

    def _portal_filter_payable(self, moves):
        """Those of which something is open in the member's currency, and that nobody pays at this moment."""
        live = self.env['payment.transaction']._channel_get_live_domain()
        return moves.filtered(lambda move: (
            move.move_type == 'out_invoice' and move.currency_id == self.currency_id
            and move.payment_state not in PAID and move.amount_residual > 0
            and not move.transaction_ids.filtered_domain(live)))

    def _portal_plan_payment(self, invoices, amount=None, is_on_account=False):
        """How a payment would be shared out, the oldest invoice first.

        :param amount: None for all that is open of them
        :return: (amount, [(invoice, paid, left)], what stays on the account)
        :raise UserError: nothing to pay, or more than is open without being on account
        """
        self.ensure_one()
        debts = [(move.id, to_decimal(move.amount_residual, self.currency_id.decimal_places)) for move in invoices]
        total = sum((debt for _key, debt in debts), reconcile.ZERO)
        amount = total if amount is None else amount
        if amount <= 0:
            raise UserError(self.env._("There is nothing to pay."))
        if amount > total and not is_on_account:
            raise UserError(self.env._(
                "That is more than the %s open. Pay on account if you mean to.", self.currency_id.format(float(total))))
        shares, rest = reconcile.share_payment(debts, amount)
        return amount, [(invoices.browse(share.key), share.paid, share.left) for share in shares], rest
