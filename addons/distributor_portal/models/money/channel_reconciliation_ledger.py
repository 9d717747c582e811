import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import TableError, files, read_table, reconcile
from ...utils import to_decimal

SHOWN = 20


class ChannelReconciliationLedger(models.Model):
    """What a member has in its own books, as it has handed it in, to be compared with a statement."""

    _name = 'channel.reconciliation.ledger'
    _description = "Members' Own Ledgers"
    _inherit = ['channel.append.only']
    _order = 'id desc'

    reconciliation_id = fields.Many2one(
        'channel.reconciliation', "Statement", required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, ondelete='restrict')
    user_id = fields.Many2one('res.users', "By", required=True, ondelete='restrict')
    name = fields.Char("File", required=True)
    sha256 = fields.Char("SHA-256", required=True)
    rows = fields.Json(required=True, help="[[row, number, date, amount]]")
    row_count = fields.Integer("Entries", required=True)
    skipped = fields.Integer("Rows Not Read", required=True)

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, statement, name, content):
        """Read and keep a file. :raise UserError: it cannot be read, and what is wrong"""
        items, problems = self._read(content)
        stem = files.safe_name(name or 'ledger', 'xlsx' if content[:2] == b'PK' else 'csv')
        return self.create({
            'reconciliation_id': statement.id, 'company_id': statement.company_id.id, 'user_id': self.env.uid,
            'name': stem, 'sha256': hashlib.sha256(content).hexdigest(),
            'rows': [[item.key, item.number, item.date.isoformat(), str(item.amount)] for item in items],
            'row_count': len(items), 'skipped': len(problems),
        })

    @api.model
    def _read(self, content):
        """The entries of a CSV or XLSX file, and the rows that cannot be read."""
        texts = self.env['channel.file.import']._get_table_texts()
        try:
            rows = read_table(content, reconcile.MAX_ROWS)
        except TableError as error:
            raise UserError(texts.get(error.key, error.key) % {'given': str(error)}) from error
        items, problems, missing = reconcile.read_ledger(rows)
        if missing:
            names = {'number': self.env._("Number"), 'date': self.env._("Date"), 'amount': self.env._("Amount")}
            raise UserError(self.env._(
                "The first row must name the columns. Missing: %s.", ", ".join(names[name] for name in missing)))
        if not items:
            raise UserError(self.env._(
                "No entry can be read. Dates look like 2026-10-05, amounts like 1,234.50; the first that does not: %s.",
                problems[0].text if problems else "–"))
        return items, problems

    def _compare(self):
        """The statement beside this ledger. Keys are the ids of lines, and rows of the file.

        What is open from before takes part only if the file reaches back that far. What the file has besides from
        before is settled with us, and is no difference.
        """
        self.ensure_one()
        statement = self.reconciliation_id
        theirs = [
            reconcile.Item(row, number, date.fromisoformat(day), Decimal(amount))
            for row, number, day, amount in self.rows if date.fromisoformat(day) <= statement.date_to]
        reaches_back = any(item.date < statement.date_from for item in theirs)
        ours = [
            reconcile.Item(line.id, line.name or line.reference or '', line.date, to_decimal(line._get_part(), 2))
            for line in statement.line_ids if line.is_in_period or reaches_back]
        found = reconcile.compare(ours, theirs)
        return replace(found, only_theirs=tuple(
            item for item in found.only_theirs if item.date >= statement.date_from))

    def _get_earlier_count(self, found):
        """Rows of the file from before the statement that are not open with us. :param found: what `_compare` gave"""
        taken = len(found.agreed) + len(found.differing) + len(found.only_theirs)
        return len(self.rows) - self._get_later_count() - taken

    def _get_later_count(self):
        """Rows of the file after the end of the statement: they belong to the next one."""
        return sum(date.fromisoformat(row[2]) > self.reconciliation_id.date_to for row in self.rows)

    def _prepare_disputes(self):
        """A dispute for every difference whose line is not disputed yet."""
        statement, found = self.reconciliation_id, self._compare()
        disputed = statement.dispute_ids.filtered(lambda dispute: dispute.state != 'withdrawn')
        lines = {line.id: line for line in statement.line_ids - disputed.line_id}
        known = {(dispute.name, dispute.reason) for dispute in disputed if not dispute.line_id}
        differing = [
            {**statement._prepare_dispute(lines[pair.ours.key]), 'reason': 'differs',
             'their_amount': float(pair.theirs.amount)} for pair in found.differing if pair.ours.key in lines]
        unknown = [
            {**statement._prepare_dispute(lines[item.key]), 'reason': 'unknown'}
            for item in found.only_ours if item.key in lines]
        missing = [
            {'name': item.number or item.date.isoformat(), 'reason': 'missing', 'their_amount': float(item.amount)}
            for item in found.only_theirs if (item.number or item.date.isoformat(), 'missing') not in known]
        return [{**values, 'text': self.env._("From our ledger %s", self.name)}
                for values in (*differing, *unknown, *missing)]
