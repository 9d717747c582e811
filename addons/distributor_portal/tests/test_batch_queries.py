from collections import Counter
from unittest.mock import patch

from odoo.tests import tagged

from ..models.credit.memo import CreditMemo, get_memo, with_memo
from .common import ChannelCommon

MOST_QUERIES = 30  # of a batch's decisions, however many orders and lines


@tagged('-at_install', 'post_install')
class TestBatchQueries(ChannelCommon):
    """What a batch asks the database beyond creating and confirming does not grow with orders, lines or members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Every rule, those that a company first looks at too.
        cls.env['channel.rule'].with_context(active_test=False).search(
            [('kind', 'in', ('floor', 'discount', 'split', 'account', 'origin', 'travel'))],
        ).write({'active': True, 'lane': 'signal'})
        cls.dealers = cls.dealer
        for number in range(2, 22):
            cls.dealers |= cls._create_member(f'D1{number}', 'dealer', cls.agent, territories='4403')
        cls._create_credit(cls.agent, 10**6)
        cls.dealers[::2].shares_upstream_credit = True
        for dealer in cls.dealers:
            cls._create_credit(dealer, 10**5)
        cls.goods = cls.milk
        for number in range(2, 14):
            cls.goods |= cls._create_goods(f'MLK-{number}', number)
        cls.carrier = cls.env['channel.carrier'].create({
            'name': "Carrier", 'company_id': cls.company.id, 'rate_ids': [(0, 0, {})],
            'capacity_ids': [(0, 0, {'warehouse_id': place.id}) for place in cls.south | cls.west]})
        cls.env['channel.price.floor'].create({'categ_id': cls.category.id, 'price': 0.01})
        cls.milk.channel_territory_ids = cls._find_territory('44')
        cls._create_authorization(cls.rival_dealer, is_exclusive=True)

    def _prepare_batch(self, name, orders, lines):
        return [
            self._prepare_order(f'{name}-{number}', self.dealers[number % len(self.dealers)].code,
                                [(product.default_code, number % 3 + 1) for product in self.goods[:lines]])
            for number in range(orders)]

    def _count(self, batch):
        """Counter of queries: all, and those of the decisions."""
        Order, counts, began = self.registry['sale.order'], Counter(), []
        process, confirm = Order._channel_process, Order._channel_confirm

        def start(orders):
            orders.env.flush_all()
            began.append(self.cr.sql_log_count)
            return process(orders)

        def stop(orders):
            orders.env.flush_all()
            counts['decisions'] = self.cr.sql_log_count - began[-1]
            return confirm(orders)

        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        with patch.object(Order, '_channel_process', start), patch.object(Order, '_channel_confirm', stop):
            answers = self._submit(*batch)
        self.assertEqual({answer['status'] for answer in answers}, {'accepted'}, answers[0])
        counts['all'] = self.cr.sql_log_count - before
        return counts

    def test_a_batch_costs_the_same_whatever_its_size(self):
        self._count(self._prepare_batch('WARM', 2, 2))
        one = self._count(self._prepare_batch('ONE', 1, 12))
        many = self._count(self._prepare_batch('MANY', 20, 2))
        both = self._count(self._prepare_batch('BOTH', 20, 12))
        for counts in (one, many):
            self.assertLessEqual(counts['decisions'], MOST_QUERIES, [one, many, both])
        # With one order, one query less here and there: nothing is drawn ahead, one credit line needs no lock.
        self.assertLessEqual(abs(many['decisions'] - one['decisions']), 3, [one, many, both])
        # The ORM inserts and updates rows by the hundred: 240 lines instead of 40 are two more of each.
        self.assertLessEqual(both['decisions'], many['decisions'] + 4, [one, many, both])

    # --- what is kept is kept rightly

    def _judge(self, external_id):
        """Codes of the rules that an order of milk breaks."""
        return self._submit_one(external_id, lines=[('MLK-1', 1)])[1].channel_verdict_ids.mapped('rule_id.code')

    def test_a_later_batch_knows_of_new_settings(self):
        """What is asked once until it changes: floors, exclusivity, regions, warehouses, carriers."""
        self.env['channel.price.floor'].search([]).active = False
        self.env['channel.rule'].search([('kind', '=', 'split')]).active = False
        self.env['channel.authorization'].search([('is_exclusive', '=', True)]).is_exclusive = False
        self.milk.channel_territory_ids = False
        self.assertEqual(self._judge('X-1'), [])
        floor = self.env['channel.price.floor'].create({'product_id': self.milk.id, 'price': 99})
        self.assertEqual(self._judge('X-2'), ['floor'])
        floor.active = False
        self.assertEqual(self._judge('X-3'), [])
        floor.active = True
        self.assertEqual(self._judge('X-4'), ['floor'])
        floor.active = False
        self.milk.channel_territory_ids = self._find_territory('51')
        self.assertEqual(self._judge('X-5'), ['region'])
        self.milk.channel_territory_ids = False
        rival = self._create_authorization(self.rival_dealer, territory_ids=self._find_territory('4403').ids)
        self.assertEqual(self._judge('X-6'), [])
        rival.is_exclusive = True
        self.assertEqual(self._judge('X-7'), ['exclusivity'])

    def test_names_of_warehouses_and_carriers_are_the_latest(self):
        self._submit_one('X-1', lines=[('MLK-1', 1)])
        self.south.name, self.carrier.name = "Far South", "Quick"
        order = self._submit_one('X-2', lines=[('MLK-1', 1)])[1]
        chosen = next(option for option in order.channel_sourcing if option['is_chosen'])
        self.assertEqual((chosen['warehouse'], chosen['carrier']), ("Far South", "Quick"))

    def test_what_is_remembered_of_credit_is_what_holds(self):
        CreditLine = self.env['channel.credit.line'].sudo()
        Known = with_memo(CreditLine)
        fresh = CreditLine._get_pools(self.dealers)
        self.assertEqual(Known._get_pools(self.dealers[:3]), {
            member: lines for member, lines in fresh.items() if member in self.dealers[:3]})
        self.assertEqual(Known._get_pools(self.dealers), fresh)
        self.assertEqual([len(fresh[dealer]) for dealer in self.dealers[:2]], [2, 1])
        self.assertEqual(Known._get_pools(self.store), {})
        with self.assertQueryCount(0):
            Known._get_pools(self.dealers | self.store)

    def test_what_a_client_puts_in_a_context_is_no_memo(self):
        for forged in ({'pools': {}}, True, 1):
            records = self.env['channel.credit.line'].with_context(channel_credit_memo=forged)
            self.assertIsNone(get_memo(records))
            self.assertIsInstance(get_memo(with_memo(records)), CreditMemo)

    def test_the_pad_sums_up_what_the_network_has(self):
        """The same as warehouse by warehouse, negative stock left out."""
        far = self._create_warehouse("Far", 'FAR', '110105')
        self._set_stock(self.milk, far, -5)
        self._set_stock(self.yoghurt, self.south, 0)
        some = self.south | self.west | far
        places = far | self.south | self.west
        free = some._channel_get_free(self.milk | self.yoghurt)
        self.assertEqual(free[far.id][self.milk.id], -5000)
        self.assertEqual(places._channel_get_nearest_free(self.milk | self.yoghurt), {
            self.milk.id: (2_000_000, 1), self.yoghurt.id: (1_000_000, 2)})
