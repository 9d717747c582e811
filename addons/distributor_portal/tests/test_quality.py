from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestQuality(ChannelCommon):
    """The board counts what a click then shows."""

    def _check(self, code):
        check = self.env['channel.quality.check'].with_context(active_test=False).search([('code', '=', code)])
        check.invalidate_recordset()
        return check

    def _grows(self, code, act):
        """The check's records that `act` adds."""
        check = self._check(code)
        before = check.bad_count
        act()
        self.env.flush_all()
        check = self._check(code)
        self.assertEqual(check.bad_count, before + 1, code)
        action = check.action_view_records()
        records = self.env[action['res_model']].search(action['domain'])
        self.assertEqual(len(records), check.bad_count, "a click shows exactly what was counted")
        return records

    def test_every_check_counts_and_every_domain_has_a_check(self):
        checks = self.env['channel.quality.check'].with_context(active_test=False).search([])
        domains = checks._get_bad_domains()
        self.assertFalse(set(domains) - set(checks.mapped('code')))
        for check in checks.filtered(lambda check: check.code in domains):
            with self.subTest(check=check.code):
                self.assertLessEqual(check.bad_count, check.total_count)
                self.assertIn(check.light, ('red', 'amber', 'green'))

    def test_products(self):
        goods = {'barcode': '6900000000014', 'weight': 1, 'uom_ids': self.env.ref('uom.product_uom_dozen').ids}
        for code, values in (
                ('product_no_gtin', {'barcode': False}), ('product_no_price', {'list_price': 0}),
                ('product_no_weight', {'weight': 0}), ('product_no_sku', {'default_code': False}),
                ('product_no_pack', {'uom_ids': False}), ('product_no_pack_gtin', {}),
                ('product_no_category', {'categ_id': False})):
            with self.subTest(check=code):
                self._grows(code, lambda values=values: self.env['product.product'].create({
                    'name': "Odd", 'default_code': "ODD", 'list_price': 1, 'categ_id': self.category.id, **goods,
                    **values}).product_tmpl_id.write({'name': "Odd one"}))
                self.env['product.product'].search([('name', '=', "Odd one")]).unlink()

    def test_bad_check_digit_that_came_past_the_constraint(self):
        def spoil():
            self.milk.barcode = '6900000000021'
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE product_product SET barcode = '6900000000022' WHERE id = %s", [self.milk.id])
            self.milk.invalidate_recordset()
            self.env.add_to_compute(self.milk._fields['channel_gtin_state'], self.milk)
        self.assertIn(self.milk, self._grows('product_bad_gtin', spoil))
        self.assertEqual(self._check('product_bad_gtin').light, 'red')

    def test_members(self):
        self.dealer.partner_id.write({'phone': "1", 'vat': False})
        self._create_credit(self.dealer, 1)
        self._create_portal_user(self.dealer, 'dealer_user')
        for code, act in (
                ('member_no_street', lambda: self.dealer.write({'street_id': False, 'latitude': 1, 'longitude': 1})),
                ('member_no_coordinates', lambda: self.dealer.write({'latitude': 0, 'longitude': 0})),
                ('member_no_phone', lambda: self.dealer.partner_id.write({'phone': False})),
                ('member_no_credit', lambda: self.dealer.credit_line_ids.unlink()),
                ('member_no_user', lambda: self.dealer.user_link_ids.unlink())):
            with self.subTest(check=code):
                self.assertIn(self.dealer, self._grows(code, act))

    def test_licences(self):
        self._create_authorization(self.dealer, date_to='2021-01-01')
        expired = self._check('member_expired_contract').action_view_records()['domain']
        self.assertIn(self.dealer, self.env['channel.member'].search(expired))
        self._create_authorization(self.dealer)
        self.assertNotIn(self.dealer, self.env['channel.member'].search(expired))
        self.dealer.authorization_ids.unlink()
        before = self._check('member_no_licence').bad_count
        self.agent.authorization_ids.unlink()
        self.assertEqual(self._check('member_no_licence').bad_count, before + 3, "agent, dealer and store")

    def test_warehouse_without_place(self):
        self.assertIn(self.south, self._grows(
            'warehouse_no_place', lambda: self.south.write({'channel_territory_id': False})))

    def test_suspects_are_the_open_pairs(self):
        pair = self.env['channel.duplicate'].create({
            'member_id': self.store.id, 'other_id': self.rival_store.id, 'company_id': self.company.id, 'score': 60})
        found = self._check('member_suspect').action_view_records()['domain']
        self.assertEqual(self.env['channel.member'].search(found), self.store | self.rival_store)
        pair.action_different()
        self.assertEqual(self._check('member_suspect').bad_count, 0)

    def test_lights(self):
        check = self._check('member_no_user')
        for amber, red, light in ((0, .5, 'red'), (0, 1, 'amber'), (1, 1, 'green')):
            check.write({'amber_rate': amber, 'red_rate': red})
            check.invalidate_recordset()
            self.assertEqual(check.light, light)

    def test_companies_are_counted_apart(self):
        other = self.env['res.company'].create({'name': "Other"})
        check = self._check('member_no_user').with_context(allowed_company_ids=other.ids)
        self.assertEqual(check.total_count, 0)

    def test_snapshot_once_a_day_and_the_trend_since(self):
        Snapshot = self.env['channel.quality.snapshot']
        self.assertTrue(Snapshot._take(self.company))
        self.assertFalse(Snapshot._take(self.company))
        check = self._check('member_no_user')
        Snapshot.sudo().create({
            'check_id': check.id, 'company_id': self.company.id, 'date': fields.Date.add(fields.Date.today(), days=-7),
            'bad_count': check.bad_count + 2, 'total_count': check.total_count})
        self.assertEqual((check.last_bad_count, check.trend), (check.bad_count + 2, -2))
        with self.assertRaises(UserError):
            Snapshot.search([], limit=1).bad_count = 0

    def test_queries_do_not_grow_with_records(self):
        checks = self.env['channel.quality.check'].search([])

        def count():
            checks.invalidate_recordset()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            checks.mapped('bad_count')
            return self.env.cr.sql_log_count - before

        count()
        first = count()
        for number in range(20, 30):
            self._create_member(f'S{number}', 'store', self.dealer)
        self.assertLessEqual(count(), first)

    def test_desk_looks_manager_sets(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        check = self._check('member_no_user').with_user(desk)
        self.assertGreater(check.bad_count, 0)
        self.assertTrue(check.action_view_records()['domain'])
        with self.assertRaises(AccessError):
            check.active = False
