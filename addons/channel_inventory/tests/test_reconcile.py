from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon


class ReconcileCommon(ChannelCommon):
    """Stock, counts and sales of some days ago, and the comparison of tonight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Deviation = cls.env['channel.deviation']
        cls.Run = cls.env['channel.stock.reconciliation']
        cls.today = fields.Date.context_today(cls.Deviation)
        cls.manager = new_test_user(cls.env, 'chief', groups='distributor_portal.group_channel_manager')
        cls.clerk = new_test_user(cls.env, 'clerk', groups='distributor_portal.group_channel_user')

    @classmethod
    def _ago(cls, days, hour=1):
        return datetime.combine(cls.today - timedelta(days=days), time(hour))

    @classmethod
    def _post(cls, kind, from_state, to_state, qty, days=20, **values):
        cls.env['channel.stock.entry']._post([{
            'member_id': cls.store.id, 'product_id': cls.milk.id, 'kind': kind, 'from_state': from_state,
            'to_state': to_state, 'qty': qty, 'occurred_at': cls._ago(days), **values}])

    @classmethod
    def _open(cls, qty, **values):
        cls._post('opening', None, 'available', qty, **values)

    @classmethod
    def _count(cls, book, found, days=3, key='C-1', lot=None, is_posted=True):
        """As counting does: the book is made to follow, and the hook is told."""
        if book != found and is_posted:
            less = found < book
            cls._post('adjustment', 'available' if less else None, None if less else 'available', abs(found - book),
                      days, source='count', external_key=key, lot_id=lot)
        cls.env['channel.stock']._on_counted([{
            'member_id': cls.store.id, 'product_id': cls.milk.id, 'lot_id': lot, 'book': book, 'counted': found,
            'occurred_at': cls._ago(days), 'source': 'count', 'external_key': key, 'posted_at': cls._ago(days)}])

    @classmethod
    def _sell(cls, *rows):
        """:param rows: (key, days ago, quantity, further values)"""
        answer = cls.env['channel.sell.through'].channel_ingest([{
            'source': 'api', 'external_key': key, 'member': 'S1', 'sku': 'MLK-1', 'qty': qty,
            'date': str(cls.today - timedelta(days=days)), **(more[0] if more else {}),
        } for key, days, qty, *more in rows])
        assert not answer['held'], answer
        return answer

    @classmethod
    def _run(cls, members=None, **values):
        run = cls.Run.create({
            'company_id': cls.company.id, 'member_ids': (members or cls.store | cls.dealer).ids, **values})
        run.sudo()._run()
        return run

    def _found(self):
        return [(one.kind, one.qty, one.state) for one in self.Deviation.search(
            [('state', '!=', 'corrected')], order='id')]

    def _available(self):
        return sum(self.env['channel.stock'].search([
            ('member_id', '=', self.store.id), ('product_id', '=', self.milk.id)]).mapped('available'))

    def _as_manager(self, deviations):
        return deviations.with_user(self.manager)


@tagged('-at_install', 'post_install')
class TestReconcile(ReconcileCommon):
    """What does not match is found with its cause, kept once, and cleared."""

    def test_what_matches_is_no_deviation(self):
        self._open(100)
        self._count(100, 100)
        self._sell(('A', 2, 5))
        run = self._run()
        self.assertFalse(self._found())
        self.assertEqual((run.state, run.found_count, run.rate), ('done', 0, 0))

    def test_sales_told_late_explain_the_count(self):
        self._open(100)
        self._count(100, 90)
        self._sell(('A', 5, 7), ('B', 6, 3))
        self.assertEqual(self._available(), 80, "taken twice: by the count and by the late sales")
        self._run()
        self.assertEqual(self._found(), [('late', 10, 'explained')])
        deviation = self.Deviation.search([])
        self.assertEqual((deviation.correction_qty, deviation.abs_qty), (10, 10))
        self.assertEqual(sum(deviation.evidence_ids.mapped('qty')), 10)
        self.assertIn("10.00", deviation.explanation)
        self._as_manager(deviation).action_accept()
        self.assertEqual((deviation.state, self._available()), ('accepted', 90))
        self.assertEqual(deviation.accepted_by_id, self.manager)
        entry = self.env['channel.stock.entry'].search([('ref_model', '=', 'channel.deviation')])
        self.assertEqual((entry.ref_id, entry.qty, entry.kind), (deviation.id, 10, 'adjustment'))

    def test_again_finds_the_same_and_doubles_nothing(self):
        self._open(100)
        self._count(100, 88)
        self._sell(('A', 5, 7))
        self._run()
        before = self.Deviation.search([])
        self.assertEqual(sorted(self._found()), [('late', 7, 'explained'), ('unexplained', 5, 'open')])
        evidence = before.evidence_ids
        again = self._run()
        self.assertEqual(self.Deviation.search([]), before)
        self.assertEqual(before.evidence_ids, evidence, "untouched")
        self.assertEqual((again.found_count, again.cleared_count, again.unexplained_count), (0, 0, 1))
        late = before.filtered(lambda one: one.kind == 'late')
        self._as_manager(late).action_accept()
        self._run()
        self.assertEqual((late.state, len(self.Deviation.search([]))), ('accepted', 2))
        self.assertEqual(self._available(), 88, "corrected once")

    def test_unexplained_becomes_explained_when_its_sales_come(self):
        self._open(100)
        self._count(100, 90)
        run = self._run()
        self.assertEqual(self._found(), [('unexplained', 10, 'open')])
        self.assertEqual(run.unexplained_count, 1)
        deviation = self.Deviation.search([])
        with self.assertRaises(UserError):
            self._as_manager(deviation).action_accept()
        self._sell(('A', 5, 10))
        run = self._run()
        self.assertEqual(deviation.state, 'corrected')
        self.assertEqual(self._found(), [('late', 10, 'explained')])
        self.assertEqual((run.found_count, run.cleared_count), (1, 1))

    def test_unexplained_is_accepted_with_a_reason(self):
        self._open(100)
        self._count(100, 90)
        self._run()
        deviation = self._as_manager(self.Deviation.search([]))
        deviation.accept_note = "Stolen, reported to the police"
        deviation.action_accept()
        self.assertEqual((deviation.state, self._available()), ('accepted', 90), "the count has adjusted it")
        with self.assertRaises(UserError):
            deviation.action_accept()

    def test_correction_that_counting_has_made_itself_is_not_made_twice(self):
        self._open(100)
        self._count(100, 90)
        self._sell(('A', 5, 10))
        self._post('adjustment', None, 'available', 10, 3, source='count', external_key='C-1')
        self._run()
        deviation = self.Deviation.search([])
        self.assertEqual((deviation.kind, deviation.correction_qty), ('late', 0))

    def _count_and_sell_late(self):
        """60 by the book, 48 on the shelf, and then 12 sold before: the deviation that tonight finds."""
        self._open(60)
        self.env['channel.stock'].channel_count([{
            'source': 'api', 'external_key': 'N-1', 'member': 'S1', 'sku': 'MLK-1', 'qty': 48,
            'date': str(self._ago(3))}])
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE channel_stock_counted DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE channel_stock_counted SET posted_at = counted_at")
        self.env.cr.execute("ALTER TABLE channel_stock_counted ENABLE TRIGGER USER")
        self._sell(('A', 5, 12))
        self._run()
        self.assertEqual((self._found(), self._available()), ([('late', 12, 'explained')], 36))
        deviation = self.Deviation.search([])
        self.assertEqual(deviation.correction_qty, 12)
        return self._as_manager(deviation)

    def test_what_counting_has_put_right_meanwhile_is_not_posted_again(self):
        deviation = self._count_and_sell_late()
        self.env['channel.stock.count.line']._cron_follow()
        self.assertEqual(self._available(), 48)
        deviation.action_accept()
        self.assertEqual((deviation.state, deviation.correction_qty, self._available()), ('accepted', 0, 48))

    def test_counting_does_not_put_right_what_was_accepted(self):
        deviation = self._count_and_sell_late()
        deviation.action_accept()
        self.assertEqual(self._available(), 48)
        self.env['channel.stock.count.line']._cron_follow()
        self._run()
        self.assertEqual((deviation.state, self._available(), len(self.Deviation.search([]))), ('accepted', 48, 1))
        line = self.env['channel.stock.count.line'].search([])
        self.assertEqual((line.posted_qty, line.explained_qty), (0, -12))

    def test_count_that_was_corrected_holds_as_corrected(self):
        self._open(100)
        self._count(100, 80)
        self._count(100, 100, is_posted=False)
        self._run()
        self.assertFalse(self._found())

    def test_count_told_again_is_one_fact(self):
        self._count(100, 90)
        self._count(100, 90, is_posted=False)
        self.assertEqual(self.env['channel.stock.counted'].search_count([]), 1)

    def test_counting_itself_tells_the_reconciliation(self):
        """From the call of an integrator to the deviation and back to a book that is right."""
        if 'channel.stock.count' not in self.env:
            self.skipTest("counting is not there")
        self._open(100)
        row = {'source': 'api', 'external_key': 'N-1', 'member': 'S1', 'sku': 'MLK-1', 'qty': 90,
               'date': str(self._ago(3))}
        for _time in range(2):
            self.env['channel.stock'].channel_count([row])
        fact = self.env['channel.stock.counted'].search([])
        self.assertEqual((fact.book_qty, fact.found_qty, self._available()), (100, 90, 90))
        self._run()
        self.assertEqual(self._found(), [('unexplained', 10, 'open')])
        self.env['channel.stock'].channel_count([{**row, 'qty': 100}])
        self._run()
        self.assertFalse(self._found(), "the source has corrected its count")
        self.assertEqual(self._available(), 100)

    def test_count_of_other_goods_leaves_nothing_behind(self):
        self._open(100)
        row = {'source': 'api', 'external_key': 'N-1', 'member': 'S1', 'sku': 'MLK-1', 'qty': 90,
               'date': str(self._ago(3))}
        self.env['channel.stock'].channel_count([row])
        self._run()
        self.assertEqual(self._found(), [('unexplained', 10, 'open')])
        for sku, product in (('YOG-1', self.yoghurt), ('MLK-1', self.milk)):
            self.env['channel.stock'].channel_count([{**row, 'sku': sku}])
            self._run()
            open_ = self.Deviation.search([('state', '=', 'open')])
            self.assertEqual(open_.product_id, product)
        self.assertEqual(self._available(), 90)

    def test_delivery_that_nobody_scans_in(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        run = self._run()
        self.assertFalse(self._found(), "on the way within its days")
        self.assertEqual(run.in_transit_qty, 10)
        picking.date_done = self._ago(9)
        run = self._run()
        self.assertEqual(self._found(), [('overdue', 10, 'open')])
        self.assertEqual(run.in_transit_qty, 0)
        deviation = self.Deviation.search([])
        self.assertEqual(deviation.evidence_ids.ref_id, picking.id)
        deviation.accept_note = "Lost by the carrier"
        self._as_manager(deviation).action_accept()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((stock.in_transit, stock.available), (0, 1))

    def _return(self, picking, qty):
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = qty
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        back.move_ids.write({'quantity': qty, 'picked': True})
        back.button_validate()
        self.assertEqual(back.state, 'done')

    def test_refused_at_the_door_is_not_missing(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking.date_done = self._ago(9)
        self._run()
        deviation = self.Deviation.search([])
        self._return(picking, 4)
        self._run()
        self.assertEqual((self._found(), deviation.correction_qty), ([('overdue', 6, 'open')], -6))
        on_its_way = self._ship(self._submit_one('D-2', lines=[('MLK-1', 10)])[1])
        self._return(picking, 6)
        deviation.accept_note = "Lost by the carrier"
        self._as_manager(deviation).action_accept()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((deviation.correction_qty, stock.in_transit), (0, 10), "the other goods are still on the way")
        on_its_way._channel_receive({self.milk.id: 10})
        self._run()
        self.assertEqual([one.kind for one in self.Deviation.search([('state', '!=', 'accepted')])], [])

    def test_refused_before_any_run_is_not_looked_at(self):
        self._open(1, member_id=self.dealer.id)
        whole, part = (
            self._ship(self._submit_one(key, lines=[('MLK-1', 10)])[1]) for key in ('D-1', 'D-2'))
        self._return(whole, 10)
        self._return(part, 4)
        part._channel_receive({self.milk.id: 6})
        whole.date_done = part.date_done = self._ago(9)
        run = self._run(member_ids=self.dealer.ids)
        self.assertEqual((self._found(), run.cells_differing), ([], 0))

    def test_delivery_that_is_scanned_in_after_all_clears(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking.date_done = self._ago(9)
        self._run()
        deviation = self.Deviation.search([])
        picking._channel_receive({self.milk.id: 10})
        self._run()
        self.assertEqual((deviation.state, self._found()), ('corrected', []))
        self.assertTrue(deviation.closed_at)

    def test_short_receipt_with_its_claim(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking._channel_receive({self.milk.id: 7})
        self._run()
        self.assertEqual(self._found(), [('receipt', 3, 'explained')])
        models = set(self.Deviation.search([]).evidence_ids.mapped('ref_model'))
        self.assertEqual(models, {'stock.picking', 'channel.claim'})

    def test_case_counted_as_an_item_at_the_receipt(self):
        case = self.env['uom.uom'].create({
            'name': "Case of 12", 'relative_factor': 12, 'relative_uom_id': self.milk.uom_id.id})
        self.milk.uom_ids = case
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 24)])[1])
        with patch.object(type(self.env['channel.receipt']), '_after_booking'):  # nobody claims it
            picking._channel_receive({self.milk.id: 2})
        self._run()
        self.assertEqual(self._found(), [('unit', 22, 'explained')])
        deviation = self.Deviation.search([])
        self.assertIn("12", deviation.explanation)
        self._as_manager(deviation).action_accept()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual(stock.available, 1 + 24)

    def test_shipped_and_not_in_the_ledger(self):
        self._open(1, member_id=self.dealer.id, days=30)
        self.env.cr.execute("ALTER TABLE channel_stock_entry DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE channel_stock_entry SET posted_at = occurred_at WHERE member_id = %s", [self.dealer.id])
        self.env.cr.execute("ALTER TABLE channel_stock_entry ENABLE TRIGGER USER")
        with patch.object(type(self.env['channel.stock.entry']), '_post'):
            picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking.date_done = self._ago(9)
        self._run()
        self.assertEqual(self._found(), [('unbooked', -10, 'explained')])
        self._as_manager(self.Deviation.search([])).action_accept()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((stock.in_transit, stock.available), (10, 1))
        self._run()
        self.assertEqual([one.kind for one in self.Deviation.search([('state', '!=', 'accepted')])], ['overdue'])

    def test_sales_told_twice(self):
        self._open(1000)
        rows = [(f'A{i}', 5, i + 1) for i in range(10)]
        self._sell(*rows)
        self._sell(*((f'again-{key}', days, qty) for key, days, qty in rows))
        self._run()
        self.assertEqual(self._found(), [('double', -55, 'explained')])
        deviation = self.Deviation.search([])
        self.assertEqual(len(deviation.evidence_ids), 2)
        self._as_manager(deviation).action_accept()
        self.assertEqual(self._available(), 1000 - 55)

    def test_other_sales_alike_are_not_told_twice(self):
        self._open(1000)
        self._sell(*((f'A{i}', 5, i + 1) for i in range(10)))
        self._sell(*((f'B{i}', 5, i + 1) for i in range(5)), *((f'C{i}', 5, 40 + i) for i in range(5)))
        self._run()
        self.assertFalse(self._found())

    def test_sold_while_no_stock_was_kept(self):
        self.store.tracks_stock = False
        self._open(100)
        self._sell(('A', 5, 10))
        self.store.tracks_stock = True
        self._run()
        self.assertEqual(self._found(), [('untracked', 10, 'explained')])
        self._as_manager(self.Deviation.search([])).action_accept()
        self.assertEqual(self._available(), 90)

    def test_bought_from_the_upstream_and_not_booked(self):
        self._open(5)
        self._open(500, member_id=self.dealer.id)
        self._sell(('A', 12, 24, {'member': 'D1', 'sold_to': 'S1'}), ('B', 2, 6, {'member': 'D1', 'sold_to': 'S1'}))
        self._run()
        self.assertEqual(self._found(), [('upstream', -24, 'explained')], "the younger one may be on its way")
        deviation = self.Deviation.search([])
        self.assertEqual((deviation.member_id, deviation.evidence_ids.name), (self.store, 'D1'))
        self._as_manager(deviation).action_accept()
        self.assertEqual(self._available(), 29)
        self._run()
        self.assertEqual(deviation.state, 'accepted')
        self.assertEqual(len(self.Deviation.search([])), 1)

    def test_more_sold_than_was_there(self):
        self._sell(('A', 2, 8))
        self._run()
        self.assertEqual(self._found(), [('no_opening', -8, 'explained')])
        self._as_manager(self.Deviation.search([])).action_accept()
        self.assertEqual(self._available(), 0)

    def test_sold_before_it_was_scanned_in(self):
        self._open(1, member_id=self.dealer.id)
        self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        self._sell(('A', 0, 8, {'member': 'D1'}))
        self._run()
        self.assertEqual(self._found(), [('sold_early', -7, 'explained')])
        with self.assertRaises(UserError):
            self._as_manager(self.Deviation.search([])).action_accept()

    def test_lots_mixed_up(self):
        lots = self.env['stock.lot'].create([{'name': f"L{i}", 'product_id': self.milk.id} for i in range(2)])
        for lot in lots:
            self._open(50, lot_id=lot.id)
        self._count(50, 44, key='L-0', lot=lots[0].id)
        self._count(50, 56, key='L-1', lot=lots[1].id)
        self._run()
        self.assertEqual(sorted(self._found()), [('lots', -6, 'explained'), ('lots', 6, 'explained')])

    def test_sale_in_the_wrong_unit(self):
        case = self.env['uom.uom'].create({
            'name': "Case of 12", 'relative_factor': 12, 'relative_uom_id': self.milk.uom_id.id})
        self.milk.uom_ids = case
        self._open(1000)
        self._sell(*((f'A{i}', 9, 20 + i) for i in range(7)), ('B', 8, 2))
        self.env.cr.execute("ALTER TABLE channel_sell_through DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE channel_sell_through SET posted_at = day + 1 WHERE member_id = %s", [self.store.id])
        self.env.cr.execute("ALTER TABLE channel_sell_through ENABLE TRIGGER USER")
        self._count(837, 815)
        self._run()
        self.assertEqual(self._found(), [('unit', 22, 'explained')])
        self.assertEqual(self.Deviation.search([]).evidence_ids.name, 'B')

    def test_every_explanation_can_be_made_again(self):
        self._open(100)
        self._count(100, 83)
        self._sell(('A', 5, 10), ('B', 2, 4))
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking.date_done = self._ago(9)
        self._run()
        deviations = self.Deviation.search([])
        self.assertEqual(set(deviations.mapped('kind')), {'late', 'unexplained', 'overdue'})
        for deviation in deviations:
            self.assertEqual(deviation._redo(), (deviation.kind, deviation.qty))
        picking._channel_receive({self.milk.id: 10})
        overdue = deviations.filtered(lambda one: one.kind == 'overdue')
        self.assertEqual(overdue._redo(), ('overdue', 10), "from what was known then")

    def test_every_kind_has_its_sentence(self):
        self._open(100)
        self._count(100, 90)
        self._run()
        deviation = self.Deviation.search([])
        texts = deviation._get_explanations()
        for kind, _name in deviation._get_kinds():
            deviation.sudo().kind = kind
            self.assertIn(deviation._get_text_key(), texts)
            self.assertIn("10", deviation.explanation)

    def test_nightly_run_takes_what_was_posted_since(self):
        self._open(100)
        self._count(100, 90)
        self.Run._cron_run()
        run = self.Run.search([('company_id', '=', self.company.id)], limit=1)
        self.assertTrue(run.is_nightly and run.horizon)
        self.assertEqual((run.members_seen, run.deviation_qty, run.unexplained_count), (1, 10, 1))
        self.Run._cron_run()
        following = self.Run.search([('company_id', '=', self.company.id)], limit=1)
        self.assertEqual(following.since, run.horizon)
        self.assertEqual(len(self.Deviation.search([])), 1)

    def test_position_without_movement_is_not_looked_at(self):
        self._open(100)
        self._count(100, 100)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        run = self.Run.create({'is_nightly': True, 'since': tomorrow})
        run.sudo()._run()
        self.assertEqual((run.cells_seen, run.cells_differing), (0, 0))

    def test_balance_of_a_run(self):
        self._open(100)
        self._sell(('A', 5, 30), ('B', 4, -5))
        self._count(75, 73)
        run = self._run()
        self.assertEqual((run.shipped_qty, run.sold_qty, run.closing_qty, run.deviation_qty), (0, 25, 73, 2))
        self.assertAlmostEqual(run.rate, 2 / 25)

    def test_causes_of_a_run_sum_up(self):
        self._open(100)
        self._count(100, 88)
        self._sell(('A', 5, 7))
        run = self._run()
        self.assertEqual({line.kind: (line.cause_count, line.qty) for line in run.kind_ids},
                         {'late': (1, 7), 'unexplained': (1, 5)})

    def test_run_by_hand_needs_members(self):
        with self.assertRaises(UserError):
            self.Run.with_user(self.manager).create({}).action_run()
        self._open(100)
        self._count(100, 90)
        action = self.store.with_user(self.manager).action_reconcile()
        self.assertEqual(action['res_model'], 'channel.deviation')
        self.assertEqual(self.store.channel_deviation_count, 1)

    def test_only_managers_accept_and_nobody_rewrites(self):
        self._open(100)
        self._count(100, 90)
        self._run()
        deviation = self.Deviation.search([])
        mine = deviation.with_user(self.clerk)
        mine.action_assign()
        self.assertEqual(deviation.user_id, self.clerk)
        mine.write({'question': "Where are they?", 'accept_note': "x"})
        for change in ({'state': 'accepted'}, {'qty': 0}, {'correction_qty': 5}, {'key': 'x'}, {'inputs': {}}):
            with self.assertRaises(AccessError):
                mine.write(change)
        with self.assertRaises(AccessError):
            mine.action_accept()
        with self.assertRaises(AccessError):
            self.Run.with_user(self.clerk).create({'member_ids': self.store.ids})
        with self.assertRaises(AccessError):
            self.Deviation.with_user(self.manager).create({'member_id': self.store.id})
        owner = self._create_portal_user(self.store, 'store_owner')
        for model in ('channel.deviation', 'channel.deviation.evidence', 'channel.deviation.answer',
                      'channel.stock.reconciliation', 'channel.stock.counted'):
            self.assertFalse(self.env[model].with_user(owner).has_access('read'), model)

    def test_other_companies_see_nothing(self):
        self._open(100)
        self._count(100, 90)
        run = self._run()
        other = self.env['res.company'].create({'name': "Other"})
        stranger = new_test_user(self.env, 'stranger', groups='distributor_portal.group_channel_manager',
                                 company_id=other.id, company_ids=[(6, 0, other.ids)])
        self.assertFalse(self.Deviation.with_user(stranger).search([]))
        self.assertFalse(self.Run.with_user(stranger).search([('id', '=', run.id)]))
        self.assertFalse(self.env['channel.stock.counted'].with_user(stranger).search([]))

    def test_evidence_opens_its_document(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking._channel_receive({self.milk.id: 7})
        self._open(100)
        self._count(100, 90)
        self._run()
        evidence = self.Deviation.search([]).evidence_ids
        models = {one.ref_model: one.action_open_document() for one in evidence}
        self.assertEqual(models['stock.picking']['res_id'], picking.id)
        self.assertEqual(models['channel.stock.counted']['view_mode'], 'list')

    def test_queries_do_not_grow_with_the_positions(self):
        products = [self._create_goods(f'MORE-{i}', 1, stock=()) for i in range(12)]
        for product in products:
            self._open(100, product_id=product.id)

        def count(number):
            for product in products[:number]:
                self._post('adjustment', 'available', None, 3, 3, product_id=product.id)
                self.env['channel.stock']._on_counted([{
                    'member_id': self.store.id, 'product_id': product.id, 'book': 100, 'counted': 97,
                    'occurred_at': self._ago(3), 'source': 'count', 'external_key': f'{product.id}-{number}'}])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._run()
            return self.cr.sql_log_count - before
        few = count(2)
        self.Deviation.search([]).sudo().unlink()
        many = count(12)
        self.assertLessEqual(many, few + 12, "one more for each that is new at most")
