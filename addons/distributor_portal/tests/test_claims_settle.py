from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_claims import ClaimsCommon


@tagged('-at_install', 'post_install')
class TestClaimsSettle(ClaimsCommon):
    """What was accepted ends with money or goods, in Odoo's own documents."""

    def _received(self, number='C-1', **values):
        picking = self._deliver(number, **values)
        self._receive(picking)
        self.assertEqual(picking.sale_id.invoice_ids.state, 'posted')
        return picking

    def _validate(self, pickings):
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.button_validate()

    def _deliver_on_two_lines(self):
        """24 yoghurts at 10 and, on a line of their own, 5 at 8."""
        _answer, order = self._submit_one(lines=(('YOG-1', 24),))
        order.order_line.copy({'order_id': order.id, 'product_uom_qty': 5, 'discount': 20})
        picking = self._ship(order)
        self.assertEqual(sorted(picking.move_ids.mapped('quantity')), [5, 24])
        return picking

    # --- credit

    def test_credit_note_holds_the_accepted_lines_only(self):
        picking = self._received()
        invoice = picking.sale_id.invoice_ids
        claim = self._claim(picking, (self.yoghurt, 'damaged', 3, 'credit'), (self.milk, 'short', 2, 'credit'))
        self._decide(claim, 2, 0)
        self.assertFalse(claim.move_ids, "the member may still object")
        claim._agree()
        move = claim.move_ids
        self.assertEqual((move.move_type, move.state, move.reversed_entry_id), ('out_refund', 'draft', invoice))
        self.assertEqual((move.invoice_line_ids.product_id, move.invoice_line_ids.quantity), (self.yoghurt, 2))
        self.assertEqual((move.amount_untaxed, claim.state), (20, 'partly'))
        move.action_post()
        self.assertEqual(claim.state, 'settled')
        self.assertIn('claim_settled', picking.sale_id.channel_event_ids.mapped('kind'))

    def test_credit_note_is_posted_where_the_company_wants_it(self):
        self.company.channel_claim_posts_credit = True
        claim = self._claim(self._received(), (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        self.assertEqual((claim.move_ids.state, claim.state), ('posted', 'settled'))

    def test_what_was_credited_is_not_billed_again(self):
        self.company.channel_claim_posts_credit = True
        picking = self._received()
        self._accept(self._claim(picking, (self.milk, 'short', 2, 'credit')))
        line = picking.sale_id.order_line.filtered(lambda line: line.product_id == self.milk)
        self.assertEqual((line.qty_invoiced, line.qty_to_invoice, picking.sale_id.invoice_status), (5, 0, 'invoiced'))

    def test_price_is_the_invoiced_one(self):
        picking = self._deliver()
        picking.sale_id.order_line.filtered(lambda line: line.product_id == self.milk).discount = 10
        self._receive(picking)
        claim = self._claim(picking, (self.milk, 'short', 2, 'credit'))
        self.assertEqual((claim.line_ids.price_unit, claim.amount), (4.5, 9))
        self._accept(claim)
        self.assertEqual(claim.move_ids.amount_untaxed, 9)

    def test_credit_waits_for_the_invoice(self):
        self.company.channel_invoice_on_receipt = False
        picking = self._deliver()
        self._receive(picking)
        claim = self._claim(picking, (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        self.assertEqual((claim.state, claim.move_ids.ids), ('accepted', []))
        picking.sale_id._create_invoices().action_post()
        self.assertEqual(claim.move_ids.amount_untaxed, 10)
        claim.move_ids.action_post()
        self.assertEqual(claim.state, 'settled')

    def test_settling_again_makes_nothing_twice(self):
        claim = self._claim(
            self._received(), (self.milk, 'short', 2, 'credit'), (self.yoghurt, 'damaged', 1, 'replacement'))
        self._accept(claim)
        before = (claim.move_ids, claim.replacement_ids)
        claim.with_user(self.boss).action_settle()
        self.assertEqual((claim.move_ids, claim.replacement_ids), before)

    def test_credit_note_that_was_cancelled_is_made_again(self):
        claim = self._claim(self._received(), (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        claim.move_ids.button_cancel()
        claim.with_user(self.boss).action_settle()
        self.assertEqual(sorted(claim.move_ids.mapped('state')), ['cancel', 'draft'])
        claim.move_ids.filtered(lambda move: move.state == 'draft').action_post()
        self.assertEqual(claim.state, 'settled')

    def test_no_invoice_is_credited_beyond_what_it_bills(self):
        self.company.channel_claim_posts_credit = True
        picking = self._received()
        first = picking.sale_id.invoice_ids
        first.button_draft()
        milk = first.invoice_line_ids.filtered(lambda line: line.product_id == self.milk)
        milk.quantity = 3
        first.action_post()
        second = picking.sale_id._create_invoices()
        second.action_post()
        claims = [self._claim(picking, (self.milk, 'quality', qty, 'credit')) for qty in (2, 3)]
        for claim in claims:
            self._accept(claim)
        credited = {move.reversed_entry_id: 0 for claim in claims for move in claim.move_ids}
        for move in claims[0].move_ids | claims[1].move_ids:
            credited[move.reversed_entry_id] += sum(move.invoice_line_ids.mapped('quantity'))
        self.assertEqual(credited, {first: 3, second: 2})

    def test_product_on_two_lines_of_the_order_is_credited_of_both(self):
        picking = self._deliver_on_two_lines()
        self._receive(picking)
        claim = self._claim(picking, (self.yoghurt, 'short', 10, 'credit'))
        self.assertEqual(claim.amount, 100, "the first line alone has room for it")
        self._accept(claim)
        claim.move_ids.action_post()
        self.assertEqual((claim.state, claim.move_ids.amount_untaxed), ('settled', 100))
        rest = self._claim(picking, (self.yoghurt, 'short', 19, 'credit'))
        self.assertAlmostEqual(rest.amount, 14 * 10 + 5 * 8, delta=.1)
        self._accept(rest)
        self.assertEqual(
            rest.move_ids.invoice_line_ids.sorted('id').mapped(lambda line: (line.quantity, line.price_subtotal)),
            [(14, 140), (5, 40)])
        rest.move_ids.action_post()
        self.assertEqual(rest.state, 'settled')

    def test_price_of_an_order_without_invoice_counts_both_lines(self):
        picking = self._deliver_on_two_lines()
        claim = self._claim(picking, (self.yoghurt, 'short', 29, 'credit'))
        self.assertAlmostEqual(claim.amount, 24 * 10 + 5 * 8, delta=.2)

    def test_what_an_invoice_has_no_room_for_is_credited_of_the_next(self):
        self.company.channel_invoice_on_receipt = False
        _answer, order = self._submit_one(lines=(('MLK-1', 20),))
        first = order.picking_ids
        first.move_ids.write({'quantity': 10, 'picked': True})
        first.with_context(skip_backorder=True).button_validate()
        order._create_invoices().action_post()
        self._accept(self._claim(first, (self.milk, 'quality', 7, 'credit')))
        second = self._ship(order)
        claim = self._claim(second, (self.milk, 'short', 10, 'credit'))
        self._accept(claim)
        self.assertEqual(claim.move_ids.invoice_line_ids.quantity, 3)
        claim.move_ids.action_post()
        self.assertEqual(claim.state, 'accepted', "seven are still owed")
        claim.with_user(self.boss).action_settle()
        self.assertEqual(len(claim.move_ids), 1)
        order._create_invoices().action_post()
        self.assertEqual(sorted(claim.move_ids.invoice_line_ids.mapped('quantity')), [3, 7])
        self.assertEqual(claim.state, 'accepted', "a draft is no credit")
        claim.move_ids.filtered(lambda move: move.state == 'draft').action_post()
        self.assertEqual(claim.state, 'settled')

    def test_invoice_in_another_unit(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        picking = self._deliver()
        line = picking.sale_id.order_line.filtered(lambda line: line.product_id == self.yoghurt)
        self._receive(picking)
        invoice_line = line.invoice_lines
        invoice_line.move_id.button_draft()
        invoice_line.write({'product_uom_id': dozen.id, 'quantity': 2, 'price_unit': 120})
        invoice_line.move_id.action_post()
        claim = self._claim(picking, (self.yoghurt, 'damaged', 6, 'credit'))
        self.assertEqual(claim.amount, 60)
        self._accept(claim)
        self.assertEqual((claim.move_ids.invoice_line_ids.quantity, claim.move_ids.amount_untaxed), (0.5, 60))
        seven = self._claim(picking, (self.yoghurt, 'damaged', 7, 'credit'))
        self._accept(seven)
        seven.move_ids.action_post()
        self.assertEqual((len(seven.move_ids), seven.state), (1, 'settled'), "0.58 dozen is as near as it comes")

    # --- replacement

    def test_replacement_ships_like_any_order_at_no_price(self):
        claim = self._claim(self._received(), (self.yoghurt, 'damaged', 2, 'replacement'))
        self._accept(claim)
        order = claim.replacement_ids
        self.assertEqual(
            (order.amount_total, order.channel_state, order.channel_member_id), (0, 'confirmed', self.dealer))
        self.assertEqual((order.picking_ids.state, order.warehouse_id), ('assigned', self.south))
        self.assertEqual(order.order_line.product_uom_qty, 2, "no pack rule holds it up")
        self.assertEqual(claim.state, 'settled')
        self.assertEqual(order.channel_parcel_ids.warehouse_id, self.south)
        self._receive(self._ship(order))
        self.assertEqual(order.channel_state, 'received')

    def test_replacement_is_nothing_that_was_bought(self):
        picking = self._received()
        ordered = picking.sale_id
        figures = self.env['channel.member.figure']
        figures._count_companies(self.company)
        before = figures.search([('member_id', '=', self.dealer.id), ('order_count', '>', 0)]).mapped('order_count')
        claim = self._claim(picking, (self.yoghurt, 'damaged', 2, 'replacement'))
        self._accept(claim)
        last = self.env['sale.order']._portal_get_last_orders(self.dealer)
        self.assertEqual([id_ for id_, _name, _day, _amount in last[self.dealer.id]], ordered.ids)
        bought = self.dealer._portal_query_purchases(fields.Datetime.now() - timedelta(days=2))
        self.assertEqual({product: qty for product, _day, qty in bought}, {self.yoghurt.id: 24, self.milk.id: 5})
        figures._count_companies(self.company, is_full=True)
        self.assertEqual(figures.search(
            [('member_id', '=', self.dealer.id), ('order_count', '>', 0)]).mapped('order_count'), before)

    # --- return

    def test_return_is_credited_when_it_has_come(self):
        picking = self._received()
        claim = self._claim(picking, (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        returned = claim.return_ids
        self.assertEqual(
            (returned.return_id, returned.state, returned.origin), (picking, 'assigned', f'R-{claim.name}'))
        self.assertEqual((claim.state, claim.move_ids.ids), ('accepted', []))
        self.assertTrue(claim.return_until)
        claim._portal_track("SF123")
        self.assertEqual(returned.channel_tracking_ref, "SF123")
        self._validate(returned)
        self.assertEqual((claim.line_ids.returned_qty, claim.move_ids.amount_untaxed), (3, 15))
        claim.move_ids.action_post()
        self.assertEqual(claim.state, 'settled')
        line = picking.sale_id.order_line.filtered(lambda line: line.product_id == self.milk)
        self.assertEqual((line.qty_delivered, line.qty_invoiced, picking.sale_id.invoice_status), (2, 2, 'invoiced'))

    def test_credit_note_of_a_return_that_was_cancelled_is_made_again(self):
        claim = self._claim(self._received(), (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        self._validate(claim.return_ids)
        claim.move_ids.button_cancel()
        claim.with_user(self.boss).action_settle()
        again = claim.move_ids.filtered(lambda move: move.state == 'draft')
        self.assertEqual((again.amount_untaxed, claim.state), (15, 'accepted'))
        again.action_post()
        self.assertEqual(claim.state, 'settled')

    def test_return_before_the_invoice_is_not_credited_of_what_is_billed_after_it(self):
        self.company.channel_invoice_on_receipt = False
        picking = self._deliver()
        claim = self._claim(picking, (self.milk, 'return', 3, 'take_back'), (self.yoghurt, 'damaged', 2, 'credit'))
        self._accept(claim)
        self._validate(claim.return_ids)
        picking.sale_id._create_invoices().action_post()
        self.assertEqual(claim.move_ids.invoice_line_ids.product_id, self.yoghurt)
        claim.move_ids.action_post()
        self.assertEqual(claim.state, 'settled')

    def test_only_what_has_come_back_is_credited(self):
        claim = self._claim(self._received(), (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        move = claim.return_ids.move_ids
        move.quantity, move.picked = 2, True
        claim.return_ids.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=claim.return_ids.ids).button_validate()
        self.assertEqual((claim.line_ids.returned_qty, claim.move_ids.amount_untaxed), (2, 10))

    def test_what_has_not_come_back_can_be_claimed_again(self):
        picking = self._received()
        picking.channel_receipt_ids.sudo().received_at -= timedelta(hours=1)
        claim = self._claim(picking, (self.milk, 'return', 5, 'take_back'))
        self._accept(claim)
        returned = claim.return_ids
        returned.move_ids.write({'quantity': 2, 'picked': True})
        returned.with_context(skip_backorder=True, picking_ids_not_to_backorder=returned.ids).button_validate()
        with self.assertRaisesRegex(UserError, "at most 3 "):
            self._claim(picking, (self.milk, 'quality', 4, 'credit'))
        self.assertEqual(self._claim(picking, (self.milk, 'quality', 3, 'credit')).state, 'sent')

    def test_what_of_a_return_still_comes_cannot_be_claimed(self):
        picking = self._received()
        claim = self._claim(picking, (self.milk, 'return', 5, 'take_back'))
        self._accept(claim)
        claim.return_ids.move_ids.write({'quantity': 2, 'picked': True})
        claim.return_ids.with_context(skip_backorder=True).button_validate()
        with self.assertRaisesRegex(UserError, "at most 0 "):
            self._claim(picking, (self.milk, 'quality', 1, 'credit'))
        claim.return_ids.filtered(lambda one: one.state != 'done').action_cancel()
        self.assertEqual(self._claim(picking, (self.milk, 'quality', 3, 'credit')).state, 'sent')

    def test_rest_of_a_return_can_follow(self):
        claim = self._claim(self._received(), (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        move = claim.return_ids.move_ids
        move.quantity, move.picked = 2, True
        claim.return_ids.with_context(skip_backorder=True).button_validate()
        self.assertEqual(len(claim.return_ids), 2)
        self.assertFalse(claim.move_ids)
        self._validate(claim.return_ids.filtered(lambda picking: picking.state != 'done'))
        self.assertEqual(claim.move_ids.amount_untaxed, 15)

    def test_return_that_never_comes_ends_the_claim(self):
        claim = self._claim(self._received(), (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        claim.return_ids.action_cancel()
        self.assertEqual((claim.state, claim.move_ids.ids), ('settled', []))
        self.assertEqual(self._claim(claim.picking_id, (self.milk, 'quality', 5, 'credit')).state, 'sent')
        claim.return_ids.action_cancel()
        with self.assertRaisesRegex(UserError, "at most 0 "):
            self._claim(claim.picking_id, (self.milk, 'quality', 1, 'credit'))

    def test_return_before_the_invoice_needs_no_credit(self):
        self.company.channel_invoice_on_receipt = False
        picking = self._deliver()
        self._receive(picking)
        claim = self._claim(picking, (self.milk, 'return', 3, 'take_back'))
        self._accept(claim)
        self._validate(claim.return_ids)
        self.assertEqual((claim.state, claim.move_ids.ids), ('settled', []))
        invoice = picking.sale_id._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.filtered(lambda line: line.product_id == self.milk).quantity, 2)

    # --- surplus

    def test_surplus_comes_back_or_is_paid(self):
        picking = self._deliver()
        claim = self._receive(picking, received={self.milk: 7, self.yoghurt: 25}).claim_ids
        milk = claim.line_ids.filtered(lambda line: line.product_id == self.milk)
        milk.with_user(self.desk).granted = 'buy'
        self._accept(claim)
        invoice = claim.move_ids
        self.assertEqual((invoice.move_type, invoice.amount_untaxed), ('out_invoice', 10))
        self.assertEqual(claim.return_ids.move_ids.product_uom_qty, 1)
        self._validate(claim.return_ids)
        invoice.action_post()
        self.assertEqual(claim.state, 'settled')

    def test_member_tracks_only_what_goes_back(self):
        claim = self._claim(self._received(), (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        with self.assertRaises(UserError):
            claim._portal_track("SF123")
