from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_stock_states import StatesCommon


@tagged('-at_install', 'post_install')
class TestMemberMerge(StatesCommon):
    """A dealer that was entered twice: what lies at the second, or is on its way to it, is the first one's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_member('D9', 'dealer', upstream=cls.agent, territories='440304')
        cls._create_authorization(cls.twin)

    def _stock(self, member):
        return {
            (stock.product_id.default_code, stock.lot_id.name or ''): (stock.available, stock.damaged, stock.in_transit)
            for stock in self.env['channel.stock'].search([('member_id', '=', member.id), ('physical', '!=', 0)])}

    def _merge(self):
        self.twin._merge_into(self.dealer, is_confirmed=True)

    def test_stock_goes_over_state_by_state(self):
        twin = {'member_id': self.twin.id}
        self._open(5, lot_id=self.soon.id, **twin)
        self._open(2, state='damaged', lot_id=self.soon.id, **twin)
        self._open(7, product=self.yoghurt)
        self._open(1, product=self.yoghurt, **twin)
        self._sell(4, member='D9', sku='YOG-1')
        self._merge()
        self.assertEqual(self._stock(self.twin), {})
        self.assertEqual(self._stock(self.dealer), {('MLK-1', 'SOON'): (5, 2, 0), ('YOG-1', ''): (4, 0, 0)})
        self._assert_true()

    def test_what_is_on_its_way_is_scanned_in_by_the_survivor(self):
        picking = self._deliver(member='D9', lines=[('YOG-1', 24)])
        other = self._deliver('C-2', lines=[('YOG-1', 12)])
        self._merge()
        self.assertEqual(self._stock(self.dealer), {('YOG-1', ''): (0, 0, 36)})
        self._receive(picking)
        self.assertEqual(self._stock(self.dealer), {('YOG-1', ''): (24, 0, 12)})
        self._receive(other)
        self.assertEqual(self._stock(self.dealer), {('YOG-1', ''): (36, 0, 0)})
        run = self.env['channel.stock.reconciliation'].create({
            'company_id': self.company.id, 'date_from': self.now.date() - timedelta(days=30),
            'date_to': self.now.date(), 'since': self.now - timedelta(days=30)})
        run._run()
        self.assertFalse(self.env['channel.deviation'].search([('member_id', '=', self.dealer.id)]))

    def test_counts_stay_history_of_the_one_that_goes(self):
        self._open(40, product=self.yoghurt)
        self._open(10, product=self.yoghurt, member_id=self.twin.id, occurred_at=self.now - timedelta(days=9))
        self.env['channel.stock'].with_user(self.robot).channel_count([{
            'source': 'api', 'external_key': 'C-1', 'member': 'D9', 'sku': 'YOG-1', 'qty': 9,
            'date': str(self.now - timedelta(minutes=5))}])
        self._merge()
        self.env['channel.stock.count.line']._cron_follow()
        self.assertEqual(self._stock(self.dealer), {('YOG-1', ''): (49, 0, 0)})
        self.assertEqual(self._stock(self.twin), {})

    def test_feeds_that_name_the_old_code_are_the_survivors(self):
        self._open(10, product=self.yoghurt)
        self._merge()
        self.assertEqual(self._sell(3, member='D9', sku='YOG-1')['accepted'], 1)
        self.assertEqual(self._stock(self.dealer), {('YOG-1', ''): (7, 0, 0)})

    def test_stock_does_not_go_where_none_is_kept(self):
        self._open(5, lot_id=self.soon.id, member_id=self.twin.id)
        self.dealer.tracks_stock = False
        with self.assertRaisesRegex(UserError, "none is kept of D1"):
            self._merge()
