from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon

OURS = 'channel.'


@tagged('-at_install', 'post_install')
class TestAccessRights(ChannelCommon):
    """Owner, upstream, rival, stranger, employee: what each may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.agent_user = cls._create_portal_user(cls.agent, 'agent_user')
        cls.rival_user = cls._create_portal_user(cls.rival_store, 'rival_user')
        cls.stranger = new_test_user(cls.env, 'stranger', groups='base.group_portal')
        cls.clerk = new_test_user(cls.env, 'clerk', groups='base.group_user')
        answers = cls.env['sale.order'].channel_submit([
            cls._prepare_order('S-1', member='S1'), cls._prepare_order('D-1', member='D1'),
            cls._prepare_order('R-1', member='S2')])
        cls.order, cls.dealer_order, cls.rival_order = cls.env['sale.order'].browse(
            [answer['order_id'] for answer in answers])

    def _orders(self, user):
        return self.env['sale.order'].with_user(user).search([('channel_member_id', '!=', False)])

    def test_member_sees_itself_and_what_is_below(self):
        self.assertEqual(self.env['channel.member'].with_user(self.store_user).search([]), self.store)
        self.assertEqual(self.env['channel.member'].with_user(self.dealer_user).search([]), self.dealer | self.store)
        self.assertEqual(
            self.env['channel.member'].with_user(self.agent_user).search([]), self.agent | self.dealer | self.store)
        self.assertFalse(self.env['channel.member'].with_user(self.stranger).search([]))

    def test_orders_are_seen_along_the_line(self):
        self.assertEqual(self._orders(self.store_user), self.order)
        self.assertEqual(self._orders(self.dealer_user), self.order | self.dealer_order)
        self.assertEqual(self._orders(self.agent_user), self.order | self.dealer_order)
        self.assertEqual(self._orders(self.rival_user), self.rival_order)
        self.assertFalse(self._orders(self.stranger))

    def test_moved_member_is_seen_by_its_new_line_at_once(self):
        self.assertIn(self.order, self._orders(self.agent_user))
        self.dealer.upstream_id = self.rival_agent
        self.assertNotIn(self.order, self._orders(self.agent_user))
        rival_agent_user = self._create_portal_user(self.rival_agent, 'rival_agent_user')
        self.assertIn(self.order, self._orders(rival_agent_user))

    def test_person_that_leaves_sees_nothing_more(self):
        self.assertTrue(self._orders(self.dealer_user))
        self.dealer_user.channel_link_ids.unlink()
        self.assertNotIn(self.order, self._orders(self.dealer_user))

    @mute_logger('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
    def test_rival_reaches_nothing(self):
        for record in (self.store, self.order, self.order.order_line):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.rival_user).read(['display_name'])
        self.assertFalse(self.env['sale.order'].with_user(self.rival_user).search(
            [('channel_member_id.code', '=', 'S1')]), "nor does a question reach what cannot be read")

    @mute_logger('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
    def test_portal_changes_nothing(self):
        order = self.order.with_user(self.store_user)
        for values in ({'channel_state': 'accepted'}, {'warehouse_id': self.west.id}, {'note': "mine"}):
            with self.assertRaises(AccessError):
                order.write(values)
        with self.assertRaises(AccessError):
            self.store.with_user(self.store_user).write({'upstream_id': False})
        with self.assertRaises(AccessError):
            order.action_channel_check()

    @mute_logger('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
    def test_internal_fields_of_a_member_stay_internal(self):
        for name, value in (
                ('note', 'x'), ('segment', 'vip'), ('pricelist_id', 1), ('credit_line_ids.limit_amount', 1),
                ('authorization_ids.name', 'x'), ('warehouse_id', 1), ('sku_ids.code', 'x')):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.store.with_user(self.store_user).read([name.split('.')[0]])
            with self.subTest(question=name), self.assertRaises(AccessError):
                self.env['channel.member'].with_user(self.store_user).search([(name, '=', value)])

    def test_warehouses_weighed_are_headquarters_business(self):
        for name in (
                'channel_sourcing', 'channel_sourcing_html', 'channel_problems', 'channel_fingerprint',
                'channel_content'):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.order.with_user(self.store_user).read([name])
        self.assertTrue(self.order.with_user(self.store_user).read(['name', 'channel_state', 'amount_total']))

    def test_notes_on_a_company_are_for_staff(self):
        self.store.partner_id.comment = "Pays late"
        with self.assertRaises(AccessError):
            self.store.partner_id.with_user(self.store_user).read(['comment'])
        with self.assertRaises(AccessError):
            self.env['res.partner'].with_user(self.store_user).search([('comment', 'ilike', 'late')])
        self.assertIn("late", self.store.partner_id.with_user(self.clerk).comment)

    def test_price_list_is_its_members_business(self):
        # As website_sale does: read for every portal user.
        self.env['ir.model.access'].create([{
            'name': model, 'model_id': self.env['ir.model']._get_id(model), 'perm_read': True,
            'group_id': self.env.ref('base.group_portal').id,
        } for model in ('product.pricelist', 'product.pricelist.item')])
        secret = self.env['product.pricelist'].create({
            'name': "Secret", 'item_ids': [(0, 0, {'compute_price': 'fixed', 'fixed_price': 1})]})
        self.rival_store.pricelist_id = secret
        for user, seen in (
            (self.store_user, False), (self.stranger, False), (self.rival_user, True), (self.clerk, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(secret in self.env['product.pricelist'].with_user(user).search([]), seen)
                self.assertEqual(
                    secret.item_ids in self.env['product.pricelist.item'].with_user(user).search([]), seen)

    def test_portal_reads_only_models_with_a_rule_of_its_own(self):
        portal = self.env.ref('base.group_portal')
        rights = self.env['ir.model.access'].search([
            ('group_id', 'in', portal.ids), ('model_id.model', '=like', 'channel.%')])
        for access in rights:
            self.assertTrue(self.env['ir.rule'].search_count([
                ('model_id', '=', access.model_id.id), ('groups', 'in', portal.ids)]), access.model_id.model)

    def test_only_members_and_orders_are_readable_in_the_portal(self):
        readable = {
            model for model in self.env.registry.models if model.startswith(OURS)
            and not self.env[model]._abstract and self.env[model].with_user(self.store_user).has_access('read')}
        self.assertEqual(readable, {'channel.member'})

    def test_employee_outside_the_channel_sees_nothing_of_it(self):
        for model in ('channel.member', 'channel.credit.line', 'channel.rule', 'channel.verdict'):
            self.assertFalse(self.env[model].with_user(self.clerk).has_access('read'), model)

    def test_desk_does_not_set_up_the_channel(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        for model in ('channel.member', 'channel.rule', 'channel.credit.line', 'channel.authorization', 'channel.tier'):
            self.assertTrue(self.env[model].with_user(desk).has_access('read'), model)
            self.assertFalse(self.env[model].with_user(desk).has_access('write'), model)
