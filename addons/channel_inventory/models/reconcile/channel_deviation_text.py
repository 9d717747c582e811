from odoo import api, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import formatLang

SHOWN = 3
DOCUMENTS = ('stock.picking', 'channel.transfer')
# What is said in other words where another member has sent the goods.
OF_TRANSFERS = ('overdue', 'receipt', 'unscanned', 'unscanned_since', 'sold_early', 'unit_receipt')


class ChannelDeviation(models.Model):
    """A deviation in a sentence, in the reader's language: what, how much, and by which documents."""

    _inherit = 'channel.deviation'

    # === COMPUTE METHODS === #

    @api.depends('kind', 'qty', 'note', 'evidence_ids', 'candidates')
    @api.depends_context('lang')
    def _compute_explanation(self):
        texts = {**self._get_explanations(), **self._get_transfer_explanations()}
        for deviation in self:
            blanks = deviation._prepare_blanks()
            deviation.explanation = texts[deviation._get_text_key()] % blanks

    # === BUSINESS METHODS === #

    def _get_text_key(self):
        self.ensure_one()
        key = self._get_kind_key()
        is_transfer = 'channel.transfer' in self.evidence_ids.mapped('ref_model')
        return f'{key}_transfer' if is_transfer and key in OF_TRANSFERS else key

    def _get_kind_key(self):
        if self.note in ('same_day', 'carried'):
            return self.note
        if self.kind == 'unit':
            return 'unit_receipt' if self.evidence_ids[:1].ref_model in DOCUMENTS else 'unit'
        if self.kind in ('unscanned', 'returning') and not self.awaits_document:
            return f'{self.kind}_since'
        if self.kind == 'unexplained':
            return 'below_nothing' if self.key == 'negative' else 'several' if self.candidates else 'unexplained'
        return self.kind

    def _prepare_blanks(self):
        """What the sentences name."""
        self.ensure_one()
        unit = self.uom_id.name
        names = [evidence.name for evidence in self.evidence_ids if evidence.name]
        first, kinds = self.evidence_ids[:1], dict(self._get_kinds())
        return {
            'qty': f"{formatLang(self.env, self.abs_qty, dp='Product Unit')} {unit}",
            'side': self.env._("missing") if self.qty > 0 else self.env._("too much"),
            'documents': ", ".join(names[:SHOWN]) + ("…" if len(names) > SHOWN else ""),
            'rows': len(self.evidence_ids), 'day': format_date(self.env, self.day), 'factor': self.note or "",
            'at': format_datetime(self.env, first.at, dt_format='medium') if first.at else "",
            'told': f"{formatLang(self.env, first.qty, dp='Product Unit')} {unit}",
            'candidates': "; ".join(
                f"{kinds.get(one['kind'], one['kind'])} {one['qty']}" for one in self.candidates or []),
        }

    @api.model
    def _get_explanations(self):
        """{key: sentence}. Every quantity in it can be added up from the evidence."""
        _ = self.env._
        return {
            'late': _("%(qty)s had been sold before the count of %(day)s and were told after it: %(rows)s rows "
                      "(%(documents)s). The shelf was right, the book was late."),
            'same_day': _("%(qty)s had been sold on %(day)s before the count was made: the first %(rows)s sales of "
                          "that day (%(documents)s) sum up to exactly that."),
            'carried': _("%(qty)s were put right by the count before, and told or booked after it once more "
                         "(%(documents)s)."),
            'corrected': _("The sale %(documents)s was corrected by %(qty)s after the count of %(day)s."),
            'shifted': _("%(qty)s were told before the count and are dated after it: %(documents)s. The clock of the "
                         "till is ahead."),
            'edge': _("%(qty)s are dated the day before the count of %(day)s, were told after it, and lay there when "
                      "it was made: sold after it (%(documents)s)."),
            'untracked': _("%(qty)s were reported as sold and never taken from the stock, which was not kept then."),
            'double': _("The same sales came twice, under other keys: %(qty)s were taken from the book a second time."),
            'unscanned': _("%(qty)s of the delivery %(documents)s stood on the shelf when it was counted and are not "
                           "scanned in yet."),
            'unscanned_since': _("%(qty)s of the delivery %(documents)s stood on the shelf when it was counted and "
                                 "were scanned in after it."),
            'sold_early': _("%(qty)s more were sold than the book has: the delivery %(documents)s is on the shelf and "
                            "not scanned in yet."),
            'claim': _("%(qty)s %(side)s: claimed after the delivery had been scanned in as complete (%(documents)s)."),
            'receipt': _("%(qty)s %(side)s when the delivery was scanned in (%(documents)s)."),
            'unit': _("The sale %(documents)s says %(told)s: far from what is usual there. In packs of %(factor)s it "
                      "is usual, and the difference is exactly %(qty)s."),
            'unit_receipt': _("The delivery %(documents)s was counted in packs of %(factor)s, not in items: %(qty)s "
                              "%(side)s."),
            'returning': _("%(qty)s were sent back (%(documents)s) and have not arrived yet."),
            'returning_since': _("%(qty)s were sent back before the count (%(documents)s) and were booked after it."),
            'upstream': _("%(documents)s says that it sold %(qty)s to this member; nothing of that was booked in."),
            'unbooked': _("%(qty)s of the delivery %(documents)s were shipped; the ledger has nothing of it."),
            'recount': _("Another count, of %(at)s, found the opposite: %(qty)s were counted wrong."),
            'lots': _("%(qty)s of this lot are %(side)s and as many of another the other way round: nothing is "
                      "missing in all, lots were mixed up."),
            'no_opening': _("Sales were reported from the first day on, what lay there before by nobody: %(qty)s at "
                            "least."),
            'overdue': _("The delivery %(documents)s of %(day)s was not scanned in: %(qty)s on the way for too long."),
            'below_nothing': _("%(qty)s more were sold than were ever received, and no document says where they came "
                               "from."),
            'several': _("%(qty)s %(side)s. Several causes might account for it, none does so alone: %(candidates)s."),
            'unexplained': _("%(qty)s %(side)s, and nothing on record accounts for it."),
        }

    @api.model
    def _get_transfer_explanations(self):
        """The same where another member has sent the goods."""
        _ = self.env._
        return {
            'overdue_transfer': _("The transfer %(documents)s of %(day)s has left the giver and was not scanned in: "
                                  "%(qty)s on the way for longer than its days."),
            'receipt_transfer': _("%(qty)s %(side)s when the transfer was scanned in, against what the giver sent "
                                  "(%(documents)s)."),
            'unscanned_transfer': _("%(qty)s of the transfer %(documents)s stood on the shelf when it was counted and "
                                    "are not scanned in yet."),
            'unscanned_since_transfer': _("%(qty)s of the transfer %(documents)s stood on the shelf when it was "
                                          "counted and were scanned in after it."),
            'sold_early_transfer': _("%(qty)s more were sold than the book has: %(documents)s is on the shelf and not "
                                     "scanned in yet."),
            'unit_receipt_transfer': _("The transfer %(documents)s was counted in packs of %(factor)s, not in items: "
                                       "%(qty)s %(side)s."),
        }
