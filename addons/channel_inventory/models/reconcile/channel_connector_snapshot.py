from odoo import models
from odoo.tools import SQL, float_compare


class ChannelConnectorSnapshot(models.Model):
    """What a member's own system says of its stock is a fact of the reconciliation. It changes no book."""

    _inherit = 'channel.connector.snapshot'

    # === BUSINESS METHODS === #

    def _on_snapshot(self):
        """Override of ours to hand on what differs otherwise than last time. The same told again is no new fact."""
        result = super()._on_snapshot()
        for snapshot in self.filtered('member_id'):
            self.env['channel.stock'].sudo()._on_counted(snapshot._prepare_counted())
        return result

    def _prepare_counted(self):
        """Rows for `channel.stock._on_counted`: what differs now, and what does not any more."""
        self.ensure_one()
        told = self._load_told()
        if any(at > self.counted_at for _book, _found, at in told.values()):
            return []  # an older one that comes late
        now = {(line.product_id.id, lot): (line.book_qty, line.told_qty) for line, lot in self._match_lots()}
        same = {place for place, (book, found, _at) in told.items() if not float_compare(
            found - book, now.get(place, (0, 0))[1] - now.get(place, (0, 0))[0], precision_digits=3)}
        ended = [place for place in told if place not in now and place not in same]
        if ended:
            book = self._get_member_book(self.member_id, self.counted_at)
            names = {lot.id: lot.name for lot in self.env['stock.lot'].sudo().browse([lot for _p, lot in ended if lot])}
            for product, lot in ended:
                qty = float(sum(qty for (own, name), qty in book.items() if own == product and (
                    not lot or name == names[lot])))
                now[product, lot] = qty, qty
        return [{
            'member_id': self.member_id.id, 'product_id': product, 'lot_id': lot, 'book': book, 'counted': found,
            'occurred_at': self.counted_at, 'source': self.connector_id.name,
            'external_key': f'snapshot {self.id} {product} {lot or 0}', 'ref_model': self._name, 'ref_id': self.id,
        } for (product, lot), (book, found) in now.items() if (product, lot) not in same]

    def _load_told(self):
        """{(product id, lot id or None): (book, found, when)} as this member's system said last."""
        return {(product, lot): (book, found, at) for product, lot, book, found, at in self.env.execute_query(SQL("""
            SELECT DISTINCT ON (product_id, lot_id) product_id, lot_id, book_qty::float8, found_qty::float8, counted_at
              FROM channel_stock_counted WHERE member_id = %s AND ref_model = %s
          ORDER BY product_id, lot_id, counted_at DESC, id DESC
        """, self.member_id.id, self._name))}

    def _match_lots(self):
        """[(line, lot id or None)] of products; a lot that nobody here has ever heard of is no position of ours."""
        lines = self.line_ids.filtered('product_id')
        lots = {(lot.product_id.id, lot.name): lot.id for lot in self.env['stock.lot'].sudo().search([
            ('product_id', 'in', lines.product_id.ids), ('name', 'in', lines.filtered('lot_name').mapped('lot_name'))])}
        found = [(line, lots.get((line.product_id.id, line.lot_name)) if line.lot_name else None) for line in lines]
        return [(line, lot) for line, lot in found if lot or not line.lot_name]
