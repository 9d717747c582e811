from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_reconcile import ReconcileCommon


@tagged('-at_install', 'post_install')
class TestReconcileFeeds(ReconcileCommon):
    """What feeds tell twice is put right once; what is not kept in stock is none of the ledger's business."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open(1000)

    def _tell_twice(self):
        """Ten rows, 55 sold, under two sets of keys. :return: the two feeds"""
        rows = [(f'A{i}', 5, i + 1) for i in range(10)]
        self._sell(*rows)
        self._sell(*((f'again-{key}', days, qty) for key, days, qty in rows))
        return self.env['channel.feed'].search([('kind', '=', 'rpc')], order='id')

    def test_feed_that_was_taken_back_is_not_told_twice(self):
        feeds = self._tell_twice()
        feeds[1].action_undo()
        self._run()
        self.assertFalse(self._found())
        self.assertEqual(self._available(), 1000 - 55)

    def test_first_of_two_that_was_taken_back_is_repeated_by_nobody(self):
        feeds = self._tell_twice()
        feeds[0].action_undo()
        self._run()
        self.assertFalse(self._found())
        self.assertEqual(self._available(), 1000 - 55)

    def test_taking_back_clears_what_was_told_twice(self):
        feeds = self._tell_twice()
        self._run()
        deviation = self.Deviation.search([])
        feeds[1].action_undo()
        self._as_manager(deviation).action_accept()
        self.assertEqual((deviation.correction_qty, self._available()), (0, 1000 - 55), "given back once")

    def test_what_was_accepted_as_told_twice_is_not_taken_back(self):
        feeds = self._tell_twice()
        self._run()
        self._as_manager(self.Deviation.search([])).action_accept()
        for feed in feeds:
            with self.assertRaisesRegex(UserError, "put right already"), self.cr.savepoint():
                feed.action_undo()
        self.assertEqual((feeds.mapped('state'), self._available()), (['done', 'done'], 1000 - 55))

    def test_what_is_not_kept_in_stock_is_no_deviation(self):
        self.store.tracks_stock = self.dealer.tracks_stock = True
        self._create_goods('SRV-1', 5, stock=(), type='service', is_storable=False)
        self._sell(('A', 5, 3, {'sku': 'SRV-1'}), ('B', 12, 7, {'sku': 'SRV-1', 'member': 'D1', 'sold_to': 'S1'}))
        run = self._run()
        self.assertEqual((self._found(), run.cells_differing), ([], 0))
        self.Run._cron_run()
        self.assertFalse(self._found())

    def test_what_is_not_kept_in_stock_any_more_clears(self):
        article = self._create_goods('OLD-1', 5, stock=())
        self.store.tracks_stock = False
        self._sell(('A', 5, 3, {'sku': 'OLD-1'}))
        self.store.tracks_stock = True
        self._run()
        self.assertEqual(self._found(), [('untracked', 3, 'explained')])
        article.is_storable = False
        self._run()
        self.assertFalse(self._found())

    def _switch(self, is_kept, *rows):
        """Sales of a member of which stock is kept, or not."""
        self.store.tracks_stock = is_kept
        self._sell(*rows)

    def test_what_was_sold_while_no_stock_was_kept_may_be_corrected_later(self):
        self._switch(False, ('A', 5, 10))
        self._switch(True, ('A', 5, 4))
        self._run()
        self.assertEqual(self._found(), [('untracked', 10, 'explained')])
        self._as_manager(self.Deviation.search([])).action_accept()
        self.assertEqual(self._available(), 1000 - 4)
        self._sell(('A', 5, 6))
        self.assertEqual(self._available(), 1000 - 6, "what was accepted is in the book")

    def test_what_was_corrected_while_no_stock_was_kept(self):
        self._switch(True, ('A', 5, 10))
        self._switch(False, ('A', 5, 4))
        self.store.tracks_stock = True
        self._run()
        self.assertEqual(self._found(), [('untracked', -6, 'explained')])
        self._as_manager(self.Deviation.search([])).action_accept()
        self.assertEqual(self._available(), 1000 - 4)
