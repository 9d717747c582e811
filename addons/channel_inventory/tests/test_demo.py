from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.distributor_portal.models.demo import channel_demo as base
from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..models.demo import channel_demo, channel_demo_lots, channel_demo_stock

SMALL = {'AGENTS': 1, 'LINES': 2, 'OTHERS': (), 'STORES': (1,), 'DAILY': ('S00001',), 'FORGETFUL': 'D0002', 'MONTHS': 3}


@tagged('-at_install', 'post_install')
class TestDemo(ChannelCommon):
    """The demo channel's stock, on four members and three months."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, value in SMALL.items():
            cls.startClassPatcher(patch.object(channel_demo_stock, name, value))
        cls.Demo = cls.env['channel.demo'].with_company(cls.company).sudo()
        cls.products = cls.Demo._load_products()
        agent = cls._create_member('A01', 'agent', territories='44')
        dealers = [cls._create_member(code, 'dealer', agent, territories='4403') for code in ('D0001', 'D0002')]
        store = cls._create_member('S00001', 'store', dealers[0], territories='4403')
        cls.members = {member.code: member for member in (agent, *dealers, store)}
        cls.start = cls.company._channel_get_today() - timedelta(days=90)

    def _assert_true_to_the_unit(self):
        self.assertFalse(self.env['channel.stock']._check())

    def _sum(self, member):
        return sum(self.env['channel.stock'].search([('member_id', '=', self.members[member].id)]).mapped('available'))

    def test_history_is_true_to_the_unit(self):
        self.Demo._load_stock_history(self.members)
        self._assert_true_to_the_unit()
        stock = self.env['channel.stock'].search([('member_id', 'in', [member.id for member in self.members.values()])])
        self.assertEqual(stock.member_id, self.env['channel.member'].concat(*self.members.values()))
        for state in ('available', 'in_transit', 'reserved', 'inspection', 'frozen'):
            self.assertGreater(sum(stock.mapped(state)), 0, state)
        below = stock.filtered(lambda row: row.available < 0)
        self.assertEqual(below.member_id.mapped('code'), ['D0002'], "who does not scan in")
        kinds = dict(self.env['channel.stock.entry']._read_group(
            [('member_id', 'in', stock.member_id.ids)], ['kind'], ['__count']))
        self.assertLessEqual({'opening', 'shipment', 'receipt', 'sale', 'state'}, set(kinds))

    def test_sales_come_as_feeds_and_are_held_where_they_are_wrong(self):
        self.Demo._load_stock_history(self.members)
        feeds = self.env['channel.feed'].search([])
        self.assertEqual(len(feeds), 4, "one a month, of which the first and last are broken off")
        last = feeds[0]
        self.assertEqual((last.corrected, last.held), (2, 4))
        self.assertEqual(
            set(last.row_ids.mapped('reason')), {'unknown_product', 'unknown_member', 'absurd', 'future'})
        self.assertEqual(sum(feeds.mapped('held')), 4, "all else is understood")
        sold = self.env['channel.sell.through'].search([])
        yesterday = self.company._channel_get_today() - timedelta(days=1)
        self.assertEqual(max(sold.mapped('day')), yesterday)
        self.assertTrue(sold.filtered('lot_id'))

    def test_same_day_gives_the_same(self):
        def draw():
            events, sold = self.Demo._live_through(self.members, self.start, 90)
            return [(place.member, place.sku, found) for place, found in (*events, *sold)]
        self.assertEqual(draw(), draw())
        other = self.Demo._live_through(self.members, self.start - timedelta(days=1), 90)
        self.assertNotEqual([found for _place, found in other[1]], draw())

    def test_chilled_goods_have_lots_with_dates(self):
        """Also what was there without, and what was set aside for a delivery."""
        milk = self.products['CHL-F-950']
        self._set_stock(milk, self.south, 500)
        self._create_authorization(self.members['D0001'])
        order = self._submit_one('D-1', member='D0001', lines=[('CHL-F-950', 12)])[1]
        lots = self.Demo._load_lots(self.start, 90)
        self.assertEqual({sku for sku, _number in lots}, set(channel_demo_lots.KEEPS))
        self.assertTrue(all(lot.expiration_date for lot in lots.values()))
        quants = self.env['stock.quant'].search([('product_id', '=', milk.id), ('location_id.usage', '=', 'internal')])
        self.assertTrue(all(quant.lot_id for quant in quants if quant.quantity))
        self.assertEqual(sum(quants.mapped('quantity')), 500)
        if order.picking_ids.filtered(lambda picking: picking.state != 'cancel'):
            self.assertTrue(order.picking_ids.move_line_ids.lot_id)

    def test_loaded_late_only_what_is_new_is_told_and_once(self):
        """Where the demo channel was there before this addon: the other stories are not told again."""
        parameters = self.env['ir.config_parameter']
        parameters.set_param(channel_demo.MARKER, False)
        parameters.set_param(base.MARKER, False)
        self.assertFalse(self.Demo._load_late(), "no demo channel, nothing to add to")
        parameters.set_param(base.MARKER, '2026')
        told = []
        with patch.object(self.registry['channel.demo'], '_load_stories', lambda demo, members: told.append(
                (demo.env.context.get('channel_demo_late'), members))), \
                patch.object(self.registry['channel.demo'], '_load_alerts', lambda demo: told.append("alerts")):
            self.assertTrue(self.Demo._load())
            self.assertFalse(self.Demo._load(), "again changes nothing")
        (is_late, members), alerts = told
        self.assertEqual(alerts, "alerts", "what the stories come to, after them")
        self.assertTrue(is_late)
        self.assertIn('D0001', members)
        # What lies below this addon is not told again: its claims need orders that are not here.
        channel_demo.ChannelDemo._load_stories(self.Demo.with_context(channel_demo_late=True), members)
        self.assertFalse(self.env['channel.claim'].search_count([('member_id.code', '=', 'S00001')]))

    def test_what_was_delivered_before_is_in_the_ledger_once(self):
        order = self._submit_one('D-2', lines=[('YOG-1', 24)])[1]
        picking = self._ship(order)
        picking._channel_receive({self.yoghurt.id: 20})
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((stock.available, stock.in_transit), (20, 0))
        self.Demo._load_past_deliveries()
        self.assertEqual((stock.available, stock.in_transit), (20, 0), "known already")
        # As before this addon was there. The ledger itself does not let anybody do that.
        self.env.cr.execute("""
            ALTER TABLE channel_stock_entry DISABLE TRIGGER USER;
            DELETE FROM channel_stock_entry WHERE member_id = %(member)s;
            DELETE FROM channel_stock WHERE member_id = %(member)s;
        """, {'member': self.dealer.id})
        self.env.invalidate_all()
        self.Demo._load_past_deliveries()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((stock.available, stock.in_transit), (20, 0))
