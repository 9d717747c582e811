from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestBackOffice(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = new_test_user(
            cls.env, 'desk.of.hq', groups='distributor_portal.group_channel_user',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.seller = new_test_user(
            cls.env, 'seller.of.hq', groups='sales_team.group_sale_salesman_all_leads',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def _create_by_hand(self, *quantities, member=None):
        return self.env['sale.order'].with_user(self.desk).create({
            'partner_id': (member or self.dealer).partner_id.id,
            'order_line': [
                Command.create({'product_id': self.yoghurt.id, 'product_uom_qty': quantity})
                for quantity in quantities],
        })

    def _waiting(self):
        """An order that waits for headquarters."""
        _answer, order = self._submit_one(lines=[('YOG-1', 12000)])
        self.assertEqual(order.channel_state, 'hq')
        return order.with_user(self.desk)

    def test_order_made_by_hand_takes_the_members_terms_and_place(self):
        self.dealer.pricelist_id = False
        order = self._create_by_hand(12)
        self.assertEqual(order.pricelist_id, self.pricelist, "the nearest upstream's")
        order.action_channel_check()
        self.assertEqual((order.channel_state, order.channel_ship_code), ('confirmed', '440304'))
        self.assertEqual(order.warehouse_id, self.south)

    def test_order_made_by_hand_goes_to_its_delivery_address(self):
        order = self._create_by_hand(12)
        order.partner_shipping_id = self.env['res.partner'].create({
            'parent_id': self.dealer.partner_id.id, 'type': 'delivery', 'name': "Elsewhere",
            'channel_division_code': '510104'})
        order.action_channel_check()
        self.assertEqual(order.channel_ship_code, '510104')
        self.assertEqual(order.channel_state, 'rejected', "outside the dealer's territory")

    def test_order_sent_elsewhere_after_its_check_is_judged_by_the_new_place(self):
        order = self._create_by_hand(12000)
        order.action_channel_check()
        self.assertEqual((order.channel_state, order.channel_ship_code), ('hq', '440304'))
        for division, expected in (('510104', '510104'), (False, False)):
            order.partner_shipping_id = self.env['res.partner'].create({
                'parent_id': self.dealer.partner_id.id, 'type': 'delivery', 'name': "Elsewhere",
                'channel_division_code': division})
            order.action_channel_check()
            self.assertEqual((order.channel_state, order.channel_ship_code), ('rejected', expected))
        order.partner_shipping_id = self.dealer.partner_id
        self.assertEqual((order.channel_ship_code, order.channel_latitude), ('440304', self.dealer.latitude))
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'hq')

    def test_lines_made_by_hand_are_told_apart(self):
        order = self._create_by_hand(12, 5)
        order.action_channel_check()
        packs = order.channel_current_verdict_ids.filtered(lambda verdict: verdict.rule_id.code == 'pack')
        self.assertEqual(packs.mapped('line_no'), [2])

    def test_unchecked_order_of_the_channel_is_not_confirmed(self):
        with self.assertRaisesRegex(UserError, "check it first"):
            self._create_by_hand(12).action_confirm()

    def test_desk_shows_the_hardest_verdict(self):
        order = self._waiting()
        self.assertEqual(order.channel_worst_decision, 'approve')
        self.assertIn('YOG-1', order.channel_worst_message)

    def test_desk_says_that_the_tier_is_why(self):
        order = self._create_by_hand(12, member=self.store)
        self.dealer.reviews_downstream = False
        order.action_channel_check()
        self.assertEqual((order.channel_state, order.channel_worst_decision), ('hq', False))
        self.assertIn("Store", order.channel_worst_message)

    def test_warehouses_weighed_are_a_table_without_foreign_markup(self):
        self.south.name = "<b>South</b>"
        order = self._waiting()
        self.assertIn("&lt;b&gt;South", order.channel_sourcing_html)
        self.assertIn("Lacks YOG-1" if not order.channel_sourcing[-1]['is_chosen'] else "lacks the least",
                      order.channel_sourcing_html)

    def test_refusing_needs_a_reason_and_cancels(self):
        order = self._waiting()
        action = order.action_channel_refuse()
        wizard = self.env[action['res_model']].with_user(self.desk).with_context(**action['context'])
        with self.assertRaises(UserError):
            wizard.create({'reason': "  "}).action_refuse()
        wizard.create({'reason': "No truck"}).action_refuse()
        self.assertEqual((order.channel_state, order.state), ('cancelled', 'cancel'))
        self.assertIn("No truck", order.channel_event_ids.mapped('detail'))

    def test_refusing_leaves_orders_alone_that_do_not_wait(self):
        waiting = self._waiting()
        _answer, accepted = self._submit_one('X-2')
        self.env['channel.refuse'].with_user(self.desk).create({
            'order_ids': (waiting | accepted).ids, 'reason': "No truck"}).action_refuse()
        self.assertEqual((waiting.channel_state, accepted.channel_state), ('cancelled', 'confirmed'))
        with self.assertRaisesRegex(UserError, "None of these"):
            self.env['channel.refuse'].with_user(self.desk).create({
                'order_ids': accepted.ids, 'reason': "No truck"}).action_refuse()

    def test_only_the_desk_refuses(self):
        order = self._waiting().with_user(self.seller)
        with self.assertRaises(AccessError):
            order.action_channel_refuse()
        with self.assertRaises(AccessError):
            self.env['channel.refuse'].with_user(self.seller).create({'order_ids': order.ids, 'reason': "x"})

    def test_other_sellers_still_open_orders(self):
        form = Form(self._waiting().with_user(self.seller))
        self.assertEqual(form.partner_id, self.dealer.partner_id)

    def test_manager_creates_a_member_with_its_company(self):
        manager = new_test_user(self.env, 'manager.of.hq', groups='distributor_portal.group_channel_manager',
                                company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        env = self.env(user=manager)
        form = Form(env['channel.member'])
        form.partner_id = env['res.partner'].create({'name': "Newcomer", 'is_company': True})
        form.code, form.tier_id = 'N1', env.ref('distributor_portal.channel_tier_agent')
        self.assertEqual(form.save().display_name, "N1 Newcomer")
