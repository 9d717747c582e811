from odoo import api, models


class ChannelStock(models.Model):
    _inherit = 'channel.stock'

    # === BUSINESS METHODS === #

    @api.model
    def _on_counted(self, counts):
        """Override of ours to keep what was found for the reconciliation.

        :param counts: records with lines, or dicts of `member_id`, `product_id`, `lot_id`, `book`, `counted`,
            `occurred_at` and, where they are known, `source`, `external_key`, `ref_model`, `ref_id`, `posted_at` (now)
        """
        result = super()._on_counted(counts)
        rows = self._drop_known(counts if isinstance(counts, (list, tuple)) else self._read_counted(counts))
        companies = {member.id: member.company_id.id for member in self.env['channel.member'].sudo().browse(
            {row['member_id'] for row in rows})}
        self.env['channel.stock.counted'].sudo().create([{
            'member_id': row['member_id'], 'company_id': companies[row['member_id']], 'product_id': row['product_id'],
            'lot_id': row.get('lot_id'), 'counted_at': row['occurred_at'], 'book_qty': row['book'],
            'found_qty': row['counted'], 'source': row.get('source'), 'external_key': row.get('external_key'),
            'ref_model': row.get('ref_model'), 'ref_id': row.get('ref_id'),
            **({'posted_at': row['posted_at']} if row.get('posted_at') else {}),
        } for row in rows])
        return result

    @api.model
    def _drop_known(self, rows):
        """Without those that said the same before: the hook may be told of a whole count again."""
        known = {}
        for fact in self.env['channel.stock.counted'].sudo().search([
                ('external_key', 'in', [row['external_key'] for row in rows if row.get('external_key')])], order='id'):
            known[fact.source, fact.external_key] = (
                fact.member_id.id, fact.product_id.id, fact.lot_id.id, fact.counted_at, fact.found_qty)
        return [row for row in rows if known.get((row.get('source'), row.get('external_key'))) != (
            row['member_id'], row['product_id'], row.get('lot_id') or False, row['occurred_at'], row['counted'])]

    @api.model
    def _read_counted(self, counts):
        return [{
            'member_id': line.member_id.id, 'product_id': line.product_id.id, 'lot_id': line.lot_id.id,
            'book': line.book_qty, 'counted': line.counted_qty, 'occurred_at': line.counted_at,
            'source': line.source_id.code, 'external_key': line.external_key, 'ref_model': counts._name,
            'ref_id': line.count_id.id} for line in counts.line_ids]
