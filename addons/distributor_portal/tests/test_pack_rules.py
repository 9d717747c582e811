from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestPackRules(ChannelCommon):
    """How many one may order: by tier, member, product and category; and the smallest order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.env['uom.uom'].create({
            'name': "Case of 6", 'relative_uom_id': cls.env.ref('uom.product_uom_unit').id, 'relative_factor': 6,
            'channel_code': 'case'})
        cls.milk.uom_ids = cls.case
        for member in (cls.dealer, cls.store):
            cls._create_credit(member, 10**7)

    @classmethod
    def _rule(cls, **values):
        return cls.env['channel.pack.rule'].create(values)

    def _terms(self, member=None, product=None):
        pair = member or self.dealer, product or self.milk
        found = self.env['channel.pack.rule']._resolve([pair])[pair]
        return found.minimum, found.multiple, found.maximum

    def test_most_specific_wins_number_by_number(self):
        self.assertEqual(self._terms(self.dealer, self.yoghurt), (0, 12, 0))
        self._rule(min_qty=5, max_qty=900)
        self.assertEqual(self._terms(self.dealer, self.yoghurt), (5, 12, 900))
        self._rule(tier_id=self.tiers['dealer'].id, min_qty=24)
        self._rule(member_id=self.dealer.id, multiple_qty=1)
        self.assertEqual(self._terms(self.dealer, self.yoghurt), (24, 1, 900))
        self.assertEqual(self._terms(self.rival_dealer, self.yoghurt), (24, 12, 900))
        self.assertEqual(self._terms(self.store, self.yoghurt), (5, 12, 900))

    def test_product_before_category_before_the_one_above(self):
        below = self.env['product.category'].create({'name': "Sour", 'parent_id': self.category.id})
        self.milk.categ_id = below
        self._rule(min_qty=1)
        self._rule(categ_id=self.category.id, min_qty=2)
        self.assertEqual(self._terms()[0], 2)
        self._rule(categ_id=below.id, min_qty=3)
        self.assertEqual(self._terms()[0], 3)
        self._rule(product_id=self.milk.id, min_qty=4)
        self.assertEqual(self._terms()[0], 4)

    def test_cases_are_counted_in_the_products_own(self):
        self._rule(tier_id=self.tiers['store'].id, level='case', min_qty=2, multiple_qty=1)
        self.assertEqual(self._terms(self.store, self.milk), (12, 6, 0))
        self.assertEqual(self._terms(self.store, self.yoghurt), (0, 12, 0), "it comes in no cases")
        self.assertEqual(self._terms(self.dealer, self.milk), (0, 0, 0))

    def test_order_is_refused_and_told_for_whom_that_holds(self):
        self._rule(tier_id=self.tiers['store'].id, level='case', multiple_qty=1)
        answer, _order = self._submit_one('M-1', member='S1', lines=[('MLK-1', 8)])
        verdict = answer['verdicts'][0]
        self.assertEqual((answer['status'], verdict['rule']), ('rejected', 'pack'))
        self.assertIn("packs of 6 (Store, cases of goods)", verdict['message'])
        self.assertIn("6 or 12", verdict['fix'])
        self.assertFalse([one for one in self._submit_one('M-2', lines=[('MLK-1', 8)])[0]['verdicts']
                          if one['rule'] == 'pack'], "dealers may order single pieces")

    def test_the_most_counts_over_all_lines(self):
        self._rule(product_id=self.milk.id, max_qty=100)
        answer, _order = self._submit_one('M-1', lines=[('MLK-1', 60), ('MLK-1', 60)])
        self.assertEqual([one['rule'] for one in answer['verdicts']], ['pack', 'pack'])
        self.assertIn("120", answer['verdicts'][0]['message'])
        self.assertNotIn('pack', self._rules_broken(self._submit_one('M-2', lines=[('MLK-1', 100)])[0]))

    def test_pad_says_what_the_check_will_say(self):
        self._rule(member_id=self.dealer.id, product_id=self.milk.id, min_qty=4, multiple_qty=2, max_qty=50)
        (found,) = self.dealer._portal_get_products('MLK-1')['products']
        self.assertEqual((found['minimum'], found['multiple'], found['maximum']), (4, 2, 50))

    def test_other_company_and_archived_rules_do_not_hold(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._rule(company_id=other.id, min_qty=99)
        self._rule(min_qty=98, active=False)
        self.assertEqual(self._terms()[0], 0)

    @mute_logger('odoo.sql_db')
    def test_rules_that_make_no_sense_are_refused(self):
        self._rule(min_qty=1)
        for values in (
                {'min_qty': -1}, {}, {'min_qty': 5, 'max_qty': 4}, {'min_qty': 2},
                {'min_qty': 1, 'product_id': self.milk.id, 'categ_id': self.category.id},
                {'min_qty': 1, 'member_id': self.dealer.id, 'tier_id': self.tiers['dealer'].id}):
            with self.subTest(values=values), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._rule(**values)

    def test_queries_do_not_grow_with_lines(self):
        products = [self._create_goods(f'P-{i}', 1) for i in range(12)]
        for product in products:
            self._rule(product_id=product.id, tier_id=self.tiers['dealer'].id, min_qty=1)
        orders = self.env['sale.order'].create([{
            'partner_id': self.dealer.partner_id.id,
            'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 5}) for product in chosen],
        } for chosen in (products[:2], products)])
        counts = []
        for order in (*orders, *orders):  # the first round reads what is cached for good
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._channel_get_pack_facts()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[3])

    def test_smallest_order_of_a_tier(self):
        self.tiers['dealer'].min_order_amount = 500
        answer, _order = self._submit_one('A-1', lines=[('MLK-1', 99)])
        self.assertEqual(answer['status'], 'rejected')
        self.assertEqual(self._rules_broken(answer), ['order_minimum'])
        self.assertIn("5.00", answer['verdicts'][0]['fix'])
        self.assertNotIn('order_minimum', self._rules_broken(self._submit_one('A-2', lines=[('MLK-1', 100)])[0]))
        answer, _order = self._submit_one('A-3', member='S1', lines=[('MLK-1', 1)])
        self.assertNotIn('order_minimum', self._rules_broken(answer), "another tier")
