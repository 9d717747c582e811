from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestOrderLoop(ChannelCommon):
    """Store → dealer → checks → sourcing → headquarters → ship → scan in → invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.desk = new_test_user(cls.env, 'desk', groups='distributor_portal.group_channel_user')

    def _kinds(self, order):
        return order.channel_event_ids.sorted('id').mapped('kind')

    def test_whole_loop(self):
        answer, order = self._submit_one(member='S1', lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual((answer['status'], order.channel_state, order.state), ('held', 'upstream', 'sent'))
        self.assertEqual(order.channel_approval_ids.mapped('step'), ['upstream', 'hq'])
        self.assertEqual(order.channel_approval_ids[0].member_id, self.dealer)

        order.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
        self.assertEqual(order.channel_state, 'hq')
        self.assertEqual(order.channel_approval_ids[0].user_id, self.dealer_user)

        order.with_user(self.desk).action_channel_approve()
        self.assertEqual((order.channel_state, order.state, order.warehouse_id), ('confirmed', 'sale', self.south))

        picking = self._ship(order)
        self.assertEqual((picking.state, order.channel_state), ('done', 'shipped'))

        receipt = picking.with_user(self.store_user).sudo()._channel_receive({self.yoghurt.id: 12, self.milk.id: 3})
        self.assertFalse(receipt.has_difference)
        self.assertEqual((receipt.user_id, order.channel_state), (self.store_user, 'received'))
        self.assertEqual(order.invoice_ids.state, 'posted')
        self.assertEqual(order.invoice_ids.amount_total, 135)
        self.assertEqual(self._kinds(order), [
            'submitted', 'sourced', 'upstream_approved', 'sourced', 'hq_approved', 'confirmed', 'shipped', 'received',
            'invoiced'])

    def test_order_is_judged_again_when_the_dealer_approves(self):
        _answer, order = self._submit_one(member='S1', lines=[('MLK-1', 3)])
        self.milk.sale_ok = False
        order.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
        self.assertEqual((order.channel_state, order.channel_run), ('rejected', 2))
        self.assertEqual(order.channel_approval_ids.mapped('state'), ['approved', 'void'])

    def test_stock_that_has_gone_is_sourced_elsewhere(self):
        _answer, order = self._submit_one(member='S1', lines=[('MLK-1', 3)])
        self.assertEqual(order.warehouse_id, self.south)
        self._set_stock(self.milk, self.south, 0)
        order.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
        self.assertEqual(order.warehouse_id, self.west)

    def test_refused_by_the_dealer_is_over(self):
        credit = self._create_credit(self.store, 1000)
        _answer, order = self._submit_one(member='S1')
        self.assertEqual(credit.used_amount, 120)
        order.with_user(self.dealer_user).sudo()._channel_decide('upstream', False, "Too much")
        self.assertEqual((order.state, order.channel_state, credit.used_amount), ('cancel', 'cancelled', 0))
        refused = order.channel_approval_ids[0]
        self.assertEqual((refused.state, refused.reason), ('refused', "Too much"))
        self.assertEqual(order.channel_approval_ids[1].state, 'void')

    def test_member_does_not_set_its_order_back(self):
        credit = self._create_credit(self.dealer, 1000)
        _answer, order = self._submit_one()
        self.assertEqual((order.channel_state, credit.used_amount), ('confirmed', 120))
        with self.assertRaises(AccessError):
            order.with_user(self.dealer_user).action_draft()
        order.with_user(self.desk).action_draft()
        self.assertEqual((order.state, order.channel_state), ('sale', 'confirmed'), "nothing to set back")
        self.assertEqual(credit.used_amount, 120)

    def test_waiting_order_set_back_waits_for_nobody_and_holds_nothing(self):
        credit = self._create_credit(self.store, 1000)
        _answer, order = self._submit_one(member='S1')
        self.assertEqual((order.channel_state, credit.used_amount), ('upstream', 120))
        order.with_user(self.desk).action_draft()
        self.assertEqual((order.state, order.channel_state, credit.used_amount), ('draft', 'draft', 0))
        self.assertEqual(set(order.channel_approval_ids.mapped('state')), {'void'})

    def test_refused_by_headquarters_is_over(self):
        _answer, order = self._submit_one(lines=[('MLK-1', 3000)])
        self.env['channel.refuse'].with_user(self.desk).create({
            'order_ids': [(6, 0, order.ids)], 'reason': "Discontinued"}).action_refuse()
        self.assertEqual(order.channel_state, 'cancelled')
        self.assertIn('hq_refused', self._kinds(order))

    def test_only_the_desk_decides_for_headquarters(self):
        _answer, order = self._submit_one(lines=[('MLK-1', 3000)])
        seller = new_test_user(self.env, 'seller', groups='sales_team.group_sale_salesman_all_leads')
        with self.assertRaises(AccessError):
            order.with_user(seller).action_channel_approve()
        with self.assertRaises(AccessError):
            order.with_user(self.store_user).action_channel_approve()

    def test_what_waits_for_nobody_is_not_approved(self):
        _answer, order = self._submit_one()
        with self.assertRaises(UserError):
            order.action_channel_approve()

    def test_approved_twice_is_approved_once(self):
        _answer, order = self._submit_one(member='S1')
        for _time in range(2):
            order.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
        self.assertEqual(self._kinds(order).count('upstream_approved'), 1)

    def test_dealer_that_does_not_review_is_not_asked(self):
        self.dealer.reviews_downstream = False
        _answer, order = self._submit_one(member='S1')
        self.assertEqual(order.channel_approval_ids.mapped('step'), ['hq'])

    def test_received_twice_is_received_once(self):
        _answer, order = self._submit_one()
        picking = self._ship(order)
        first = picking._channel_receive({self.yoghurt.id: 12})
        self.assertEqual(picking._channel_receive({self.yoghurt.id: 3}), first)
        self.assertEqual(first.line_ids.received_qty, 12)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_short_and_damaged_are_kept(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 12), ('MLK-1', 3)])
        receipt = self._ship(order)._channel_receive({self.yoghurt.id: 10}, {self.yoghurt.id: 1}, "Wet")
        self.assertTrue(receipt.has_difference)
        received = {line.product_id: line.received_qty for line in receipt.line_ids}
        self.assertEqual(received, {self.yoghurt: 10, self.milk: 0})

    def test_nonsense_is_not_received(self):
        _answer, order = self._submit_one()
        with self.assertRaises(UserError):
            order.picking_ids._channel_receive({self.yoghurt.id: 12})
        picking = self._ship(order)
        with self.assertRaises(UserError):
            picking._channel_receive({self.milk.id: 1})

    def test_invoice_at_receipt_can_be_switched_off(self):
        self.company.channel_invoice_on_receipt = False
        _answer, order = self._submit_one()
        self._ship(order)._channel_receive({self.yoghurt.id: 12})
        self.assertFalse(order.invoice_ids)

    def test_requested_day_becomes_the_commitment(self):
        day = fields.Date.add(fields.Date.today(), days=5)
        _answer, order = self._submit_one(requested_date=day.isoformat())
        self.assertEqual(order.commitment_date.date(), day)

    # --- the same over RPC, as the people themselves

    def test_dealer_and_store_do_their_part_over_rpc(self):
        _answer, order = self._submit_one(member='S1', lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual(order.with_user(self.dealer_user).channel_decide('approve'), {order.name: 'hq'})
        self.assertEqual(order.with_user(self.desk).channel_decide('approve'), {order.name: 'confirmed'})
        picking = self._ship(order)
        answer = order.with_user(self.store_user).channel_receive(
            [{'sku': 'YOG-1', 'received': 12, 'damaged': 1}, {'sku': 'MLK-1', 'received': 3}], note="Wet")
        claim = order.channel_claim_ids
        self.assertEqual(answer, {
            'delivery': picking.name, 'differs': True, 'claim': claim.name, 'status': 'received'})
        self.assertEqual(order.with_user(self.store_user).channel_receive([{'sku': 'YOG-1', 'received': 1}]), answer)
        self.assertEqual(len(order.channel_receipt_ids), 1)

    def test_nobody_decides_over_rpc_what_does_not_wait_for_it(self):
        _answer, order = self._submit_one(member='S1')
        rival = self._create_portal_user(self.rival_dealer, 'rival_user')
        agent = self._create_portal_user(self.agent, 'agent_user')
        warehouse = self._create_portal_user(self.dealer, 'warehouse_user', role='warehouse')
        for user in (self.store_user, rival, agent, warehouse, self.desk):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user).channel_decide('approve')
        for arguments in (('perhaps',), ('refuse',), ('refuse', "  ")):
            with self.subTest(arguments=arguments), self.assertRaises(UserError):
                order.with_user(self.dealer_user).channel_decide(*arguments)
        order.with_user(self.dealer_user).channel_decide('refuse', "Too much")
        self.assertEqual(order.channel_state, 'cancelled')

    def test_nobody_receives_over_rpc_what_is_not_its_own(self):
        _answer, order = self._submit_one()
        lines = [{'sku': 'YOG-1', 'received': 12}]
        with self.assertRaises(UserError):
            order.with_user(self.dealer_user).channel_receive(lines)
        self._ship(order)
        finance = self._create_portal_user(self.dealer, 'finance_user', role='finance')
        rival = self._create_portal_user(self.rival_dealer, 'rival_user')
        for user in (self.store_user, finance, rival, self.desk):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                order.with_user(user).channel_receive(lines)
        for bad in (
            [{'sku': 'MLK-1', 'received': 1}],
            [{'sku': 'YOG-1', 'received': -1}],
            [{'sku': 'YOG-1', 'received': 'x'}],
            [{'sku': 'YOG-1', 'received': 1, 'damaged': 2}],
            "YOG-1",
            [7],
        ):
            with self.subTest(bad=bad), self.assertRaises(UserError):
                order.with_user(self.dealer_user).channel_receive(bad)
        with self.assertRaises(UserError):
            order.with_user(self.dealer_user).channel_receive(lines, delivery="OUT/999")
        self.assertEqual(order.with_user(self.dealer_user).channel_receive(lines)['status'], 'received')
