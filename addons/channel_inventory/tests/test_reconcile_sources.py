from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..engine.connect import messages
from ..models.reconcile.channel_deviation_text import OF_TRANSFERS
from .common_transfers import TransfersCommon
from .test_reconcile import ReconcileCommon


@tagged('-at_install', 'post_install')
class TestReconcileSnapshots(ReconcileCommon):
    """What a member's own system says of its stock is compared at night."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('channel.connect.hosts', '127.0.0.1:1')
        cls.connector = cls.env['channel.connector'].create({
            'name': "Store POS", 'kind': 'rest', 'role': 'member', 'member_id': cls.store.id, 'auth': 'none',
            'endpoint': 'http://127.0.0.1:1', 'new_push_secret': 'secret of both sides'})

    def _tell(self, qty, days=3, *more):
        """:param more: (qty, lot) instead"""
        lines = [messages.StockLine(sku='MLK-1', qty=Decimal(own), lot=lot) for own, lot in more or [(qty, '')]]
        return self.env['channel.connector.snapshot'].sudo()._compare(self.connector, messages.StockSnapshot(
            place=self.connector.member_id.code, counted_at=self._ago(days), lines=tuple(lines)))

    def _take_then(self):
        """What was told was taken at once, not in this test's transaction."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE channel_stock_counted DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE channel_stock_counted SET posted_at = counted_at")
        self.env.cr.execute("ALTER TABLE channel_stock_counted ENABLE TRIGGER USER")

    def _facts(self):
        return self.env['channel.stock.counted'].search([('ref_model', '=', 'channel.connector.snapshot')], order='id')

    def test_difference_is_a_deviation_with_the_snapshot_as_evidence(self):
        self._open(100)
        snapshot = self._tell(90)
        self._run()
        self.assertEqual(self._found(), [('unexplained', 10, 'open')])
        deviation = self.Deviation.search([])
        evidence = deviation.evidence_ids
        self.assertEqual((evidence.ref_model, evidence.ref_id, evidence.what), (
            'channel.connector.snapshot', snapshot.id, "Stock of Another System"))
        self.assertEqual(evidence.action_open_document()['res_id'], snapshot.id)
        self.assertEqual((self._available(), deviation.correction_qty), (100, -10), "it changes no book")
        deviation.accept_note = "They are right"
        self._as_manager(deviation).action_accept()
        self.assertEqual(self._available(), 90)
        self._tell(90, 2)
        self._run()
        self.assertEqual((deviation.state, self._found()), ('accepted', [('unexplained', 10, 'accepted')]))

    def test_nightly_run_takes_it(self):
        self._open(100)
        self.Run._cron_run()
        self._tell(90, 1)
        self.Run._cron_run()
        self.assertEqual(self._found(), [('unexplained', 10, 'open')])

    def test_same_told_again_is_one_fact(self):
        self._open(100)
        for days in (5, 4, 3):
            self._tell(90, days)
        self.assertEqual(len(self._facts()), 1)
        self._run()
        before = self.Deviation.search([])
        self._tell(90, 1)
        self._run()
        self.assertEqual((self.Deviation.search([]), self._found()), (before, [('unexplained', 10, 'open')]))

    def test_latest_holds(self):
        self._open(100)
        self._tell(90, 5)
        self._run()
        self._tell(95, 4)
        self._run()
        self.assertEqual(self._found(), [('unexplained', 5, 'open')])
        self._tell(100, 3)
        self._run()
        self.assertFalse(self._found(), "both agree again")
        self.assertEqual(self._facts().mapped('found_qty'), [90, 95, 100])
        self._tell(70, 4)
        self.assertEqual(len(self._facts()), 3, "an older one that comes late")

    def test_agreement_is_no_fact(self):
        self._open(100)
        self._tell(100)
        self.assertFalse(self._facts())

    def test_sales_told_late_explain_it_and_need_no_correction(self):
        self._open(100)
        self._tell(90)
        self._take_then()
        self._sell(('A', 5, 10))
        self._run()
        self.assertEqual(self._found(), [('late', 10, 'explained')])
        deviation = self.Deviation.search([])
        self.assertEqual((deviation.correction_qty, deviation._redo()), (0, ('late', 10)))
        self._as_manager(deviation).action_accept()
        self.assertEqual(self._available(), 90)

    def test_delivery_on_the_shelf_waits_for_its_scan(self):
        self._open(1, member_id=self.dealer.id)
        picking = self._ship(self._submit_one('D-1', lines=[('MLK-1', 10)])[1])
        picking.date_done = self._ago(5)
        self.connector.member_id = self.dealer
        self._tell(11, 1)
        self._run()
        deviation = self.Deviation.search([('kind', '=', 'unscanned')])
        self.assertEqual((deviation.qty, deviation.correction_qty, deviation.awaits_document), (-10, 0, True))

    def test_count_after_it_is_the_members_own_word(self):
        self._open(100)
        self._tell(90, 5)
        self._count(100, 93, 2)
        self._run()
        corrections = {one.qty: one.correction_qty for one in self.Deviation.search([])}
        self.assertEqual(corrections, {10: 0, 7: 0}, "the count has put the book right")

    def test_lots(self):
        lots = self.env['stock.lot'].create([{'name': f"L{i}", 'product_id': self.milk.id} for i in range(2)])
        for lot in lots:
            self._open(50, lot_id=lot.id)
        self._tell(0, 3, (44, 'L0'), (50, 'L1'), (3, 'NOBODY'))
        self.assertEqual(self._facts().mapped('lot_id'), lots[0])
        self._tell(0, 2, (50, 'L0'), (50, 'L1'))
        self.assertEqual(self._facts().mapped('found_qty'), [44, 50])

    def test_warehouse_of_headquarters_is_no_members_fact(self):
        connector = self.env['channel.connector'].create({
            'name': "South WMS", 'kind': 'rest', 'role': 'wms', 'warehouse_ids': self.south.ids, 'auth': 'none',
            'endpoint': 'http://127.0.0.1:1', 'new_push_secret': 'secret of both sides'})
        self.env['channel.connector.snapshot'].sudo()._compare(connector, messages.StockSnapshot(
            place=self.south.code, counted_at=self._ago(1), lines=()))
        self.assertFalse(self._facts())


@tagged('-at_install', 'post_install')
class TestReconcileTransfers(TransfersCommon, ReconcileCommon):
    """A transfer that one side has booked and the other has not is the explanation, not a riddle."""

    def _differing(self):
        self._run(self.dealer | self.needy)
        return self.Deviation.search([('state', '!=', 'corrected')])

    def test_transfer_that_nobody_scans_in(self):
        transfer = self._shipped()
        transfer.sudo().days = 3
        self.assertFalse(self._differing(), "on the way within its days")
        transfer.sudo().shipped_at = self._ago(5)
        deviation = self._differing()
        self.assertEqual(
            (deviation.member_id, deviation.kind, deviation.qty, deviation.state),
            (self.needy, 'overdue', 60, 'open'))
        self.assertEqual((deviation.evidence_ids.ref_model, deviation.evidence_ids.name), (
            'channel.transfer', transfer.name))
        self.assertEqual(deviation.evidence_ids.action_open_document()['res_id'], transfer.id)
        self.assertIn("longer than its days", deviation.explanation)
        self.assertEqual(deviation._redo(), ('overdue', 60))
        transfer._receive({transfer.line_ids.id: (60, 0)})
        self.assertFalse(self._differing())
        self.assertEqual(deviation.state, 'corrected')

    def test_its_own_days_not_those_of_deliveries(self):
        transfer = self._shipped()
        transfer.sudo().write({'days': 30, 'shipped_at': self._ago(25)})
        self.assertFalse(self._differing())

    def test_received_otherwise_than_sent(self):
        transfer = self._shipped()
        transfer._receive({transfer.line_ids.id: (54, 1)})
        deviation = self._differing()
        self.assertEqual(
            (deviation.member_id, deviation.kind, deviation.qty, deviation.state, deviation.correction_qty),
            (self.needy, 'receipt', 6, 'explained', 0))
        self.assertEqual(deviation.evidence_ids.ref_id, transfer.id)
        self.assertIn(transfer.name, deviation.explanation)

    def test_nightly_run_finds_both(self):
        self.Run._cron_run()
        late, short = self._shipped(), self._shipped()
        late.sudo().write({'shipped_at': self._ago(9), 'days': 2})
        short._receive({short.line_ids.id: (54, 0)})
        self.Run._cron_run()
        self.assertEqual(
            sorted(self.Deviation.search([('member_id', '=', self.needy.id)]).mapped('kind')), ['overdue', 'receipt'])

    def test_counted_before_it_was_scanned_in(self):
        transfer = self._shipped()
        transfer.sudo().shipped_at = self._ago(1) - timedelta(hours=1)
        self.env['channel.stock']._on_counted([{
            'member_id': self.needy.id, 'product_id': self.milk.id, 'book': 0, 'counted': 60,
            'occurred_at': self._ago(1), 'source': 'count', 'external_key': 'C-1'}])
        deviation = self._differing()
        self.assertEqual((deviation.kind, deviation.qty, deviation.state, deviation.awaits_document),
                         ('unscanned', -60, 'explained', True))
        self.assertEqual(deviation.evidence_ids.ref_model, 'channel.transfer')
        self.assertIn("transfer", deviation.explanation)

    def test_every_sentence_of_transfers_can_be_filled(self):
        self._shipped().sudo().write({'shipped_at': self._ago(9), 'days': 1})
        deviation = self._differing()
        texts, blanks = deviation._get_transfer_explanations(), deviation._prepare_blanks()
        self.assertEqual(set(texts), {f'{key}_transfer' for key in OF_TRANSFERS})
        for text in texts.values():
            self.assertIn("60", text % blanks)
