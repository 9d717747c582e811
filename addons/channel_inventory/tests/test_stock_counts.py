import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..models.counts import channel_stock_count_line_post
from .test_stock_states import StatesCommon


class CountsCommon(StatesCommon):

    def _count(self, qty, key='C-1', **values):
        return self.env['channel.stock'].with_user(self.robot).channel_count([{
            'source': 'api', 'external_key': key, 'member': 'D1', 'sku': 'YOG-1', 'qty': qty,
            'date': str(self.now), **values}])

    def _stock(self, product=None):
        return self.env['channel.stock'].search([
            ('member_id', '=', self.dealer.id), ('product_id', '=', (product or self.yoghurt).id)])

    def _lines(self):
        return self.env['channel.stock.count.line'].search([], order='id')

    def _sell_yoghurt(self, qty, key, days=0):
        self._sell(qty, key, sku='YOG-1', date=str(self.now.date() - timedelta(days=days)))


@tagged('-at_install', 'post_install')
class TestStockCounts(CountsCommon):
    """A count is the truth of its moment, once, also for what comes in late."""

    def test_difference_becomes_an_explained_adjustment(self):
        self._open(20, product=self.yoghurt)
        self.assertEqual(self._count(17), {'accepted': 1, 'duplicate': 0, 'corrected': 0, 'held': []})
        self.assertEqual(self._stock().available, 17)
        line = self._lines()
        self.assertEqual((line.book_qty, line.counted_qty, line.difference, line.posted_qty), (20, 17, -3, -3))
        entry = self.env['channel.stock.entry'].search([('source', '=', 'count')])
        self.assertEqual((entry.kind, entry.qty, entry.ref_id), ('adjustment', -3, line.count_id.id))
        self.assertIn('17', entry.note)
        self._assert_true()

    def test_the_same_row_again_changes_nothing(self):
        self._open(20, product=self.yoghurt)
        self._count(17)
        self.assertEqual(self._count(17)['duplicate'], 1)
        self.assertEqual((self._stock().available, len(self._lines())), (17, 1))

    def test_of_two_counts_of_one_past_day_the_later_told_holds(self):
        self._open(20, product=self.yoghurt, occurred_at=self.now - timedelta(days=9))
        day = str((self.now - timedelta(days=2)).date())
        self._count(10, date=day)
        self._count(12, key='C-2', date=day)
        for _round in range(2):
            self.env['channel.stock.count.line']._cron_follow()
            self.assertEqual(self._stock().available, 12)

    def test_corrected_row(self):
        self._open(20, product=self.yoghurt)
        self._count(17)
        self.assertEqual(self._count(18)['corrected'], 1)
        self.assertEqual((self._stock().available, self._lines().posted_qty), (18, -2))

    def test_row_of_other_goods_or_another_day(self):
        self._open(20, product=self.yoghurt, occurred_at=self.now - timedelta(days=9))
        self._open(4, lot_id=self.soon.id)
        self._open(4, lot_id=self.later.id)
        self._count(5)
        self.assertEqual(self._count(5, sku='MLK-1', lot='SOON')['corrected'], 1)
        self.assertEqual(self._stock().available, 20, "taken back")
        self.assertEqual(self._lots(), {"": 20, "SOON": 5, "LATER": 4})
        self.assertEqual(self._count(5, sku='MLK-1', lot='LATER')['corrected'], 1)
        self.assertEqual(self._lots(), {"": 20, "SOON": 4, "LATER": 5})
        self._count(5)
        self.assertEqual(self._lots(), {"": 5, "SOON": 4, "LATER": 4})
        self._sell_yoghurt(2, 'S-1', days=3)
        self._count(5, date=str((self.now - timedelta(days=2)).date()))
        line = self._lines()
        self.assertEqual((len(line), line.book_qty, line.posted_qty, self._stock().available), (1, 18, -13, 5))
        self.assertEqual(self._count(5, date=str((self.now - timedelta(days=2)).date()))['duplicate'], 1)
        fact = self.env['channel.stock.counted'].search([], order='id desc', limit=1)
        self.assertEqual((fact.product_id, fact.counted_at, fact.found_qty), (self.yoghurt, line.counted_at, 5))
        self._assert_true()

    def test_count_beside_one_that_is_taken_back(self):
        self._open(20, product=self.yoghurt)
        self._count(15, date=str(self.now - timedelta(minutes=10)))
        self._count(12, 'C-2')
        self._count(15, sku='MLK-1', date=str(self.now - timedelta(minutes=10)))
        self.assertEqual((self._stock().available, self._stock(self.milk).available), (12, 15))

    def test_row_of_today_again(self):
        self._open(20, product=self.yoghurt)
        self._count(17, date=str(self.now.date()))
        with freeze_time(self.now + timedelta(seconds=30)):
            self.assertEqual(self._count(17, date=str(self.now.date()))['duplicate'], 1)

    def test_key_of_another_company_is_held(self):
        self._open(20, product=self.yoghurt)
        self._count(17)
        other = self.env['res.company'].create({'name': "Other"})
        partner = self.env['res.partner'].create({'name': "Foreign", 'is_company': True})
        self.env['channel.member'].with_company(other).create({
            'code': 'F1', 'partner_id': partner.id, 'tier_id': self.tiers['agent'].id, 'company_id': other.id})
        answer = self.env['channel.stock'].with_company(other).channel_count([{
            'source': 'api', 'external_key': 'C-1', 'member': 'F1', 'sku': 'YOG-1', 'qty': 3, 'date': str(self.now)}])
        self.assertEqual((answer['corrected'], answer['held']), (
            0, [{'external_key': 'C-1', 'reason': 'other_company'}]))
        self.assertEqual((self._stock().available, self._lines().counted_qty), (17, 17))

    def test_nothing_there_and_more_than_the_book_knows(self):
        self._count(5)
        self.assertEqual(self._stock().available, 5)
        self._count(0, 'C-2')
        self.assertEqual(self._stock().available, 0)

    def test_what_is_put_aside_is_not_counted(self):
        for state, qty in (('available', 10), ('reserved', 3), ('damaged', 4), ('frozen', 2), ('inspection', 1)):
            self._open(qty, state, self.yoghurt)
        self._count(12)
        stock = self._stock()
        self.assertEqual((stock.available, stock.reserved, stock.damaged, stock.physical), (9, 3, 4, 19))

    def test_the_book_of_that_moment_counts(self):
        self._open(20, product=self.yoghurt, occurred_at=self.now - timedelta(days=5))
        self._sell_yoghurt(4, 'S-1', days=1)
        self._count(19, date=str((self.now - timedelta(days=3)).date()))
        self.assertEqual((self._lines().book_qty, self._stock().available), (20, 15))

    def test_sales_of_the_day_told_before_the_count_are_in_its_book_at_any_hour(self):
        self._open(20, product=self.yoghurt)
        with freeze_time(self.now + timedelta(minutes=1)):
            self.env['channel.stock.entry']._post([{
                'member_id': self.dealer.id, 'product_id': self.yoghurt.id, 'kind': 'sale', 'from_state': 'available',
                'to_state': None, 'qty': 4, 'occurred_at': self.now + timedelta(hours=11)}])  # noon of today
            self._count(16)
        self.assertEqual((self._lines().book_qty, self._stock().available), (16, 16))

    def test_sales_that_come_in_late_explain_the_difference(self):
        self._open(20, product=self.yoghurt, occurred_at=self.now - timedelta(days=9))
        self._count(17, date=str((self.now - timedelta(days=2)).date()))
        self._sell_yoghurt(3, 'S-1', days=4)
        self.assertEqual(self._stock().available, 14, "counted and sold: the same three, for the moment")
        for _again in range(2):
            self.env['channel.stock.count.line']._cron_follow()
        line = self._lines()
        self.assertEqual((self._stock().available, line.posted_qty, line.explained_qty), (17, 0, -3))
        self._assert_true()

    def test_members_are_followed_some_in_a_turn_and_where_it_was_it_goes_on(self):
        for member in (self.dealer, self.store):
            self._open(20, product=self.yoghurt, member_id=member.id, occurred_at=self.now - timedelta(days=9))
            self._count(17, f'C-{member.code}', member=member.code, date=str((self.now - timedelta(days=2)).date()))
            self._sell(3, f'S-{member.code}', member=member.code, sku='YOG-1',
                       date=str(self.now.date() - timedelta(days=4)))
        Line, turns, left = self.env['channel.stock.count.line'], [], []
        lines = Line.search([], order='member_id')
        self.assertEqual(lines.member_id, self.dealer | self.store)
        with (patch.object(channel_stock_count_line_post, 'CHUNK', 1),
              patch.object(type(self.env['channel.sell.through']), '_in_turn',
                           lambda sales, act: turns.append(act(sales))),
              patch.object(type(self.env['ir.cron']), '_commit_progress',
                           lambda _cron, done=0, remaining=0: left.pop() if done else 1)):
            cron = Line.with_context(cron_id=1)
            left[:] = [0]
            cron._cron_follow()
            self.assertEqual((lines.mapped('posted_qty'), self.company.channel_count_upto), ([0, -3], self.dealer.id))
            left[:] = [1]
            cron._cron_follow()
        self.assertEqual((lines.mapped('posted_qty'), self.company.channel_count_upto, len(turns)), ([0, 0], 0, 2))

    def test_later_count_overtakes_an_earlier_one(self):
        self._open(20, product=self.yoghurt, occurred_at=self.now - timedelta(days=9))
        self._count(15, 'C-2', date=str((self.now - timedelta(days=2)).date()))
        self._count(19, 'C-1', date=str((self.now - timedelta(days=4)).date()))
        self.assertEqual(self._stock().available, 15)
        self.env['channel.stock.count.line']._cron_follow()
        self.assertEqual(self._stock().available, 15)

    def test_lots(self):
        self._open(5, lot_id=self.soon.id)
        self._open(5, lot_id=self.later.id)
        self._count(4, sku='MLK-1', lot='LATER')
        self.assertEqual(self._lots(), {"SOON": 5, "LATER": 4})
        with freeze_time(self.now + timedelta(minutes=5)):
            self._count(7, 'C-2', sku='MLK-1', date=str(self.now + timedelta(minutes=5)))
        self.assertEqual(self._lots(), {"SOON": 3, "LATER": 4}, "what is missing is taken as sold: first expired first")
        self._assert_true()

    def test_lots_counted_one_after_the_other(self):
        self._open(5, lot_id=self.soon.id)
        self._open(5, lot_id=self.later.id)
        rows = [{'source': 'api', 'external_key': lot.name, 'member': 'D1', 'sku': 'MLK-1', 'lot': lot.name, 'qty': qty,
                 'date': str(self.now - timedelta(minutes=ago))}
                for lot, qty, ago in ((self.soon, 3, 10), (self.later, 4, 5))]
        self.env['channel.stock'].with_user(self.robot).channel_count(rows)
        self.assertEqual(self._lots(), {"SOON": 3, "LATER": 4}, "another lot overtakes nothing")
        self._count(6, 'C-9', sku='MLK-1', date=str(self.now))
        self._count(2, "SOON", sku='MLK-1', lot="SOON", date=rows[0]['date'])
        self.assertEqual(sum(self._lots().values()), 6, "all lots together have been counted since")
        self._assert_true()

    def test_nothing_is_guessed(self):
        answer = self.env['channel.stock'].with_user(self.robot).channel_count([
            {'source': 'api', 'external_key': str(number), 'member': 'D1', 'sku': 'YOG-1', 'qty': 1,
             'date': str(self.now.date()), **change}
            for number, change in enumerate((
                {'member': 'X'}, {'sku': 'X'}, {'qty': -1}, {'qty': 'x'}, {'date': 'x'}, {'date': '2001-01-01'},
                {'date': str((self.now + timedelta(days=2)).date())}, {'source': 'X'}, {'lot': 'X'}, {'uom': 'X'},
                {'external_key': ''}))] + ['rubbish', {}])
        self.assertEqual((answer['accepted'], len(answer['held'])), (0, 13))
        self.assertFalse(self._stock())

    def test_product_and_its_lots_in_one_call_contradict(self):
        rows = [{'source': 'api', 'external_key': str(number), 'member': 'D1', 'sku': 'MLK-1', 'qty': 1,
                 'date': str(self.now), **change}
                for number, change in enumerate(({'lot': 'SOON'}, {}, {'lot': 'LATER'}))]
        answer = self.env['channel.stock'].with_user(self.robot).channel_count(rows)
        self.assertEqual((answer['accepted'], [row['reason'] for row in answer['held']]), (2, ['counted_twice']))

    def test_only_integrators_and_managers_send_counts(self):
        for user in (self.desk, self.owner):
            with self.assertRaises(AccessError):
                self.env['channel.stock'].with_user(user).channel_count([])
        for bad in (None, 'x', {'a': 1}, [{}] * 20_001):
            with self.assertRaises(UserError):
                self.env['channel.stock'].with_user(self.robot).channel_count(bad)

    def test_queries_do_not_grow_with_the_rows(self):
        products = [self._create_goods(f'G-{i}', 1) for i in range(40)]

        def count(prefix, number):
            rows = [{'source': 'api', 'external_key': f'{prefix}{i}', 'member': 'D1', 'sku': product.default_code,
                     'qty': 3, 'date': str(self.now)} for i, product in enumerate(products[:number])]
            before = self.cr.sql_log_count
            self.env['channel.stock'].with_user(self.robot).channel_count(rows)
            return self.cr.sql_log_count - before
        count('a', 2)
        self.assertLessEqual(count('b', 40), count('c', 4) + 4)


@tagged('-at_install', 'post_install')
class TestCountPages(CountsCommon, HttpCase):
    """The store counts; headquarters asks for it."""

    def setUp(self):
        super().setUp()
        self._open(20, product=self.yoghurt)
        self._open(8, lot_id=self.soon.id)
        self.request = self.env['channel.stock.count.request'].create({
            'name': "Before the holidays", 'member_ids': [Command.set((self.dealer | self.store).ids)],
            'product_ids': [Command.set(self.yoghurt.ids)]})
        self.request.action_open()
        self.authenticate('claims_keeper', 'claims_keeper')

    def _post(self, token='t' * 16, **values):
        return self.url_open('/my/channel/stock/count/sheet', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': token, **values})

    def test_asked_and_counted(self):
        tasks = lambda: self.dealer.with_user(self.keeper).sudo()._portal_get_tasks()['to_count']  # noqa: E731
        self.assertEqual(tasks(), 1)
        self.assertIn("Before the holidays", self.url_open('/my/channel/stock/count').text)
        sheet = self.url_open(f'/my/channel/stock/count/sheet?asked={self.request.id}').text
        self.assertIn(f'qty_{self.yoghurt.id}', sheet)
        self.assertNotIn(f'qty_{self.milk.id}', sheet, "not asked for")
        for _tap in range(2):
            self._post(asked=self.request.id, note="All shelves", **{f'qty_{self.yoghurt.id}': '19'})
        count = self.env['channel.stock.count'].search([])
        self.assertEqual((count.member_id, count.request_id, count.note), (self.dealer, self.request, "All shelves"))
        self.assertEqual((self._stock().available, count.line_ids.difference, tasks()), (19, -1, 0))
        self.assertEqual((self.request.counted_count, self.request.member_count, self.request.progress), (1, 2, 50))
        self.assertEqual(self.request.action_view_missing()['domain'], [('id', 'in', self.store.ids)])

    def test_large_difference_is_counted_again(self):
        key = f'qty_{self.yoghurt.id}'
        page = self._post(**{key: '2', f'qty_{self.milk.id}': '8'}).text
        self.assertFalse(self.env['channel.stock.count'].search([]), "not posted yet")
        self.assertTrue(re.search(rf'name="first_{self.yoghurt.id}" value="2"', page))
        self._post('u' * 16, **{key: '12', f'first_{self.yoghurt.id}': '2', f'qty_{self.milk.id}': '8'})
        line = self._lines().filtered(lambda line: line.product_id == self.yoghurt)
        self.assertEqual((line.counted_qty, line.first_qty, line.was_recounted), (12, 2, True))
        self.assertEqual((self._stock().available, len(self._lines())), (12, 2))

    def test_blind_or_not(self):
        self.assertNotIn('book 20', self.url_open('/my/channel/stock/count/sheet').text)
        self.company.channel_count_blind = False
        self.assertIn('book', self.url_open('/my/channel/stock/count/sheet').text)
        self.request.is_blind = True
        sheet = self.url_open(f'/my/channel/stock/count/sheet?asked={self.request.id}').text
        self.assertNotIn('· book', sheet)

    def test_nothing_and_nonsense(self):
        key = f'qty_{self.yoghurt.id}'
        for number, value in enumerate(('', 'x', '-1', 'nan', '1e30')):
            response = self._post(str(number) * 16, **{key: value})
            self.assertEqual(response.status_code, 200)
            self.assertIn('role="alert"', response.text, value)
        for params in ('?asked=0', '?asked=x', f'?asked={10**15}', '?category=x', f'?category={10**15}', '?unknown=1'):
            self.assertEqual(self.url_open('/my/channel/stock/count/sheet' + params).status_code, 200)
        self.assertFalse(self.env['channel.stock.count'].search([]))

    def test_foreign_request_looks_like_a_missing_one(self):
        foreign = self.request.copy({'member_ids': [Command.set(self.rival_dealer.ids)]})
        foreign.action_open()
        urls = {self.url_open(f'/my/channel/stock/count/sheet?asked={number}').url
                for number in (foreign.id, 2**31 - 1)}
        self.assertEqual(len(urls), 1)
        self._post(asked=foreign.id, **{f'qty_{self.yoghurt.id}': '19'})
        self.assertFalse(self.env['channel.stock.count'].search([]))

    def test_what_is_not_on_the_sheet_is_not_counted(self):
        other = self._create_goods('OTHER', 1)
        self._post(**{f'qty_{other.id}': '5', f'qty_{self.milk.id}': '8'})
        self.assertEqual(self._lines().product_id, self.milk)

    def test_buyers_do_not_count(self):
        buyer = self._create_portal_user(self.dealer, 'count_buyer', role='buyer')
        self.authenticate(buyer.login, buyer.login)
        for path in ('', '/sheet'):
            self.assertNotIn('count/sheet', self.url_open('/my/channel/stock/count' + path).text)
        self._post(**{f'qty_{self.milk.id}': '8'})
        self.assertFalse(self.env['channel.stock.count'].search([]))

    def test_pages_cost_the_same_with_more_on_them(self):
        def count(path):
            self.url_open(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.url_open(path)
            return self.cr.sql_log_count - before
        paths = '/my/channel/stock/count', '/my/channel/stock/count/sheet'
        few = [count(path) for path in paths]
        for number in range(15):
            self._open(3, product=self._create_goods(f'H-{number}', 1, ()))
        for path, before in zip(paths, few, strict=True):
            many = count(path)
            self.assertLessEqual(many, before + 3, path)
            self.assertLessEqual(many, 45, path)
