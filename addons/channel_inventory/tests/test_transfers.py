from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.transfers import channel_offer_portal
from .common_transfers import TransfersCommon


@tagged('-at_install', 'post_install')
class TestTransferPlans(TransfersCommon):
    """Who is proposed to send what to whom."""

    def test_dealer_with_too_much_is_proposed_to_the_one_in_need(self):
        plan = self._plan()
        transfer = plan.transfer_ids
        self.assertEqual(
            (transfer.giver_id, transfer.receiver_id, transfer.state), (self.dealer, self.needy, 'proposed'))
        self.assertEqual((transfer.line_ids.product_id, transfer.line_ids.qty), (self.milk, 120))
        self.assertEqual(plan.method, 'exact')
        self.assertGreater(transfer.saving, 0)
        self.assertAlmostEqual(plan.saving, transfer.saving, 2)
        self.assertAlmostEqual(transfer.line_ids.giver_days_before, 600)
        self.assertAlmostEqual(transfer.line_ids.giver_days_after, 480)
        self.assertEqual((transfer.line_ids.receiver_days_before, transfer.line_ids.receiver_days_after), (0, 30))
        self.assertIn("480", transfer.line_ids._describe_days())
        self.assertAlmostEqual(transfer.line_ids.price_unit, 4.5, 2, "the list price less the discount")

    def test_plan_comes_out_the_same_from_what_was_kept(self):
        plan = self._plan()
        plan.action_verify()
        self.env.cr.execute("UPDATE channel_transfer_plan SET answer = jsonb_set(answer::jsonb, '{cost}', '1') "
                            "WHERE id = %s", [plan.id])
        plan.invalidate_recordset()
        with self.assertRaises(UserError):
            plan.action_verify()

    def test_receiver_without_licence_is_not_proposed(self):
        self.env['channel.authorization'].search([('member_id', '=', self.agent.id)]).categ_ids = self.chilled
        self.assertFalse(self._plan().transfer_ids)

    def test_receiver_outside_its_territory_is_not_proposed(self):
        self.env['channel.rule'].search([('kind', '=', 'territory')]).write(
            {'lane': 'block', 'legal_basis': "Contract"})
        self.needy.territory_ids = self._find_territory('4401')
        self.assertFalse(self._plan().transfer_ids)

    def test_closed_category_is_not_shared(self):
        parent = self.env['product.category'].create({'name': "All", 'channel_is_shared': False})
        self.category.parent_id = parent
        self.assertFalse(self._plan().transfer_ids)

    def test_what_was_asked_for_is_not_proposed_again(self):
        self._plan().transfer_ids._offer()
        self.assertFalse(self._plan().transfer_ids)

    def test_newer_plan_takes_the_place_of_the_older(self):
        first = self._plan().transfer_ids
        second = self._plan().transfer_ids
        self.assertEqual((first.state, second.state), ('cancelled', 'proposed'))

    def test_consigned_goods_are_not_given_away(self):
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.yoghurt.id, 'kind': 'opening', 'from_state': None,
            'to_state': 'available', 'qty': 900, 'owner_id': self.company.partner_id.id,
            'occurred_at': fields.Datetime.now() - timedelta(60)}])
        self._stock_up(self.needy, self.yoghurt, 0, 4)
        self.assertNotIn(self.yoghurt, self._plan().transfer_ids.line_ids.product_id)

    def test_near_expiry_goes_where_it_sells_in_time(self):
        lot = self._create_lot("L1", 30)
        self._stock_up(self.dealer, self.yoghurt, 240, 0)
        self._stock_up(self.needy, self.yoghurt, 0, 12)
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'lot_id': lot.id, 'kind': 'opening',
            'from_state': None, 'to_state': 'available', 'qty': 90,
            'occurred_at': fields.Datetime.now() - timedelta(50)}])
        transfer = self._plan().transfer_ids
        first = transfer.line_ids.filtered(lambda line: line.lot_id == lot)
        self.assertGreater(first.qty, 0)
        self.assertLessEqual(first.qty, 4 * 23)
        self.assertGreater(transfer.loss_avoided, 0)

    def test_without_a_place_of_the_dc_nothing_is_compared(self):
        self.env['stock.warehouse'].search([]).write({'channel_latitude': 0, 'channel_longitude': 0})
        self.assertFalse(self._plan().transfer_ids)

    def test_every_night(self):
        self.env['channel.transfer.plan']._cron_propose()
        self.assertEqual(self.env['channel.transfer'].search([]).giver_id, self.dealer)
        self.policy.write({'scope': 'region', 'auto_offer': True})
        self.env['channel.transfer.plan']._cron_propose()
        self.assertEqual(self.env['channel.transfer'].search([('state', '=', 'offered')]).receiver_id, self.needy)
        self.policy.proposes = False
        before = self.env['channel.transfer.plan'].search_count([])
        self.env['channel.transfer.plan']._cron_propose()
        self.assertEqual(self.env['channel.transfer.plan'].search_count([]), before)

    def test_on_demand(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        Share = self.env['channel.transfer.share'].with_user(desk)
        action = Share.create({'agent_id': self.agent.id}).action_share()
        self.assertEqual(self.env['channel.transfer.plan'].browse(action['res_id']).transfer_count, 1)
        region = Share.create({
            'scope': 'region', 'territory_ids': self._find_territory('4403').ids, 'product_ids': self.milk.ids})
        self.assertEqual(
            self.env['channel.transfer.plan'].browse(region.action_share()['res_id']).transfer_ids.giver_id,
            self.dealer)
        with self.assertRaises(UserError):
            Share.create({'scope': 'agent'}).action_share()
        with self.assertRaises(UserError):
            Share.create({'scope': 'region', 'territory_ids': self._find_territory('65').ids}).action_share()

    def test_on_demand_never_for_another_company(self):
        other = self.env['res.company'].create({'name': "Other"})
        member = self._create_member('F9', 'agent', None, '4403')
        self.env.flush_all()
        self.env.cr.execute("UPDATE channel_member SET company_id = %s WHERE id = %s", [other.id, member.id])
        self.env.invalidate_all()
        goods = self._create_goods('FOREIGN', 1, stock=(), company_id=other.id)
        desk = new_test_user(
            self.env, 'desk', groups='distributor_portal.group_channel_user', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)])
        Share = self.env['channel.transfer.share'].with_user(desk)
        before = self.env['channel.transfer.plan'].search_count([])
        with self.assertRaises(AccessError):
            Share.create({'company_id': other.id, 'scope': 'region'}).action_share()
        for values in ({'agent_id': member.id}, {'scope': 'region', 'product_ids': goods.ids}):
            with self.subTest(values=values), self.assertRaises(UserError):
                Share.create(values).action_share()
        self.assertEqual(self.env['channel.transfer.plan'].search_count([]), before)

    def test_queries_do_not_grow_with_the_members(self):
        def count(members):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env['channel.transfer.facts']._make_problem(members)
            return self.cr.sql_log_count - before
        few = count(self.agent | self.dealer | self.needy)
        more = self.env['channel.member'].union(*(
            self._create_member(f'M{number}', 'dealer', self.agent, '4403') for number in range(6)))
        for member in more:
            self._stock_up(member, self.milk, 0, 2)
        self.assertLessEqual(count(self.agent | self.dealer | self.needy | more), few + 4)


@tagged('-at_install', 'post_install')
class TestTransferFlow(TransfersCommon):
    """From the question to the bill; nothing is skipped, nothing happens twice, both books change or neither."""

    def _assert_refused(self, call, *arguments):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            call(*arguments)

    def test_goods_leave_one_book_and_come_into_the_other(self):
        transfer = self._approved()
        self.assertEqual(transfer.state, 'approved')
        self.assertEqual((self._held(self.dealer), self._held(self.dealer, 'reserved')), (540, 60))
        transfer._pack({transfer.line_ids.id: 48})
        self.assertEqual(self._held(self.dealer, 'reserved'), 60)
        transfer._ship("SF", "SF1")
        self.assertEqual((self._held(self.dealer), self._held(self.dealer, 'reserved')), (552, 0))
        self.assertEqual(self._held(self.needy, 'in_transit'), 48)
        transfer._receive({transfer.line_ids.id: (42, 6)}, "Wet")
        self.assertEqual(
            [self._held(self.needy, state) for state in ('in_transit', 'available', 'damaged')], [0, 36, 6])
        self.assertTrue(transfer.has_difference)
        self.assertAlmostEqual(transfer.amount, 36 * 4.5)
        self.assertFalse(self.env['channel.stock']._check())
        kinds = self.env['channel.stock.entry'].search([('ref_model', '=', 'channel.transfer')]).mapped('kind')
        self.assertEqual(set(kinds), {'state', 'transfer_out', 'transfer_in', 'receipt', 'shortage'})

    def test_lots_stay_the_same(self):
        lot = self._create_lot("L1", 200)
        self._stock_up(self.dealer, self.yoghurt, 12, 0)
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'lot_id': lot.id, 'kind': 'opening',
            'from_state': None, 'to_state': 'available', 'qty': 60}])
        transfer = self._shipped(lot=lot)
        self.assertEqual((self._held(self.dealer, lot=lot), self._held(self.needy, 'in_transit', lot)), (0, 60))
        transfer._receive({transfer.line_ids.id: (66, 0)})
        self.assertEqual(self._held(self.needy, lot=lot), 66, "what is too much is there, too")
        self.assertAlmostEqual(transfer.amount, 60 * 4.5, 2, "and is not owed")

    def test_inspected_goods_are_inspected(self):
        self.milk.channel_inspects_arrivals = True
        transfer = self._shipped()
        transfer._receive({transfer.line_ids.id: (60, 0)})
        self.assertEqual((self._held(self.needy), self._held(self.needy, 'inspection')), (0, 60))

    def test_recalled_lot_arrives_frozen(self):
        lot = self._create_lot("L2", 200)
        self._stock_up(self.dealer, self.milk, 60, 0, lot)
        transfer = self._shipped(lot=lot)
        self.env['channel.stock']._change_lots(lot, 'freeze', "Recall")
        transfer._receive({transfer.line_ids.id: (66, 6)})
        self.assertEqual(
            [self._held(self.needy, state, lot) for state in ('available', 'frozen', 'damaged')], [0, 60, 6])

    def test_recall_calls_off_what_has_not_left(self):
        lot, other = self._create_lot("L3", 200), self._create_lot("L4", 200)
        self._stock_up(self.dealer, self.milk, 100, 0, lot)
        self._stock_up(self.dealer, self.milk, 60, 0, other)
        approved, packed, safe = (
            self._approved(qty=qty, lot=one) for qty, one in ((30, lot), (60, lot), (60, other)))
        packed._pack({packed.line_ids.id: 60})
        self.env['channel.stock']._change_lots(lot, 'freeze', "Seal not tight")
        self.assertEqual((approved | packed).mapped('state'), ['cancelled'] * 2)
        for transfer in approved | packed:
            event = transfer.event_ids.filtered(lambda event: event.kind == 'cancelled')
            self.assertIn("Seal not tight", event.text)
        self.assertEqual(
            [self._held(self.dealer, state, lot) for state in ('available', 'reserved', 'frozen')], [0, 0, 100])
        self.assertEqual((safe.state, self._held(self.dealer, 'reserved', other)), ('approved', 60))
        self.assertFalse(self.env['channel.stock']._check())

    def test_freezing_a_position_calls_off_what_it_was_promised_to(self):
        transfer = self._approved()
        stock = self.env['channel.stock'].search([
            ('member_id', '=', self.dealer.id), ('product_id', '=', self.milk.id)])
        stock._change('freeze', "A case", qty=540)
        self.assertEqual((transfer.state, stock.reserved, stock.available), ('approved', 60, 0), "enough beside it")
        stock._change('freeze', "Another", qty=10)
        self.assertEqual((transfer.state, stock.reserved, stock.available, stock.frozen), ('cancelled', 0, 50, 550))

    def test_each_step_has_its_place(self):
        transfer = self._transfer()
        line = transfer.line_ids
        for call, arguments in (
                (transfer._agree, ('giver',)), (transfer._approve, ()), (transfer._pack, ({line.id: 1},)),
                (transfer._ship, ()), (transfer._receive, ({line.id: (1, 0)},))):
            self._assert_refused(call, *arguments)
        transfer._offer()
        self._assert_refused(transfer._offer)
        transfer._agree('giver')
        self._assert_refused(transfer._agree, 'giver')
        transfer._agree('receiver')
        self._assert_refused(transfer._approve)
        self._assert_refused(transfer._refuse, "Too late")
        self._assert_refused(transfer._pack, {line.id: 61})
        self._assert_refused(transfer._pack, {})
        transfer._pack({line.id: 60})
        transfer._ship()
        self._assert_refused(transfer._ship)
        self._assert_refused(transfer._cancel)
        self._assert_refused(transfer._receive, {line.id: (3, 4)})
        transfer._receive({line.id: (60, 0)})
        self._assert_refused(transfer._receive, {line.id: (60, 0)})
        self.assertEqual(self._held(self.needy), 60)

    def test_goods_that_are_sold_meanwhile_are_not_promised(self):
        transfer = self._transfer(qty=600)
        transfer._offer()
        transfer._agree('giver')
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'kind': 'sale', 'from_state': 'available',
            'to_state': None, 'qty': 1}])
        self._assert_refused(transfer._agree, 'receiver')
        self.assertEqual((transfer.state, self._held(self.dealer, 'reserved')), ('giver_agreed', 0))

    def test_lot_that_does_not_fit_or_expires_on_the_way(self):
        late, foreign = self._create_lot("L1", 5), self._create_lot("L2", 200, self.yoghurt)
        self._assert_refused(self._transfer(lot=late)._offer)
        self._assert_refused(self._transfer(lot=foreign)._offer)

    def test_rules_of_the_order_desk_hold(self):
        self.env['channel.authorization'].search([('member_id', '=', self.agent.id)]).categ_ids = self.chilled
        with self.assertRaisesRegex(UserError, "Company D3"):
            self._transfer()._offer()

    def test_rule_that_asks_headquarters_asks_it_here_too(self):
        self.env['channel.rule'].search([('kind', '=', 'territory')]).lane = 'approve'
        self.needy.territory_ids = self._find_territory('4401')
        transfer = self._approved()
        self.assertEqual((transfer.state, transfer.asks), ('agreed', 'hq'))
        self.assertTrue(transfer.check_text)

    def test_category_or_member_that_takes_no_part(self):
        self.category.channel_is_shared = False
        self._assert_refused(self._transfer()._offer)
        self.category.channel_is_shared = True
        self.needy.state = 'suspended'
        self._assert_refused(self._transfer()._offer)

    def test_common_agent_decides_from_its_amount(self):
        self.policy.agent_amount = 100
        transfer = self._approved()
        self.assertEqual((transfer.state, transfer.asks, transfer.approver_id), ('agreed', 'agent', self.agent))
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            transfer.with_user(desk).action_approve()
        transfer._approve()
        self.assertEqual(transfer.state, 'approved')

    def test_headquarters_decides_from_its_amount_and_between_agents(self):
        self.policy.hq_amount = 100
        transfer = self._approved()
        self.assertEqual((transfer.state, transfer.asks), ('agreed', 'hq'))
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        transfer.with_user(desk).action_approve()
        self.assertEqual((transfer.state, transfer.approved_by_id), ('approved', desk))
        across = self._transfer(receiver=self.rival_dealer)
        across._offer()
        self.assertEqual(across.asks, 'hq')
        self.policy.crosses_agents = False
        self._assert_refused(self._transfer(receiver=self.rival_dealer)._offer)

    def test_refused_and_called_off(self):
        transfer = self._transfer()
        transfer._offer()
        self._assert_refused(transfer._refuse, "")
        transfer._refuse("We need it ourselves")
        self.assertEqual((transfer.state, transfer.why_refused), ('refused', "We need it ourselves"))
        approved = self._approved()
        approved._cancel("Lorry broken")
        self.assertEqual((self._held(self.dealer), self._held(self.dealer, 'reserved')), (600, 0))

    def test_who_does_not_answer_in_time(self):
        transfer = self._transfer()
        transfer._offer()
        transfer.sudo().answer_until = self.today
        self.env['channel.transfer']._cron_lapse()
        self.assertEqual(transfer.state, 'offered')
        transfer.sudo().answer_until = self.today - timedelta(1)
        self.env['channel.transfer']._cron_lapse()
        self.assertEqual(transfer.state, 'cancelled')
        self.assertIn('lapsed', transfer.event_ids.mapped('kind'))

    def test_headquarters_receives_for_who_does_not(self):
        transfer = self._shipped()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        boss = new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        with self.assertRaises(AccessError):
            transfer.with_user(desk).action_receive()
        Receipt = self.env['channel.transfer.receipt']
        with self.assertRaises(AccessError):
            Receipt.with_user(desk).create({'transfer_id': transfer.id})
        receipt = Receipt.with_user(boss).browse(transfer.with_user(boss).action_receive()['res_id'])
        self.assertEqual((receipt.line_ids.product_id, receipt.line_ids.received_qty), (self.milk, 60))
        self._assert_refused(receipt.action_receive)
        receipt.reason = "Delivery note signed"
        receipt.line_ids.write({'received_qty': 58, 'damaged_qty': 2})
        receipt.action_receive()
        self.assertEqual((transfer.state, transfer.received_by_id), ('received', boss))
        self.assertEqual(
            [self._held(self.needy, state) for state in ('in_transit', 'available', 'damaged')], [0, 56, 2])
        self.assertEqual(transfer.bill_id.amount, transfer.amount)
        self.assertIn("Delivery note signed", transfer.event_ids.filtered(lambda one: one.kind == 'differs').text)
        self._assert_refused(receipt.action_receive)
        self.assertFalse(self.env['channel.stock']._check())

    def test_headquarters_is_told_of_what_nobody_scans_in(self):
        transfer = self._shipped()
        Transfer = self.env['channel.transfer']
        wait = timedelta(transfer.days + self.policy.answer_days)
        transfer.sudo().shipped_at = datetime.combine(self.today - wait, time(12))
        Transfer._cron_lapse()
        self.assertFalse(transfer.activity_ids, "It may come today.")
        transfer.sudo().shipped_at -= timedelta(1)
        Transfer._cron_lapse()
        Transfer._cron_lapse()
        self.assertEqual((transfer.state, len(transfer.activity_ids)), ('shipped', 1))
        transfer._receive({transfer.line_ids.id: (60, 0)})
        self.assertFalse(transfer.activity_ids)

    def test_bill_is_confirmed_by_both(self):
        transfer = self._shipped()
        transfer._receive({transfer.line_ids.id: (60, 0)})
        bill = transfer.bill_id
        self.assertEqual((bill.amount, bill.giver_id, bill.receiver_id), (270, self.dealer, self.needy))
        self._assert_refused(bill._dispute, "")
        boss = new_test_user(self.env, 'boss-of-bills', groups='distributor_portal.group_channel_manager')
        now = fields.Datetime.now()
        for values in ({'amount': 1}, {'state': 'confirmed', 'giver_confirmed_at': now, 'receiver_confirmed_at': now}):
            with self.assertRaises(AccessError):
                bill.with_user(boss).write(values)
        bill._confirm('receiver')
        self._assert_refused(bill._confirm, 'receiver')
        self.assertEqual((bill.state, transfer.state), ('open', 'received'))
        bill._dispute("Wrong price")
        self._assert_refused(bill._confirm, 'giver')
        bill.with_user(boss).action_settle_dispute()
        self._assert_refused(bill.action_settle_dispute)
        bill._confirm('giver')
        bill._confirm('receiver')
        self.assertEqual((bill.state, transfer.state), ('confirmed', 'closed'))
        Bill = self.env['channel.transfer.bill']
        self.assertEqual(Bill._portal_get_statement(self.dealer), [(bill, 270)])
        self.assertEqual(Bill._portal_get_statement(self.needy), [(bill, -270)])
        self.assertFalse(self.env['account.move'].search([('partner_id', '=', self.needy.partner_id.id)]))
        self._assert_refused(bill.unlink)

    def test_nothing_arrived_nothing_owed(self):
        transfer = self._shipped()
        transfer._receive({})
        self.assertEqual((transfer.state, transfer.amount), ('closed', 0))
        self.assertFalse(transfer.bill_id)

    def test_changed_proposal_has_the_price_and_the_way_of_what_it_says_now(self):
        far = self._create_member('D4', 'dealer', self.agent, territories='51', district='510104')
        there = self._transfer(receiver=far)
        transfer = self._transfer()
        before = transfer.parcels, transfer.cost
        transfer.write({'line_ids': [
            Command.update(transfer.line_ids.id, {'product_id': self.yoghurt.id, 'qty': 600})]})
        self.assertEqual(transfer.line_ids.price_unit, 9, "the price of the other product, less the discount")
        self.assertNotEqual((transfer.parcels, transfer.cost), before)
        transfer = self._transfer()
        transfer.receiver_id = far
        self.assertGreater(transfer.distance_km, 100)
        self.assertEqual((transfer.distance_km, transfer.cost), (there.distance_km, there.cost))
        transfer.line_ids.write({'product_id': self.yoghurt.id, 'price_unit': 2})
        self.assertEqual(transfer.line_ids.price_unit, 2, "what somebody says holds")

    def test_nobody_writes_what_follows_from_steps(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        transfer = self._transfer().with_user(desk)
        for values in ({'state': 'approved'}, {'asks': 'nobody'}, {'dc_cost': 99}):
            with self.assertRaises(AccessError):
                transfer.write(values)
        for values in ({'packed_qty': 5}, {'received_qty': 5}, {'expiring_qty': 1}):
            with self.assertRaises(AccessError):
                transfer.line_ids.write(values)
        transfer.action_offer()
        for change in (lambda: transfer.write({'receiver_id': self.agent.id}),
                       lambda: transfer.line_ids.write({'qty': 9}),
                       lambda: transfer.line_ids.unlink(), transfer.unlink, transfer.action_offer,
                       lambda: transfer.write({'line_ids': [Command.clear()]})):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(AccessError):
            self.env['channel.transfer'].with_user(self.giver_user).search([])

    def test_transferred_goods_are_known_as_lawful(self):
        """R8 does not call a transfer a leak, and a scan of its goods at the receiver is none of a diversion."""
        lot = self._create_lot("L1", 200)
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'lot_id': lot.id, 'kind': 'opening',
            'from_state': None, 'to_state': 'available', 'qty': 60}])
        Transfer, now = self.env['channel.transfer'], fields.Datetime.now()
        ways = lambda product: Transfer._find_lawful_ways(self.dealer.ids, product.ids)  # noqa: E731
        self.assertFalse(ways(self.milk))
        transfer = self._shipped(lot=lot)
        way, = ways(self.milk)[self.dealer.id]
        self.assertEqual((way.receiver, way.lot, way.uncoded), (self.needy.id, lot.id, 60))
        self.assertFalse(ways(self.yoghurt))
        transfer._receive({transfer.line_ids.id: (54, 0)})
        found = Transfer._get_transferred(
            self.dealer | self.needy, self.milk, now - timedelta(1), now + timedelta(1))
        self.assertEqual(found, {(self.dealer.id, self.milk.id): (0, 60), (self.needy.id, self.milk.id): (54, 0)})
        self.assertFalse(Transfer._get_transferred(self.needy, self.milk, now - timedelta(9), now - timedelta(8)))


@tagged('-at_install', 'post_install')
class TestOffers(TransfersCommon):
    """What members offer by themselves, who sees it, and what asking for it does."""

    def _offer(self, qty=120, **values):
        return self.env['channel.offer'].create({
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'qty': qty, 'discount': 20, **values})

    def test_asked_for_is_a_transfer_that_the_giver_has_to_agree_to(self):
        offer = self._offer()
        self.assertEqual(offer.price_unit, 4)
        transfer = offer._ask(self.needy, 60)
        self.assertEqual((transfer.state, transfer.origin, transfer.amount), ('receiver_agreed', 'offer', 240))
        self.assertGreater(transfer.distance_km, 0)
        self.assertEqual((offer.left_qty, offer.state), (60, 'open'))
        offer._ask(self.needy, 60)
        self.assertEqual((offer.left_qty, offer.state), (0, 'closed'))
        transfer._refuse("Sold")
        self.assertEqual((offer.left_qty, offer.state), (60, 'open'))

    def test_not_more_than_is_left(self):
        offer = self._offer()
        for qty in (0, -1, 121):
            with self.assertRaises(UserError):
                offer._ask(self.needy, qty)
        offer._withdraw()
        with self.assertRaises(UserError):
            offer._ask(self.needy, 1)
        with self.assertRaises(UserError):
            offer._withdraw()

    def test_what_cannot_be_offered(self):
        soon = self._create_lot("L1", 3)
        for values in ({'qty': 601}, {'lot_id': soon.id}, {'product_id': self.yoghurt.id},
                       {'lot_id': self._create_lot("L2", 99, self.yoghurt).id}):
            with self.subTest(values=values), self.assertRaises(UserError), self.env.cr.savepoint():
                self._offer(**values)
        self._offer(qty=400)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._offer(qty=400)
        self.category.channel_is_shared = False
        with self.assertRaises(UserError):
            self._offer(qty=1)

    def test_own_agent_first_then_others(self):
        offer = self._offer()
        Offer = self.env['channel.offer']
        self.assertEqual([row[0] for row in Offer._portal_get_near(self.needy)], [offer])
        self.assertFalse(Offer._portal_get_near(self.dealer))
        self.assertFalse(Offer._portal_get_near(self.rival_dealer))
        offer.sudo().wide_from = self.today
        self.assertEqual([row[0] for row in Offer._portal_get_near(self.rival_dealer)], [offer])
        self.policy.crosses_agents = False
        self.assertFalse(Offer._portal_get_near(self.rival_dealer))

    def test_nearest_are_shown_whatever_lapses_first(self):
        far = self._create_member('D4', 'dealer', self.agent, territories='4403', district='110115')
        self._stock_up(far, self.milk, 60, 0)
        self.dealer.write({'latitude': 22.5, 'longitude': 114})
        self.needy.write({'latitude': 22.6, 'longitude': 114})
        far.write({'latitude': 39.9, 'longitude': 116.4})
        closed = self.env['product.category'].create({'name': "Closed"})
        hidden = self._create_goods('HID-1', 5, stock=(), categ_id=closed.id)
        self._stock_up(self.dealer, hidden, 60, 0)
        near = self._offer()
        unshared = self._offer(qty=6, product_id=hidden.id)
        farther = self._offer(qty=6, member_id=far.id)
        closed.channel_is_shared = False
        (unshared | farther).sudo().valid_until = near.valid_until - timedelta(1)
        with patch.object(channel_offer_portal, 'SHOWN', 1):
            self.assertEqual([row[0] for row in self.env['channel.offer']._portal_get_near(self.needy)], [near])
        self.assertEqual(
            [row[0] for row in self.env['channel.offer']._portal_get_near(self.needy)], [near, farther])

    def test_who_may_not_sell_it_does_not_see_it(self):
        self._offer()
        self.env['channel.authorization'].search([('member_id', '=', self.agent.id)]).categ_ids = self.chilled
        self.assertFalse(self.env['channel.offer']._portal_get_near(self.needy))

    def test_what_lies_too_long_is_suggested(self):
        row, = self.env['channel.offer']._portal_get_offerable(self.dealer)
        self.assertEqual((row['product'], row['available'], row['surplus'], row['days']), (self.milk, 600, 570, 600))
        self.assertFalse(self.env['channel.offer']._portal_get_offerable(self.needy))

    def test_offers_lapse(self):
        offer = self._offer()
        offer.sudo().valid_until = self.today - timedelta(1)
        self.env['channel.transfer']._cron_lapse()
        self.assertEqual(offer.state, 'lapsed')
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(UserError):
            self._offer(qty=60).with_user(desk).write({'left_qty': 60})
        with self.assertRaises(UserError):
            offer.unlink()
