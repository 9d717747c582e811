from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.distributor_portal.tests.common_claims import ClaimsCommon


@tagged('-at_install', 'post_install')
class TestStockFlows(ClaimsCommon):
    """Headquarters' documents and the members' stock: both sides or none, whatever happens on the way."""

    def _stock(self, product=None, member=None, **values):
        domain = [('member_id', '=', (member or self.dealer).id), ('product_id', '=', (product or self.milk).id)]
        return self.env['channel.stock'].search(domain + [(name, '=', value) for name, value in values.items()])

    def _sum(self, state, product=None, member=None):
        return sum(self._stock(product, member).mapped(state))

    def _entries(self, *kinds):
        return self.env['channel.stock.entry'].search([('member_id', '=', self.dealer.id), ('kind', 'in', kinds)])

    def _return(self, picking, product, qty):
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.filtered(lambda line: line.product_id == product).quantity = qty
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        self._validate(back)
        return back

    def _validate(self, pickings):
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.button_validate()

    def _assert_true(self):
        self.assertFalse(self.env['channel.stock']._check())

    # --- shipping

    def test_backorders_ship_one_after_the_other(self):
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        first = order.picking_ids
        first.move_ids.quantity = 4
        first.move_ids.picked = True
        first.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self._sum('in_transit'), 4)
        rest = order.picking_ids - first
        self._ship(order)
        self.assertEqual(self._sum('in_transit'), 10)
        first._channel_receive({self.milk.id: 4})
        self.assertEqual((self._sum('in_transit'), self._sum('available')), (6, 4))
        rest._channel_receive({self.milk.id: 6})
        self.assertEqual((self._sum('in_transit'), self._sum('available')), (0, 10))

    def test_cancelled_delivery_and_order_of_nobody_move_nothing(self):
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        order.picking_ids.action_cancel()
        partner = self.env['res.partner'].create({'name': "Walk-in"})
        other = self.env['sale.order'].create({
            'partner_id': partner.id,
            'order_line': [Command.create({'product_id': self.milk.id, 'product_uom_qty': 2})]})
        other.action_confirm()
        self._ship(other)
        self.assertFalse(self.env['channel.stock'].search([]))

    def test_posting_a_document_again_changes_nothing(self):
        picking = self._deliver()
        picking._channel_post_stock()
        back = self._return(picking, self.milk, 2)
        back._channel_post_stock()
        self.assertEqual(self._sum('in_transit'), 3)

    def test_what_headquarters_corrects_before_the_receipt_the_ledger_follows(self):
        picking = self._deliver()
        picking.move_line_ids.filtered(lambda line: line.product_id == self.milk).quantity = 3
        self.assertEqual(self._sum('in_transit'), 3)
        picking.move_line_ids.filtered(lambda line: line.product_id == self.milk).quantity = 6
        self.assertEqual(self._sum('in_transit'), 6)
        self._receive(picking)
        picking.move_line_ids.filtered(lambda line: line.product_id == self.milk).quantity = 9
        self.assertEqual(self._sum('available'), 6, "after the receipt what was counted stands")
        self._assert_true()

    def test_delivery_from_before_the_ledger_opens_the_book(self):
        picking = self._deliver()
        self.env.cr.execute("ALTER TABLE channel_stock_entry DISABLE TRIGGER USER")
        self.env.cr.execute("DELETE FROM channel_stock_entry; DELETE FROM channel_stock")
        self.env['channel.stock'].invalidate_model()
        self._receive(picking, damaged={self.milk: 1})
        self.assertEqual((self._sum('available'), self._sum('damaged'), self._sum('in_transit')), (4, 1, 0))
        self.assertEqual(set(self.env['channel.stock.entry'].search([]).mapped('kind')), {'opening'})

    def test_services_and_articles_without_stock_are_not_kept(self):
        self.milk.is_storable = False
        picking = self._deliver()
        self._receive(picking)
        self.assertFalse(self._stock())
        self.assertTrue(self._stock(self.yoghurt))

    def test_archived_product_is_still_there(self):
        self._receive(self._deliver())
        self.milk.active = False
        self.assertEqual(self.env['channel.stock'].channel_positions(['D1'], ['MLK-1'])[0]['available'], 5)

    def test_units_of_the_order_become_the_products_own(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        order = self._submit_one('D-1', lines=[('YOG-1', 24)])[1]
        self.assertEqual(order.picking_ids.move_ids.product_uom, self.yoghurt.uom_id)
        picking = order.picking_ids
        picking.move_ids.write({'product_uom': dozen.id, 'product_uom_qty': 2})
        self._ship(order)
        self.assertEqual(self._sum('in_transit', self.yoghurt), 24)

    def test_consigned_goods_stay_their_owners(self):
        owner = self.env['res.partner'].create({'name': "Brand"})
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        order.picking_ids.channel_owner_id = owner
        picking = self._ship(order)
        self._receive(picking)
        stock = self._stock()
        self.assertEqual((stock.owner_id, stock.available), (owner, 10))
        self.assertFalse(order.invoice_ids, "not the member's yet: nothing is billed")
        self._return(picking, self.milk, 4)
        self.assertEqual((self._stock().available, len(self._stock())), (6, 1))

    def test_goods_of_a_supplier_are_there_at_once(self):
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        self.patch(type(order.picking_ids), '_channel_is_delivery', lambda _picking: False)
        self.patch(type(order.picking_ids), '_channel_is_dropship', lambda picking: bool(picking.sale_id))
        self._ship(order)
        self.assertEqual((self._sum('in_transit'), self._sum('available')), (0, 10))

    # --- receiving

    def test_the_page_to_scan_in_names_the_lots(self):
        lot = self._track(self.milk, "L-7")
        picking = self._deliver(lines=[('MLK-1', 5)])
        self.assertEqual(picking._channel_get_lots(), {self.milk: [lot.name]})

    def _track(self, product, name):
        product.tracking = 'lot'
        lot = self.env['stock.lot'].create({'name': name, 'product_id': product.id})
        for place in self.south | self.west:
            self._set_stock(product, place, 0)
            self.env['stock.quant']._update_available_quantity(product, place.lot_stock_id, 100, lot_id=lot)
        return lot

    def test_what_came_in_the_place_of_another_is_put_aside(self):
        picking = self._deliver()
        self._receive(picking, details={self.milk.id: {'wrong': 2}})
        stock = self._stock()
        self.assertEqual((stock.available, stock.frozen, stock.in_transit), (3, 2, 0))

    def test_surplus_that_is_damaged_is_damaged(self):
        picking = self._deliver()
        self._receive(picking, received={self.milk: 8}, damaged={self.milk: 7})
        stock = self._stock()
        self.assertEqual((stock.available, stock.damaged, stock.physical), (1, 7, 8))
        self._assert_true()

    def test_frozen_lot_arrives_frozen(self):
        lot = self._track(self.milk, "L-8")
        picking = self._deliver(lines=[('MLK-1', 5)])
        self.env['channel.stock']._change_lots(lot, 'freeze', "Recall")
        self._receive(picking)
        self.assertEqual((self._stock().frozen, self._stock().available), (5, 0))

    # --- coming back

    def test_refused_at_the_door_it_never_arrived(self):
        picking = self._deliver()
        self._return(picking, self.milk, 2)
        self.assertEqual((self._sum('in_transit'), self._sum('available')), (3, 0))
        self.assertEqual(picking._channel_get_shipped()[self.milk], 3)
        receipt = self._receive(picking)
        self.assertFalse(receipt.has_difference, "what was refused is not short")
        self.assertEqual((self._sum('in_transit'), self._sum('available')), (0, 3))
        self._assert_true()

    def test_damaged_goods_go_back_from_the_damaged(self):
        picking = self._deliver()
        self._receive(picking, damaged={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        claim.with_user(self.desk).line_ids.granted = 'take_back'
        self._accept(claim)
        self._validate(claim.return_ids)
        stock = self._stock()
        self.assertEqual((stock.available, stock.damaged, stock.physical), (2, 0, 2))
        self._assert_true()

    def test_surplus_goes_back_without_a_delivery(self):
        picking = self._deliver()
        self._receive(picking, received={self.milk: 7})
        claim = picking.channel_receipt_ids.claim_ids
        self.assertEqual((claim.line_ids.kind, self._stock().available), ('surplus', 7))
        self._accept(claim)
        self._validate(claim.return_ids)
        self.assertEqual(self._stock().available, 5)

    def test_return_of_what_waits_for_inspection(self):
        self.milk.channel_inspects_arrivals = True
        picking = self._deliver()
        self._receive(picking)
        self._return(picking, self.milk, 2)
        self.assertEqual((self._stock().inspection, self._stock().available), (3, 0))

    def test_what_the_book_does_not_know_still_comes_back(self):
        picking = self._deliver()
        self._receive(picking)
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'kind': 'sale', 'from_state': 'available',
            'to_state': None, 'qty': 5}])
        self._return(picking, self.milk, 2)
        self.assertEqual(self._stock().available, -2)

    # --- claims

    def test_short_goods_are_a_claim_and_out_of_the_book(self):
        picking = self._deliver()
        self._receive(picking, received={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        self.assertEqual((claim.line_ids.kind, claim.line_ids.claimed_qty), ('short', 2))
        entries = self.env['channel.stock.entry'].search(claim.action_view_stock_entries()['domain'])
        self.assertEqual(set(entries.mapped('kind')), {'shipment', 'receipt', 'shortage'})
        self._accept(claim)
        self.assertEqual(self._stock().physical, 3)

    def test_headquarters_holds_that_it_arrived(self):
        picking = self._deliver()
        self._receive(picking, received={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        self._decide(claim, 0)
        self.assertEqual(self._stock().available, 3, "the member may still object")
        claim._agree()
        self.assertEqual((self._stock().available, self._entries('found').mapped('qty')), (5, [2]))

    def _find_of_refused(self, qty):
        """Two are missing, headquarters refuses, and so many turn up before that is final."""
        picking = self._deliver()
        self._receive(picking, received={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        self._decide(claim, 0)
        action = claim.with_user(self.boss).action_found()
        self.env['channel.stock.movement'].with_user(self.boss).with_context(**action['context']).create(
            {'qty': qty}).action_post()
        claim._agree()
        return claim

    def test_what_turned_up_is_not_found_again_by_the_decision(self):
        self._find_of_refused(2)
        self.assertEqual((self._stock().available, self._entries('found').mapped('qty')), (5, [2]))

    def test_the_rest_of_what_turned_up_is_found_by_the_decision(self):
        claim = self._find_of_refused(1)
        self.assertEqual((self._stock().available, self._entries('found').mapped('qty')), (5, [1, 1]))
        with self.assertRaises(UserError):
            claim.action_found()

    def test_decision_on_a_receipt_that_opened_the_book(self):
        picking = self._deliver()
        self.env.cr.execute("ALTER TABLE channel_stock_entry DISABLE TRIGGER USER")
        self.env.cr.execute("DELETE FROM channel_stock_entry; DELETE FROM channel_stock")
        self.env['channel.stock'].invalidate_model()
        self._receive(picking, received={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        self._decide(claim, 0)
        claim._agree()
        self.assertEqual(self._sum('available'), 5)

    def test_lost_goods_turn_up_once(self):
        picking = self._deliver()
        self._receive(picking, received={self.milk: 3})
        claim = picking.channel_receipt_ids.claim_ids
        self._accept(claim)
        action = claim.with_user(self.boss).action_found()
        wizard = self.env['channel.stock.movement'].with_user(self.boss).with_context(**action['context']).create({})
        self.assertEqual(wizard.qty, 2)
        wizard.action_post()
        self.assertEqual(self._stock().available, 5)
        for again in (lambda: claim.action_found(), lambda: wizard.action_post()):
            with self.assertRaises(UserError):
                again()
        self.assertIn('answer', claim.event_ids.mapped('kind'))

    def test_what_is_found_broken_later_is_no_longer_for_sale(self):
        picking = self._deliver()
        self._receive(picking)
        claim = self._claim(picking, (self.milk, 'quality', 3, 'credit'))
        self._decide(claim, 2)
        claim._agree()
        stock = self._stock()
        self.assertEqual((stock.available, stock.damaged, stock.physical), (3, 2, 5))

    def test_what_is_found_missing_later_leaves_the_book(self):
        picking = self._deliver()
        self._receive(picking)
        claim = self._claim(picking, (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        self.assertEqual((self._stock().available, self._stock().physical), (3, 3))
        claim.action_settle()
        self.assertEqual(self._stock().physical, 3, "once")
