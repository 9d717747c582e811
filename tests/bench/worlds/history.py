"""Orders of the past: one is sent in, shipped and received as any, all others are patterned on it, row by row.

They are what lists and pages must cope with: orders, lines, deliveries, moves, receipts and timelines. They left no
trace in stock, credit and invoices: the stock drawn is what is there after them, and all of them are paid.
"""
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.tools import SQL

from odoo.addons.distributor_portal.engine import distance_km, fingerprint

from .dirt import TAX

CENT = Decimal('0.01')
TABLES = (
    'sale_order', 'sale_order_line', 'account_tax_sale_order_line_rel', 'stock_picking', 'stock_move',
    'stock_move_line', 'stock_reference', 'stock_reference_sale_rel', 'stock_reference_move_rel',
    'channel_order_event', 'channel_receipt', 'channel_receipt_line')


def load_history(loader):
    pasts = list(loader.baskets.draw_past(fields.Date.today()))
    pattern = make_pattern(loader)
    loader.env.flush_all()
    with loader.bulk.unguarded(*TABLES):
        History(loader, pattern, pasts).load()
    return len(pasts)


def make_pattern(loader):
    """A received order of one line, as any dealer's."""
    member = next(
        place for place, node in enumerate(loader.network.dealers)
        if loader.baskets.limits['dealer', place] > 10**5 and loader.baskets.by_holder['dealer', place])
    basket = loader.baskets.draw(loader.network.random, 'dealer', member, 1)
    answer = loader.env['sale.order'].channel_submit([{
        'external_id': 'PAST-0', 'member': loader.network.dealers[member].code,
        'lines': [{'sku': loader.goods.products[place].sku, 'qty': qty} for place, qty in basket]}])[0]
    assert answer['status'] == 'accepted', answer
    loader.env.cr.commit()  # it was taken in by a transaction of its own, which ours has not seen
    loader.env.invalidate_all()
    order = loader.env['sale.order'].browse(answer['order_id'])
    picking = order.picking_ids
    for move in picking.move_ids:
        move.quantity, move.picked = move.product_uom_qty, True
    picking.button_validate()
    picking._channel_receive({move.product_id.id: move.quantity for move in picking.move_ids})
    assert order.channel_state == 'received', order.channel_state
    return order


class History:

    def __init__(self, loader, pattern, pasts):
        self.loader, self.bulk, self.pattern, self.pasts = loader, loader.bulk, pattern, pasts
        self.warehouses = loader.warehouses
        self.nearest, self.rules = {}, {}
        types = self.warehouses.out_type_id
        for rule in loader.env['stock.rule'].search([('picking_type_id', 'in', types.ids), ('action', '=', 'pull')]):
            self.rules.setdefault(rule.picking_type_id.id, rule.id)
        self.partners = dict(loader.env.execute_query(
            SQL("SELECT id, partner_id FROM channel_member")))

    def load(self):
        counts = {'sale_order': len(self.pasts), 'sale_order_line': sum(len(past.basket) for past in self.pasts)}
        self.first = {table: self.bulk.reserve(table, counts['sale_order']) for table in (
            'sale_order', 'stock_picking', 'stock_reference', 'channel_receipt')}
        self.first |= {table: self.bulk.reserve(table, counts['sale_order_line']) for table in (
            'sale_order_line', 'stock_move', 'stock_move_line', 'channel_receipt_line')}
        self.names = self.bulk.number(
            self.loader.env['ir.sequence'].search([('code', '=', 'sale.order')], limit=1), counts['sale_order'])
        self.orders = [self._prepare(i, past) for i, past in enumerate(self.pasts)]
        self._name_deliveries()
        self._load_orders()
        self._load_lines()
        self._load_deliveries()
        self._load_moves()
        self._load_facts()

    def _prepare(self, i, past):
        node = self.loader.network.tiers[past.tier][past.place]
        member = self.loader.members[past.tier][past.place]
        lines = []
        for place, qty in past.basket:
            price = Decimal(str(self.loader.baskets.prices[past.tier, place]))
            net = (price * qty).quantize(CENT, ROUND_HALF_UP)
            lines.append((place, qty, price, net, _tax(net)))
        net_total = sum(line[3] for line in lines)
        return {
            'id': self.first['sale_order'] + i, 'name': self.names[i], 'at': past.at, 'node': node, 'member': member,
            'partner': self.partners[member], 'tier': past.tier, 'lines': lines,
            'warehouse': self._find_warehouse(node.place),
            # Taxed as a whole, as Odoo does unless told otherwise: cents of the lines may differ from it.
            'net': net_total, 'tax': _tax(net_total)}

    def _find_warehouse(self, place):
        if place not in self.nearest:
            point = self.loader.points[place]
            self.nearest[place] = min(self.warehouses, key=lambda warehouse: distance_km(
                *point, warehouse.channel_latitude, warehouse.channel_longitude))
        return self.nearest[place]

    def _name_deliveries(self):
        by_type = {}
        for order in self.orders:
            by_type.setdefault(order['warehouse'].out_type_id, []).append(order)
        for type_, orders in by_type.items():
            for order, name in zip(orders, self.bulk.number(type_.sequence_id, len(orders)), strict=True):
                order['delivery'] = name

    def _load_orders(self):
        plan = {warehouse: [{
            'cost': '12.00', 'reason': 'nearest_complete', 'missing': {}, 'is_chosen': True, 'lead_days': 2,
            'warehouse': warehouse.name, 'distance_km': 50.0, 'warehouse_id': warehouse.id,
        }] for warehouse in self.warehouses}
        unit = self.pattern.order_line.product_uom_id.id
        self.bulk.clone(
            'sale_order', self.pattern.id,
            ('id', 'name', 'partner_id', 'partner_invoice_id', 'partner_shipping_id', 'client_order_ref',
             'pricelist_id', 'amount_untaxed', 'amount_tax', 'amount_total', 'date_order', 'effective_date',
             'validity_date', 'warehouse_id', 'channel_member_id', 'channel_tier_id', 'channel_credit_line_id',
             'channel_external_id', 'channel_fingerprint', 'channel_content', 'channel_ship_code', 'channel_sourcing',
             'channel_credit_amount', 'channel_latitude', 'channel_longitude', 'channel_ship_date',
             'channel_arrival_date'),
            ((order['id'], order['name'], *[order['partner']] * 3, order['name'],
              self.loader.pricelists[order['tier']], order['net'], order['tax'], order['net'] + order['tax'],
              order['at'], order['at'], order['at'].date(), order['warehouse'].id, order['member'],
              self.loader.tiers[order['tier']], None, f"PAST-{order['name']}", fingerprint(order['name']),
              fingerprint([
                  sorted([self.loader.products[place], unit, float(qty), float(price), 0.0]
                         for place, qty, price, _net, _tax in order['lines']),
                  order['node'].place, order['partner'], order['partner']]),
              order['node'].place, plan[order['warehouse']], 0, *self.loader.points[order['node'].place],
              None, None)  # past orders are loaded without their parcels
             for order in self.orders))

    def _iter_lines(self):
        """(running number, order, place in the order, line)"""
        number = 0
        for order in self.orders:
            for i, line in enumerate(order['lines']):
                yield number, order, i, line
                number += 1

    def _load_lines(self):
        products, first = self.loader.goods.products, self.first['sale_order_line']
        self.bulk.clone(
            'sale_order_line', self.pattern.order_line.id,
            ('id', 'order_id', 'order_partner_id', 'product_id', 'name', 'product_uom_qty', 'qty_delivered',
             'qty_to_invoice', 'price_unit', 'technical_price_unit', 'price_subtotal', 'price_tax', 'price_total',
             'price_reduce_taxexcl', 'price_reduce_taxinc', 'untaxed_amount_to_invoice', 'warehouse_id',
             'channel_line_no'),
            ((first + number, order['id'], order['partner'], self.loader.products[place],
              f"[{products[place].sku}] {products[place].name}", qty, qty, qty, price, price, net, tax, net + tax,
              net / qty, (net + tax) / qty, net, order['warehouse'].id, i)
             for number, order, i, (place, qty, price, net, tax) in self._iter_lines()))
        self.bulk.copy(
            'account_tax_sale_order_line_rel', ('sale_order_line_id', 'account_tax_id'),
            ((first + number, self.loader.tax.id) for number, *_rest in self._iter_lines()))

    def _load_deliveries(self):
        picking = self.pattern.picking_ids
        self.bulk.clone(
            'stock_picking', picking.id,
            ('id', 'name', 'origin', 'sale_id', 'partner_id', 'location_id', 'picking_type_id', 'scheduled_date',
             'date_deadline', 'date_done'),
            ((self.first['stock_picking'] + i, order['delivery'], order['name'], order['id'], order['partner'],
              order['warehouse'].lot_stock_id.id, order['warehouse'].out_type_id.id, *[order['at']] * 3)
             for i, order in enumerate(self.orders)))
        first = self.first['stock_reference']
        self.bulk.clone('stock_reference', self.pattern.stock_reference_ids[:1].id, ('id', 'name'), (
            (first + i, order['name']) for i, order in enumerate(self.orders)))
        self.bulk.copy('stock_reference_sale_rel', ('reference_id', 'sale_id'), (
            (first + i, order['id']) for i, order in enumerate(self.orders)))

    def _load_moves(self):
        products, costs = self.loader.products, self.loader.goods.products
        first_move, start = self.first['stock_move'], self.first['sale_order']
        first_picking, move = self.first['stock_picking'] - start, self.pattern.picking_ids.move_ids
        self.bulk.clone(
            'stock_move', move.id,
            ('id', 'product_id', 'product_qty', 'product_uom_qty', 'quantity', 'packaging_uom_qty', 'value',
             'picking_id', 'partner_id', 'sale_line_id', 'location_id', 'warehouse_id', 'picking_type_id', 'rule_id',
             'origin', 'reference', 'date', 'date_deadline', 'reservation_date'),
            ((first_move + number, products[place], *[qty] * 4, round(qty * round(costs[place].price * .45, 2), 2),
              first_picking + order['id'], order['partner'], self.first['sale_order_line'] + number,
              order['warehouse'].lot_stock_id.id, order['warehouse'].id, order['warehouse'].out_type_id.id,
              self.rules[order['warehouse'].out_type_id.id], order['name'], order['delivery'], order['at'],
              order['at'], order['at'].date())
             for number, order, _i, (place, qty, *_prices) in self._iter_lines()))
        self.bulk.copy('stock_reference_move_rel', ('reference_id', 'move_id'), (
            (self.first['stock_reference'] + order['id'] - start, first_move + number)
            for number, order, *_rest in self._iter_lines()))
        self.bulk.clone(
            'stock_move_line', move.move_line_ids.id,
            ('id', 'move_id', 'picking_id', 'product_id', 'quantity', 'quantity_product_uom', 'location_id', 'date'),
            ((self.first['stock_move_line'] + number, first_move + number, first_picking + order['id'],
              products[place], qty, qty, order['warehouse'].lot_stock_id.id, order['at'])
             for number, order, _i, (place, qty, *_prices) in self._iter_lines()))

    def _load_facts(self):
        """Receipts and timelines."""
        start = self.first['sale_order']
        receipt = self.pattern.channel_receipt_ids
        first_receipt, first_picking = self.first['channel_receipt'] - start, self.first['stock_picking'] - start
        self.bulk.clone(
            'channel_receipt', receipt.id, ('id', 'picking_id', 'order_id', 'member_id', 'received_at'),
            ((first_receipt + order['id'], first_picking + order['id'], order['id'], order['member'], order['at'])
             for order in self.orders))
        self.bulk.clone(
            'channel_receipt_line', receipt.line_ids.id, ('id', 'receipt_id', 'product_id', 'shipped_qty',
                                                          'received_qty'),
            ((self.first['channel_receipt_line'] + number, first_receipt + order['id'],
              self.loader.products[place], qty, qty)
             for number, order, _i, (place, qty, *_prices) in self._iter_lines()))
        for event in self.pattern.channel_event_ids.sorted('id'):
            detail = {'sourced': 'warehouse', 'confirmed': 'warehouse', 'shipped': 'delivery',
                      'received': 'delivery'}.get(event.kind)
            first = self.bulk.reserve('channel_order_event', len(self.orders))
            self.bulk.clone(
                'channel_order_event', event.id, ('id', 'order_id', 'at', 'detail'),
                ((first + i, order['id'], order['at'],
                  order['warehouse'].name if detail == 'warehouse' else order[detail] if detail else None)
                 for i, order in enumerate(self.orders)))


def _tax(net):
    return (net * Decimal(str(TAX))).quantize(CENT, ROUND_HALF_UP)
