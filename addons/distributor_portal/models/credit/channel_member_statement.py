from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ...engine import credit
from ...engine.sheets import write_sheet
from ...utils import to_decimal

KINDS = ('out_invoice', 'out_receipt', 'out_refund')


class ChannelMember(models.Model):
    """The account of a member, as it stood at the end of any day."""

    _inherit = 'channel.member'

    # === BUSINESS METHODS === #

    def _get_statement(self, date_from, date_to):
        """What was posted from one day to another, and what was open at its end.

        Payments allocated later do not count: an invoice paid in May is open on a statement of April.

        :return: {'opening', 'closing', 'lines', 'open_items', 'ages'}, amounts as floats in the company's currency;
            a constant number of queries
        """
        self.ensure_one()
        return self._get_statements(date_from, date_to)[self]

    def _get_statements(self, date_from, date_to):
        """{member: its statement}; two queries however many members"""
        self.env.flush_all()
        openings = self._get_balances_before(date_from)
        rows = defaultdict(list)
        for row in self._get_statement_entries(date_from, date_to):
            rows[row['member_id']].append(row)
        currencies = self.env['res.currency'].browse({row['currency_id'] for own in rows.values() for row in own})
        return {
            member: member._build_statement(
                openings.get(member.id, Decimal(0)), rows[member.id], currencies, date_from, date_to)
            for member in self
        }

    def _build_statement(self, opening, rows, currencies, date_from, date_to):
        statement = credit.build_statement(opening, [
            credit.Entry(row['id'], row['date'], row['due'], to_decimal(row['balance'], 6),
                         to_decimal(row['settled'], 6))
            for row in rows
        ], date_from, date_to)
        described = {row['id']: self._describe_entry(row, currencies) for row in rows}
        return {
            'date_from': date_from,
            'date_to': date_to,
            'opening': float(statement.opening),
            'closing': float(statement.closing),
            'lines': [
                {**described[key], 'amount': float(amount), 'balance': float(balance)}
                for key, amount, balance in statement.lines],
            'open_items': [
                {**described[key], 'amount': float(amount), 'days': days}
                for key, amount, days in statement.open_items],
            'ages': {name: float(amount) for name, amount in statement.ages.items()},
        }

    def _describe_entry(self, row, currencies):
        kind = row['move_type'] if row['move_type'] in KINDS else 'payment' if row['is_payment'] else 'entry'
        currency = currencies.browse(row['currency_id'])
        return {
            'date': row['date'], 'due': row['due'], 'name': row['move_name'] or '',
            'kind': self._get_entry_kinds()[kind], 'kind_code': kind,
            'reference': row['ref'] or '', 'move_id': row['move_id'], 'entry_id': row['id'],
            'foreign': currency.format(row['amount_currency']) if currency != self.currency_id else '',
        }

    def _get_entry_kinds(self):
        """{kind of an entry: how it is called}"""
        _ = self.env._
        return {
            'out_invoice': _("Invoice"), 'out_receipt': _("Receipt"), 'out_refund': _("Credit note"),
            'payment': _("Payment"), 'entry': _("Entry"),
        }

    def _get_statement_sql(self):
        """The entries on the receivable accounts of these members' companies."""
        return SQL("""
                  FROM channel_member member
                  JOIN res_partner partner ON partner.commercial_partner_id = member.partner_id
                  JOIN account_move_line entry ON entry.partner_id = partner.id
                       AND entry.company_id = member.company_id AND entry.parent_state = 'posted'
                  JOIN account_account account ON account.id = entry.account_id
                       AND account.account_type = 'asset_receivable'
                  JOIN account_move move ON move.id = entry.move_id
                 WHERE member.id = ANY(%s)
        """, self.ids)

    def _get_balances_before(self, day):
        """{id of a member: its balance}"""
        rows = self.env.execute_query(SQL(
            "SELECT member.id, SUM(entry.balance) %s AND entry.date < %s GROUP BY member.id",
            self._get_statement_sql(), day))
        return {member_id: to_decimal(amount, 6) for member_id, amount in rows}

    def _get_statement_entries(self, date_from, date_to):
        """Those of the time, and earlier ones still open at its end; what later entries settled does not count."""
        return self.env.execute_query_dict(SQL("""
            WITH entry AS (
                SELECT member.id AS member_id, entry.id, entry.date,
                       COALESCE(entry.date_maturity, entry.date) AS due, entry.balance,
                       entry.amount_currency, entry.currency_id, entry.move_name, move.ref, move.move_type,
                       move.id AS move_id,
                       entry.payment_id IS NOT NULL OR move.statement_line_id IS NOT NULL AS is_payment,
                       COALESCE((SELECT SUM(part.amount) FROM account_partial_reconcile part
                                  WHERE part.debit_move_id = entry.id AND part.max_date <= %(end)s), 0)
                       - COALESCE((SELECT SUM(part.amount) FROM account_partial_reconcile part
                                    WHERE part.credit_move_id = entry.id AND part.max_date <= %(end)s), 0) AS settled
                %(entries)s AND entry.date <= %(end)s
            )
            SELECT * FROM entry WHERE date >= %(start)s OR balance != settled
          ORDER BY date, id
        """, entries=self._get_statement_sql(), start=date_from, end=date_to))

    def _get_age_names(self):
        """{key of an age: how it is called}, in their sequence"""
        _ = self.env._
        return {
            'not_due': _("Not due"), 'd30': _("0–30 days"), 'd60': _("31–60 days"), 'd90': _("61–90 days"),
            'older': _("Over 90 days"), 'unallocated': _("Not allocated"),
        }

    def _get_statement_xlsx(self, statement):
        """The statement as a spreadsheet, in bytes."""
        self.ensure_one()
        _, names = self.env._, self._get_age_names()
        rows = [
            [_("Statement of Account"), self.display_name], [_("From"), statement['date_from']],
            [_("Until"), statement['date_to']], [_("Currency"), self.currency_id.name], [],
            [_("Date"), _("Kind"), _("Number"), _("Reference"), _("Due"), _("Amount"), _("Balance")],
            [statement['date_from'], _("Opening balance"), None, None, None, None, statement['opening']],
            *([line[name] for name in ('date', 'kind', 'name', 'reference', 'due', 'amount', 'balance')]
              for line in statement['lines']),
            [statement['date_to'], _("Closing balance"), None, None, None, None, statement['closing']], [],
            [_("Open on that day")],
            [_("Date"), _("Kind"), _("Number"), _("Reference"), _("Due"), _("Open"), _("Days Late")],
            *([item['date'], item['kind'], item['name'], item['reference'], item['due'], item['amount'],
               max(item['days'], 0)] for item in statement['open_items']), [],
            [*names.values()], [statement['ages'][name] for name in names],
        ]
        count, opened = len(statement['lines']), len(statement['open_items'])
        bold = (0, 5, 7 + count, 9 + count, 10 + count, 12 + count + opened)
        return write_sheet(self.code, rows, (14, 18, 20, 24, 14, 16, 16), bold)
