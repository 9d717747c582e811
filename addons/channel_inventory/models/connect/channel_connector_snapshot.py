from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine.connect import retry
from ...engine.connect.compare import compare
from ...engine.ledger import AT_HAND


class ChannelConnectorSnapshot(models.Model):
    """What another system says that a place held at a moment, and where our books say otherwise."""

    _name = 'channel.connector.snapshot'
    _description = "Stock as Counted Elsewhere"
    _order = 'counted_at desc, id desc'

    connector_id = fields.Many2one('channel.connector', required=True, readonly=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    warehouse_id = fields.Many2one('stock.warehouse', readonly=True, index='btree_not_null', ondelete='restrict')
    member_id = fields.Many2one('channel.member', readonly=True, index='btree_not_null', ondelete='restrict')
    counted_at = fields.Datetime("Counted", required=True, readonly=True)
    positions = fields.Integer(readonly=True, help="Products and lots that were compared.")
    differing = fields.Integer("Differ", readonly=True)
    unknown = fields.Integer("Unknown Codes", readonly=True, help="Codes there that mean no product here.")
    line_ids = fields.One2many('channel.connector.snapshot.line', 'snapshot_id', "Differences", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('warehouse_id', 'member_id', 'counted_at', 'differing')
    def _compute_display_name(self):
        for snapshot in self:
            place = snapshot.warehouse_id.name or snapshot.member_id.name or ''
            day = snapshot.counted_at and fields.Datetime.context_timestamp(snapshot, snapshot.counted_at).date()
            snapshot.display_name = self.env._(
                "%(place)s on %(day)s: %(count)s differences", place=place, day=day, count=snapshot.differing)

    # === BUSINESS METHODS === #

    @api.model
    def _compare(self, connector, body):
        """Compare with our books as they were at that moment, and keep what differs.

        :param body: a `StockSnapshot`
        """
        warehouse, member = self._find_place(connector, body.place)
        at = min(body.counted_at, fields.Datetime.now())
        products = self._find_products({line.sku for line in body.lines})
        book = self._get_warehouse_book(warehouse, at) if warehouse else self._get_member_book(member, at)
        count, found = compare(book, [
            (products[line.sku].id, line.lot, line.qty) for line in body.lines if line.sku in products])
        unknown = {}
        for line in body.lines:
            if line.sku not in products and line.qty:
                unknown[line.sku, line.lot] = unknown.get((line.sku, line.lot), Decimal()) + line.qty
        snapshot = self.create({
            'connector_id': connector.id, 'company_id': connector.company_id.id, 'warehouse_id': warehouse.id,
            'member_id': member.id, 'counted_at': at, 'positions': count + len(unknown), 'differing': len(found),
            'unknown': len(unknown)})
        self.env['channel.connector.snapshot.line'].create([{
            'snapshot_id': snapshot.id, 'product_id': one.product, 'lot_name': one.lot or False,
            'book_qty': float(one.book), 'told_qty': float(one.told)} for one in found] + [{
                'snapshot_id': snapshot.id, 'sku': sku, 'lot_name': lot or False, 'book_qty': 0, 'told_qty': float(qty),
            } for (sku, lot), qty in unknown.items()])
        snapshot._on_snapshot()
        return snapshot

    def _on_snapshot(self):
        """The hook for whoever explains differences: called once, in the transaction that has found them."""

    @api.model
    def _find_place(self, connector, code):
        """(warehouse, member), one of them empty. :raise Failure: it is none of this connector's places"""
        warehouse = connector.warehouse_ids.filtered(lambda one: one.code == code) if connector.role == 'wms' else (
            self.env['stock.warehouse'])
        member = connector.member_id.filtered(lambda one: one.code == code) if connector.role == 'member' else (
            self.env['channel.member'])
        if not warehouse and not member:
            raise retry.Failure('cannot', self.env._("%s is no place of this connector.", code))
        return warehouse, member

    @api.model
    def _find_products(self, codes):
        """{code: product}, in one query."""
        found = {}
        for product in self.env['product.product'].with_context(active_test=False).search_fetch(
                ['|', ('default_code', 'in', list(codes)), ('barcode', 'in', list(codes))],
                ['default_code', 'barcode'], order='active, id desc'):
            found |= {code: product for code in (product.barcode, product.default_code) if code in codes}
        return found

    @api.model
    def _get_warehouse_book(self, warehouse, at):
        """{(product id, lot's name): what lay there at that moment}: what lies there now, less what moved since."""
        book = {}
        inside = [('location_id', 'child_of', warehouse.view_location_id.id), ('location_id.usage', '=', 'internal')]
        for product, lot, qty in self.env['stock.quant']._read_group(
                inside, ['product_id', 'lot_id'], ['quantity:sum']):
            book[product.id, lot.name or ''] = to_decimal(qty)
        for field, sign in (('location_id', 1), ('location_dest_id', -1)):
            since = [
                ('state', '=', 'done'), ('date', '>', at),
                (field, 'child_of', warehouse.view_location_id.id), (f'{field}.usage', '=', 'internal')]
            for product, lot, qty in self.env['stock.move.line']._read_group(
                    since, ['product_id', 'lot_id'], ['quantity_product_uom:sum']):
                key = product.id, lot.name or ''
                book[key] = book.get(key, Decimal()) + sign * to_decimal(qty)
        return book

    @api.model
    def _get_member_book(self, member, at):
        """The same of a member's own goods: everything at hand, in whatever state."""
        book = {}
        sums = [f'{state}:sum' for state in AT_HAND]
        for product, lot, *qtys in self.env['channel.stock']._read_group(
                [('member_id', '=', member.id)], ['product_id', 'lot_id'], sums):
            book[product.id, lot.name or ''] = sum(map(to_decimal, qtys), Decimal())
        for product, lot, qty in self.env['channel.stock.entry']._read_group(
                [('member_id', '=', member.id), ('occurred_at', '>', at), ('state', 'in', AT_HAND)],
                ['product_id', 'lot_id'], ['qty:sum']):
            key = product.id, lot.name or ''
            book[key] = book.get(key, Decimal()) - to_decimal(qty)
        return book
