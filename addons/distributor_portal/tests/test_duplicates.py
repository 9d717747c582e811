from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestDuplicates(ChannelCommon):
    """The same company twice: found, decided on, merged without losing anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_member('S9', 'store', cls.dealer, territories='440305', district='440305')
        cls.store.partner_id.write({
            'name': "深圳绿源乳业有限公司", 'phone': "13800001234", 'street': "科苑路88号", 'vat': False})
        cls.twin.partner_id.write({'name': "绿源乳业（深圳）", 'phone': "+86 138 0000 1234", 'street': "科苑路 88 号"})
        cls._create_credit(cls.store, 1000)
        cls._create_credit(cls.twin, 400)

    def _find(self):
        self.env['channel.duplicate']._find(self.company)
        return self.env['channel.duplicate'].search([('company_id', '=', self.company.id)])

    def _pair(self):
        return self._find().filtered(lambda pair: pair.member_id | pair.other_id == self.store | self.twin)

    # === FINDING === #

    def test_the_twin_is_found_with_reasons(self):
        pair = self._pair()
        self.assertEqual((len(pair), pair.state), (1, 'new'))
        self.assertGreaterEqual(pair.score, self.company.channel_duplicate_threshold)
        for reason in ("same phone", "same name", "same address"):
            self.assertIn(reason, pair.reason_text)
        self.assertNotIn(self.rival_store, self._find().member_id | self._find().other_id)

    def test_a_second_search_adds_nothing_and_refreshes_the_score(self):
        pair = self._pair()
        before = pair.score
        self.twin.partner_id.street = False
        self.twin.partner_id.phone = False
        self.assertEqual(self._pair(), pair)
        self.assertLess(pair.score, before)

    def test_what_is_different_is_remembered(self):
        pair = self._pair()
        pair.action_different()
        score = pair.score
        self.twin.partner_id.phone = False
        self.assertEqual(self._pair(), pair)
        self.assertEqual((pair.state, pair.score, pair.decided_by_id), ('different', score, self.env.user))
        pair.action_reopen()
        self.assertEqual(pair.state, 'new')

    def test_threshold_is_the_companys(self):
        self.company.channel_duplicate_threshold = 100
        self.twin.partner_id.phone = False
        self.twin.partner_id.street = False
        self.assertFalse(self._pair())

    def test_other_companies_are_not_compared(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.assertEqual(self.env['channel.duplicate']._find(other), 0)

    def test_button_of_the_list_looks_for_them(self):
        # As the client calls it: the ids of what is ticked, here of nothing.
        call_kw(self.env['channel.duplicate'], 'action_find', [[]], {})
        self.assertTrue(self.env['channel.duplicate'].search_count([('company_id', '=', self.company.id)]))

    # === MERGING === #

    def _merge(self, gone=None, survivor=None, **values):
        gone, survivor = gone or self.twin, survivor or self.store
        gone._merge_into(survivor, **values)
        return survivor

    def test_everything_alive_moves_and_the_rest_stays(self):
        user = self._create_portal_user(self.twin, 'twin_owner')
        sku = self.env['channel.member.sku'].create({
            'member_id': self.twin.id, 'code': '1', 'product_id': self.milk.id})
        licence = self._create_authorization(self.twin)
        _answer, order = self._submit_one('T-1', member='S9')
        events, verdicts = order.channel_event_ids, order.channel_verdict_ids
        company = self.twin.partner_id
        self._merge(is_confirmed=True)
        self.assertEqual(order.channel_member_id, self.store)
        self.assertEqual(order.partner_id, self.store.partner_id)
        self.assertEqual((order.channel_event_ids, order.channel_verdict_ids), (events, verdicts))
        self.assertEqual(user.channel_link_ids.member_id, self.store)
        self.assertEqual(user.partner_id.commercial_partner_id, self.store.partner_id)
        self.assertEqual((sku.member_id, licence.member_id), (self.store, self.store))
        self.assertEqual(licence.territory_ids.code, '440305', "what was licensed does not grow")
        self.assertFalse(company.exists())
        self.assertEqual((self.twin.active, self.twin.merged_into_id, self.twin.code), (False, self.store, 'S9'))
        self.assertIn('440305', self.store.territory_ids.mapped('code'))
        self.assertEqual(self.store.code, 'S1')

    def test_order_that_was_judged_need_not_be_judged_again(self):
        self.store.upstream_id.reviews_downstream = True
        _answer, order = self._submit_one('T-1', member='S9')
        self.assertEqual(order.channel_state, 'upstream')
        self._merge()
        self.assertFalse(order._channel_is_changed())

    def test_order_changed_before_is_still_changed(self):
        self.store.upstream_id.reviews_downstream = True
        _answer, order = self._submit_one('T-1', member='S9')
        order.order_line.product_uom_qty = 24
        self._merge()
        self.assertTrue(order._channel_is_changed())

    def test_credit_held_moves_and_the_limit_stands(self):
        _answer, order = self._submit_one('T-1', member='S9')
        held = order.channel_credit_amount
        self.assertGreater(held, 0)
        line, gone = self.store.credit_line_ids, self.twin.credit_line_ids
        self._merge()
        self.assertEqual((line.limit_amount, line.used_amount), (1000, held))
        self.assertEqual((gone.used_amount, gone.active), (0, False))
        self.assertFalse(self.env['channel.credit.line']._find_differences(), "the counter agrees with the orders")

    def test_limits_are_added_when_asked_for(self):
        line = self.store.credit_line_ids
        self._merge(adds_limits=True)
        self.assertEqual(line.limit_amount, 1400)

    def test_survivor_without_credit_takes_the_others(self):
        self.store.credit_line_ids.unlink()
        line = self.twin.credit_line_ids
        self._merge()
        self.assertEqual(self.store.credit_line_ids, line)

    def test_members_below_stand_below_the_survivor(self):
        other = self._create_member('D9', 'dealer', self.agent)
        below = self._create_member('S8', 'store', other)
        self._merge(other, self.dealer)
        self.assertEqual(below.upstream_id, self.dealer)
        self.assertIn(self.dealer, below.ancestor_ids)
        self.assertNotIn(other, below.ancestor_ids)

    def test_code_in_use_for_something_else_stays_and_is_named(self):
        for member, product in ((self.store, self.yoghurt), (self.twin, self.milk)):
            self.env['channel.member.sku'].create({'member_id': member.id, 'code': '7', 'product_id': product.id})
        self._merge()
        self.assertEqual(self.store.sku_ids.product_id, self.yoghurt)
        self.assertIn("7", self.store.message_ids[0].body)

    def test_one_user_at_both_has_one_role(self):
        partner = self.env['res.partner'].create({'name': "Owner", 'parent_id': self.twin.partner_id.id})
        user = new_test_user(self.env, 'both', groups='base.group_portal', partner_id=partner.id)
        self.env['channel.member.user'].create({'member_id': self.twin.id, 'user_id': user.id, 'role': 'finance'})
        self._merge()
        self.assertEqual(self.store.user_link_ids.mapped('role'), ['finance'])

    def test_different_upstreams_with_open_orders_need_a_second_look(self):
        self.store.upstream_id.reviews_downstream = True
        other = self._create_member('D9', 'dealer', self.agent, reviews_downstream=True)
        self.twin.upstream_id = other
        self._submit(self._prepare_order('T-1', member='S9'), self._prepare_order('T-2', member='S1'))
        with self.assertRaisesRegex(UserError, "different upstreams"), self.env.cr.savepoint():
            self._merge()
        self._merge(is_confirmed=True)
        self.assertFalse(self.twin.active)

    def test_merges_that_cannot_be(self):
        company = self.env['res.company'].create({'name': "Other"})
        stranger = self.env['channel.member'].create({
            'code': 'X1', 'tier_id': self.tiers['agent'].id, 'company_id': company.id,
            'partner_id': self.env['res.partner'].create({'name': "X", 'is_company': True}).id})
        for gone, survivor in ((self.store, self.dealer), (self.dealer, self.store), (stranger, self.agent),
                               (self.store, self.store)):
            with self.subTest(gone=gone.code, survivor=survivor.code), self.assertRaises(UserError):
                self._merge(gone, survivor, is_confirmed=True)
        self._merge()
        with self.assertRaises(UserError):
            self._merge()

    def test_odoos_own_merge_leaves_members_to_us(self):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        with self.assertRaisesRegex(UserError, "members of the channel"), self.env.cr.savepoint():
            wizard._merge((self.store | self.twin).partner_id.ids)
        loose = self.env['res.partner'].create({'name': "Loose", 'is_company': True})
        wizard._merge((self.store.partner_id | loose).ids, self.store.partner_id)
        self.assertFalse(loose.exists())

    def test_wizard_proposes_who_ordered_more_and_shows_what_moves(self):
        self._submit_one('T-1', member='S9')
        pair = self._pair()
        merge = self.env['channel.member.merge'].browse(pair.action_merge()['res_id'])
        self.assertEqual((merge.survivor_id, merge.gone_id), (self.twin, self.store))
        merge.survivor_id = self.store
        self.assertIn("Orders: 1", merge.preview)
        merge.action_merge()
        self.assertEqual((pair.state, pair.survivor_id), ('merged', self.store))
        for act in (pair.action_merge, pair.action_different):
            with self.assertRaises(UserError):
                act()

    def test_other_links_to_the_member_move_too(self):
        rule = self.env['channel.pack.rule'].create({'member_id': self.twin.id, 'min_qty': 3})
        self.assertIn(('channel.approval', 'member_id', 'many2one'), self.twin._get_merge_fields())
        self.assertFalse({model for model, *_rest in self.twin._get_merge_fields()} & {
            'channel.segment.change', 'channel.member.link', 'channel.duplicate'})
        self._merge()
        self.assertEqual(rule.member_id, self.store)

    def test_history_of_the_one_that_goes_is_closed(self):
        self._merge()
        self.assertTrue(self.twin.link_ids.date_to)
        self.assertFalse(self.store.link_ids.date_to)

    def test_desk_neither_finds_nor_merges(self):
        pair = self._pair()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        for act in ('action_find', 'action_merge', 'action_different', 'action_reopen'):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(pair.with_user(desk), act)()
        with self.assertRaises(AccessError):
            (self.store | self.twin).with_user(desk).action_merge()
