from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..models.ingest import channel_sell_through as ingest


@tagged('-at_install', 'post_install')
class TestIngest(ChannelCommon):
    """Sales come in once, are corrected, held, mended; stock follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.robot = new_test_user(cls.env, 'robot', groups='distributor_portal.group_channel_integrator')
        cls.SellThrough = cls.env['channel.sell.through']
        cls.today = fields.Date.context_today(cls.SellThrough)

    def _row(self, key='A-1', **values):
        return {'source': 'api', 'external_key': key, 'member': 'S1', 'sku': 'MLK-1', 'qty': 3,
                'date': str(self.today), **values}

    def _ingest(self, *rows):
        return self.SellThrough.with_user(self.robot).channel_ingest(list(rows))

    def _sold(self, member=None, product=None):
        sales = self.SellThrough.search([
            ('member_id', '=', (member or self.store).id), ('product_id', '=', (product or self.milk).id)])
        return sum(sales.mapped('qty'))

    def _available(self, member=None, product=None):
        stock = self.env['channel.stock'].search([
            ('member_id', '=', (member or self.store).id), ('product_id', '=', (product or self.milk).id)])
        return sum(stock.mapped('available'))

    def _assert_true_to_the_unit(self):
        self.assertFalse(self.env['channel.stock']._check())

    def test_sale_is_taken_once(self):
        self.assertEqual(self._ingest(self._row())['accepted'], 1)
        again = self._ingest(self._row())
        self.assertEqual((again['accepted'], again['duplicate'], again['corrected']), (0, 1, 0))
        self.assertEqual((self._sold(), self._available()), (3, -3))
        self._assert_true_to_the_unit()

    def test_what_was_only_reported_as_sold_is_not_deleted(self):
        member = self._create_member('S9', 'store', self.dealer, tracks_stock=False)
        article = self._create_goods('NEW-1', 5, stock=())
        self._create_goods('NEW-2', 5, stock=()).unlink()
        self._ingest(self._row(member='S9', sku='NEW-1'))
        for record in (article, article.product_tmpl_id, member):
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "not deleted"), self.cr.savepoint():
                record.unlink()

    def test_same_key_of_another_source_is_another_row(self):
        self.env['channel.source'].create({'name': "Till", 'code': 'till'})
        answer = self._ingest(self._row(), self._row(source='till'))
        self.assertEqual((answer['accepted'], self._sold()), (2, 6))

    def test_key_twice_in_one_call_counts_once_as_it_was_said_last(self):
        answer = self._ingest(self._row(qty=3), self._row(qty=5))
        self.assertEqual((answer['accepted'], answer['duplicate'], self._sold()), (1, 1, 5))

    def test_corrected_row_takes_back_what_it_said(self):
        self._ingest(self._row(qty=3))
        answer = self._ingest(self._row(qty=8, date=str(self.today - timedelta(days=40))))
        self.assertEqual((answer['accepted'], answer['corrected']), (0, 1))
        self.assertEqual((self._sold(), self._available()), (8, -8))
        self._ingest(self._row(qty=8, sku='YOG-1'))
        self.assertEqual((self._sold(), self._available(), self._sold(product=self.yoghurt)), (0, 0, 8))
        self.assertEqual(self._ingest(self._row(qty=8, sku='YOG-1'))['duplicate'], 1)
        self.assertEqual(self.SellThrough.search_count([('member_id', '=', self.store.id)]), 5)
        self._assert_true_to_the_unit()

    def test_what_customers_bring_back_can_be_sold_again(self):
        self._ingest(self._row(qty=10), self._row('A-2', qty=-4))
        self.assertEqual((self._sold(), self._available()), (6, -6))
        kinds = self.env['channel.stock.entry'].search([('member_id', '=', self.store.id)]).mapped('kind')
        self.assertEqual(kinds, ['sale'], "one movement a day and product")

    def test_what_comes_back_of_a_recalled_lot_is_frozen(self):
        frozen, good = self.env['stock.lot'].create([
            {'name': name, 'product_id': self.milk.id} for name in ("BAD", "GOOD")])
        self.env['channel.stock']._change_lots(frozen, 'freeze', "Recall")
        self._ingest(*(self._row(lot.name, qty=-2, lot=lot.name) for lot in frozen | good))
        stock = self.env['channel.stock'].search([('member_id', '=', self.store.id)]).grouped('lot_id')
        self.assertEqual((stock[frozen].available, stock[frozen].frozen), (0, 2))
        self.assertEqual((stock[good].available, stock[good].frozen), (2, 0))
        self._assert_true_to_the_unit()

    def test_codes_of_all_kinds(self):
        case = self.env['uom.uom'].create({
            'name': "Case of 12", 'channel_code': 'case', 'relative_factor': 12,
            'relative_uom_id': self.milk.uom_id.id})
        self.milk.write({'barcode': '4006381333931', 'uom_ids': [(4, case.id)]})
        self.env['product.uom'].create({'product_id': self.milk.id, 'uom_id': case.id, 'barcode': '14006381333938'})
        self.env['channel.member.sku'].create({'member_id': self.store.id, 'code': 'M7', 'product_id': self.milk.id})
        answer = self._ingest(
            self._row('1', sku='', gtin='4006381333931', qty=1), self._row('2', sku='', gtin='14006381333938', qty=1),
            self._row('3', sku='', member_sku='M7', qty=1), self._row('4', uom='case', qty=2),
            self._row('5', member='D1', sku='', member_sku='M7'))
        self.assertEqual(answer['accepted'], 4)
        self.assertEqual(answer['held'], [{'external_key': '5', 'reason': 'unknown_product'}])
        self.assertEqual(self._sold(), 1 + 12 + 1 + 24)

    def test_nothing_is_dropped(self):
        answer = self._ingest(
            self._row('1', member='X'), self._row('2', sku='X'), self._row('3', qty='x'), self._row('4', qty=10**6),
            self._row('5', date=str(self.today + timedelta(days=3))), self._row('6', date='2001-01-01'),
            self._row('7', source='X'), 'rubbish', self._row(''), self._row('8'))
        self.assertEqual(answer['accepted'], 1)
        self.assertEqual(len(answer['held']), 9)
        rows = self.env['channel.feed.row'].search([])
        self.assertEqual(len(rows), 9)
        feed = rows.feed_id
        self.assertEqual((feed.rows_read, feed.accepted, feed.held, feed.to_mend), (10, 1, 9, 9))
        self.assertEqual(rows.filtered(lambda row: row.external_key == '2').product_code, 'X')

    def test_row_is_mended_and_the_members_code_learned(self):
        self._ingest(self._row('1', sku='', member_sku='Q5', qty=2), self._row('2', sku='', member_sku='Q5', qty=5))
        rows = self.env['channel.feed.row'].search([])
        rows.product_id = self.milk
        rows.action_mend()
        self.assertEqual(set(rows.mapped('state')), {'mended'})
        self.assertEqual(self._sold(), 7)
        self.assertEqual(rows.feed_id.to_mend, 0)
        self.assertEqual(self._ingest(self._row('3', sku='', member_sku='Q5'))['accepted'], 1, "learned")
        self._assert_true_to_the_unit()

    def test_product_without_a_code_of_its_own_is_taken_as_chosen(self):
        bare = self._create_goods(False, 5, stock=(), name="Bare")
        coded = self._create_goods(False, 5, stock=(), name="Coded", barcode='4006381333931')
        shared = self._create_goods('TWICE', 5, stock=())
        self._create_goods('TWICE', 5, stock=())
        for number, product in enumerate((bare, coded, shared)):
            with self.subTest(product=product.name):
                self._ingest(self._row(f'{number} a', sku=f'Q{number}'), self._row(
                    f'{number} b', sku=f'Q{number}', member='S2'), self._row(f'{number} c', sku='TWICE'))
                rows = {row.external_key[-1]: row for row in self.env['channel.feed.row'].search([
                    ('state', '=', 'open')])}
                rows['a'].product_id = product
                rows['a'].action_mend()
                self.assertEqual((rows['a'].state, self._sold(product=product)), ('mended', 3), "one alone")
                two = rows['b'] | rows['c']
                two.product_id = product
                two.action_mend()
                self.assertEqual(set(two.mapped('state')), {'mended'})
                self.assertEqual((self._sold(product=product), self._sold(self.rival_store, product)), (6, 3))
                self.env['channel.member.sku'].search([('code', '=', 'TWICE')]).unlink()
        self.assertEqual(self._ingest(self._row('9', sku='Q0'))['accepted'], 1, "learned")
        self._assert_true_to_the_unit()

    def test_chosen_product_is_taken_in_its_unit_and_lot(self):
        bare = self._create_goods(False, 5, stock=(), name="Bare")
        case = self.env['uom.uom'].create({
            'name': "Case of 12", 'channel_code': 'case', 'relative_factor': 12, 'relative_uom_id': bare.uom_id.id})
        bare.uom_ids = case
        lot = self.env['stock.lot'].create({'name': "L1", 'product_id': bare.id})
        self._ingest(self._row(sku='Q1', qty=2, uom='case', lot='L1'))
        row = self.env['channel.feed.row'].search([])
        row.product_id = bare
        row.action_mend()
        self.assertEqual((row.state, self._sold(product=bare)), ('mended', 24))
        self.assertEqual(self.SellThrough.search([('product_id', '=', bare.id)]).lot_id, lot)

    def test_row_without_any_code_is_taken_as_chosen(self):
        self._ingest(self._row(sku=''))
        row = self.env['channel.feed.row'].search([])
        row.product_id = self.milk
        row.action_mend()
        self.assertEqual((row.state, self._sold()), ('mended', 3))

    def test_absurd_row_is_taken_when_a_person_says_so(self):
        self._ingest(self._row(qty=20_000))
        row = self.env['channel.feed.row'].search([])
        self.assertEqual(row.reason, 'absurd')
        row.action_mend()
        self.assertEqual((row.state, self._sold()), ('mended', 20_000))

    def test_mended_code_does_not_let_absurd_quantities_pass(self):
        self._ingest(self._row('1', sku='Q7'), self._row('2', sku='Q7', qty=999_999), self._row('3', sku='Q7'))
        rows = {row.external_key: row for row in self.env['channel.feed.row'].search([])}
        rows['1'].product_id = self.milk
        rows['1'].action_mend_alike()
        self.assertEqual([rows[key].state for key in '123'], ['mended', 'open', 'mended'])
        self.assertEqual((rows['2'].reason, rows['2'].detail, self._sold()), ('absurd', '999999', 6))
        rows['2'].action_mend()
        self.assertEqual((rows['2'].state, self._sold()), ('mended', 6 + 999_999), "now a person has looked at it")

    def test_single_row_that_turns_out_absurd_says_so_first(self):
        self._ingest(self._row(sku='Q7', qty=999_999))
        row = self.env['channel.feed.row'].search([])
        row.product_id = self.milk
        self.assertEqual(row.action_mend()['params']['type'], 'warning')
        self.assertEqual((row.state, row.reason, self._sold()), ('open', 'absurd', 0))
        row.action_mend()
        self.assertEqual((row.state, self._sold()), ('mended', 999_999))

    def test_what_came_in_is_not_written_by_hand(self):
        self._ingest(self._row(sku='X'))
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        row = self.env['channel.feed.row'].search([]).with_user(desk)
        for values in ({'raw': self._row(qty=10**6)}, {'reason': 'absurd'}, {'source': 'portal'}, {'state': 'open'},
                       {'feed_id': row.feed_id.id}, {'product_id': self.milk.id, 'company_id': row.company_id.id}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                row.write(values)
        with self.assertRaises(AccessError):
            row.create({'feed_id': row.feed_id.id, 'company_id': row.company_id.id, 'reason': 'absurd'})
        row.product_id = self.milk
        row.action_mend()
        self.assertEqual((row.state, self._sold()), ('mended', 3))

    def test_row_that_still_cannot_be_taken_stays(self):
        self._ingest(self._row(sku='X'))
        row = self.env['channel.feed.row'].search([])
        with self.assertRaises(UserError):
            row.action_mend()
        self.assertEqual(row.state, 'open')
        row.action_drop()
        self.assertEqual((row.state, row.feed_id.to_mend), ('dropped', 0))

    def test_member_whose_stock_is_not_kept_only_sells(self):
        self.store.tracks_stock = False
        self._ingest(self._row())
        self.assertEqual((self._sold(), self._available()), (3, 0))

    def test_only_integrators_and_managers_take_in(self):
        for groups in ('base.group_portal', 'distributor_portal.group_channel_user'):
            user = new_test_user(self.env, f"u{groups[-4:]}", groups=groups)
            with self.assertRaises(AccessError):
                self.SellThrough.with_user(user).channel_ingest([self._row()])
        for bad in (None, 'x', {'a': 1}, [{}] * (ingest.MAX_CALL + 1)):
            with self.assertRaises(UserError):
                self.SellThrough.with_user(self.robot).channel_ingest(bad)

    def test_members_of_another_company_are_unknown(self):
        other = self.env['res.company'].create({'name': "Other"})
        partner = self.env['res.partner'].create({'name': "Foreign", 'is_company': True})
        self.env['channel.member'].with_company(other).create({
            'code': 'F1', 'partner_id': partner.id, 'tier_id': self.tiers['agent'].id, 'company_id': other.id})
        self.assertEqual(self._ingest(self._row(member='F1'))['held'][0]['reason'], 'unknown_member')

    def test_older_report_that_comes_late_changes_nothing(self):
        self._ingest(self._row(qty=5, revision=2))
        answer = self._ingest(self._row(qty=3, revision=1))
        self.assertEqual((answer['outdated'], answer['corrected'], self._sold()), (1, 0, 5))
        self.assertEqual(self._ingest(self._row(qty=8, revision=3))['corrected'], 1)
        self.assertEqual(self._ingest(self._row(qty=5, revision=2))['outdated'], 1)
        self.assertEqual((self._sold(), self._available()), (8, -8))
        self._assert_true_to_the_unit()

    def test_same_again_in_a_newer_report_bars_those_between(self):
        self._ingest(self._row(qty=5, revision=1))
        self.assertEqual(self._ingest(self._row(qty=5, revision=9))['duplicate'], 1)
        self.assertEqual(self._ingest(self._row(qty=7, revision=4))['outdated'], 1)
        self.assertEqual(self._sold(), 5)

    def test_newest_of_one_call_wins_wherever_it_stands(self):
        answer = self._ingest(
            self._row(qty=9, changed_at='2026-11-20T10:00:00Z'), self._row(qty=3, changed_at='2026-11-19T10:00:00Z'))
        self.assertEqual((answer['accepted'], answer['duplicate'], self._sold()), (1, 1, 9))

    def test_void_row_takes_back_and_can_come_back(self):
        self._ingest(self._row(qty=5))
        self.assertEqual(self._ingest(self._row(qty=0))['corrected'], 1)
        self.assertEqual((self._sold(), self._available()), (0, 0))
        self._ingest(self._row(qty=2))
        self.assertEqual((self._sold(), self._available()), (2, -2))
        self.assertEqual(self._ingest(self._row('never', qty=0))['accepted'], 1)
        self._assert_true_to_the_unit()

    def test_corrected_row_moves_to_another_member(self):
        self._ingest(self._row(qty=5, price=2))
        self._ingest(self._row(qty=5, price=2, member='S2'))
        self.assertEqual((self._sold(), self._sold(self.rival_store)), (0, 5))
        self.assertEqual((self._available(), self._available(self.rival_store)), (0, -5))
        sales = self.SellThrough.search([('member_id', '=', self.store.id)])
        self.assertEqual(sum(sale.qty * sale.price for sale in sales), 0)
        self._assert_true_to_the_unit()

    def test_other_price_is_a_correction(self):
        self._ingest(self._row(qty=5, price=2, sold_to="Ann"))
        self.assertEqual(self._ingest(self._row(qty=5, price=3, sold_to="Ann"))['corrected'], 1)
        self.assertEqual(self._ingest(self._row(qty=5, price=3, sold_to="Bob"))['corrected'], 1)
        sales = self.SellThrough.search([('member_id', '=', self.store.id)])
        self.assertEqual(sum(sale.qty * sale.price for sale in sales), 15)
        self.assertEqual(sum(sale.qty for sale in sales if sale.sold_to == "Ann"), 0)

    def test_correction_of_a_closed_month_is_held(self):
        self._ingest(self._row(qty=5, date=str(self.today - timedelta(days=200))))
        self.company.channel_sales_months = 3
        answer = self._ingest(self._row(qty=7))
        self.assertEqual((answer['corrected'], answer['held']), (0, [{'external_key': 'A-1', 'reason': 'too_old'}]))
        self.assertEqual(self._sold(), 5)
        again = self._ingest(self._row(qty=5, date=str(self.today - timedelta(days=200))))
        self.assertEqual(again['held'][0]['reason'], 'too_old')

    def test_what_no_database_takes_is_held_and_written_down(self):
        answer = self._ingest(
            self._row('1', member='S\x001'), self._row('2', sku='\ud800'), self._row('3\x00'), self._row(
                '4', sku='\U0001f95b'), self._row('5', sku='=cmd()'), self._row('6', sku='\\N\t\n'),
            self._row('7', sold_to='\\.\t\U0001f600\n=1'), {'external_key': '8', '\x00': '\x00', 5: [{}]},
            self._row('9', qty=float('nan')))
        self.assertEqual((answer['accepted'], len(answer['held'])), (1, 8))
        rows = self.env['channel.feed.row'].search([])
        self.assertEqual(len(rows), 8)
        self.assertEqual(self.SellThrough.search([]).sold_to, '\\.\t\U0001f600\n=1')

    def test_held_row_that_comes_again_is_asked_about_once(self):
        self._ingest(self._row(sku='X'))
        self._ingest(self._row(sku='X', qty=4))
        row = self.env['channel.feed.row'].search([('state', '=', 'open')])
        self.assertEqual((len(row), row.qty), (1, '4'))
        self._ingest(self._row(qty=4))
        self.assertEqual(row.state, 'mended', "it came right in the meantime")
        self.assertEqual(self._sold(), 4)

    def test_newer_held_row_is_not_settled_by_an_older_good_one(self):
        self._ingest(self._row(sku='X', revision=3))
        self._ingest(self._row(qty=4, revision=2))
        row = self.env['channel.feed.row'].search([])
        self.assertEqual(row.state, 'open')
        row.product_id = self.yoghurt
        row.action_mend()
        self.assertEqual((row.state, self._sold(), self._sold(product=self.yoghurt)), ('mended', 0, 3))

    def test_mended_row_does_not_overtake_what_is_newer(self):
        self._ingest(self._row(sku='X', revision=3))
        row = self.env['channel.feed.row'].search([])
        self._ingest(self._row(qty=4, revision=2))
        self._ingest(self._row(qty=6, revision=5))
        self.assertEqual((row.state, self._sold()), ('mended', 6))

    def test_quantity_that_does_not_come_out_even_is_held(self):
        answer = self._ingest(self._row('1', qty='0.125'), self._row('2', qty='0.25'))
        self.assertEqual(answer['held'], [{'external_key': '1', 'reason': 'wrong_rounding'}])
        self.assertEqual(self._sold(), 0.25)

    def _create_other_member(self):
        other = self.env['res.company'].create({'name': "Other"})
        partner = self.env['res.partner'].create({'name': "Foreign", 'is_company': True})
        return self.env['channel.member'].with_company(other).create({
            'code': 'F1', 'partner_id': partner.id, 'tier_id': self.tiers['agent'].id, 'company_id': other.id})

    def test_key_of_another_company_is_held(self):
        foreign = self._create_other_member()
        self.SellThrough.with_company(foreign.company_id).channel_ingest([self._row(member='F1')])
        answer = self._ingest(self._row(qty=5, revision=9), self._row('A-2'))
        self.assertEqual((answer['accepted'], answer['corrected']), (1, 0))
        self.assertEqual(answer['held'], [{'external_key': 'A-1', 'reason': 'other_company'}])
        self.assertEqual((self._sold(), self._sold(foreign)), (3, 3))
        row = self.env['channel.feed.row'].search([])
        with self.assertRaises(UserError):
            row.action_mend()
        self.assertEqual((row.state, self._sold(foreign)), ('open', 3))

    def test_source_of_another_company_is_unknown_and_not_seen(self):
        foreign = self._create_other_member()
        Source = self.env['channel.source']
        shared, theirs, of_member, ours = Source.create([
            {'name': code, 'code': code, **values} for code, values in (
                ('shared', {}), ('theirs', {'push_company_id': foreign.company_id.id, 'push_secret': 's'}),
                ('of-member', {'push_member_id': foreign.id, 'push_company_id': self.company.id}),
                ('ours', {'push_company_id': self.company.id}))])
        answer = self._ingest(
            self._row('1', source='theirs'), self._row('2', source='of-member'), self._row('3', source='ours'),
            self._row('4', source='shared'))
        self.assertEqual(answer['accepted'], 2)
        self.assertEqual(answer['held'], [
            {'external_key': '1', 'reason': 'unknown_source'}, {'external_key': '2', 'reason': 'unknown_source'}])
        manager = new_test_user(
            self.env, 'chief', groups='distributor_portal.group_channel_manager', company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)])
        self.assertEqual(
            Source.with_user(manager).search([('id', 'in', (shared | theirs | of_member | ours).ids)]), shared | ours)
        self.env.invalidate_all()
        for act in (lambda one: one.push_secret, lambda one: one.action_new_push_secret()):
            with self.assertRaises(AccessError):
                act(theirs.with_user(manager))
        for values in ({'push_company_id': foreign.company_id.id}, {'push_member_id': foreign.id}):
            with self.assertRaises(AccessError):
                shared.with_user(manager).write(values)
                self.env.flush_all()

    def test_archived_source_and_foreign_product_are_unknown(self):
        self.env['channel.source'].create({'name': "Old", 'code': 'old', 'active': False})
        other = self.env['res.company'].create({'name': "Other"})
        self._create_goods('FOREIGN', 1, stock=(), company_id=other.id)
        answer = self._ingest(self._row('1', source='old'), self._row('2', sku='FOREIGN'))
        self.assertEqual([row['reason'] for row in answer['held']], ['unknown_source', 'unknown_product'])

    def test_queries_do_not_grow_with_the_rows(self):
        def count(prefix, number):
            rows = [self._row(f'{prefix}{i}') for i in range(number)]
            before = self.cr.sql_log_count
            self._ingest(*rows)
            return self.cr.sql_log_count - before
        count('a', 2)
        self.assertLessEqual(count('b', 500), count('c', 5) + 1)
