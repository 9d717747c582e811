from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from lxml import html

from odoo import fields, http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common import ChannelCommon

TOKEN = 'sheet-token-0000001'


class ReorderCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Template = cls.env['channel.order.template']

    @classmethod
    def _create_template(cls, member, name="Monday", lines=None, **values):
        return cls.Template.create({
            'name': name, 'member_id': member.id if member else False, 'line_ids': [
                Command.create({'product_id': product.id, 'qty': qty})
                for product, qty in (lines or {cls.yoghurt: 24}).items()], **values})

    def _set_price(self, product=None, pricelist=None, **values):
        return self.env['product.pricelist.item'].create({
            'pricelist_id': (pricelist or self.pricelist).id, 'compute_price': 'fixed',
            **({'applied_on': '1_product', 'product_tmpl_id': product.product_tmpl_id.id} if product else {}),
            **values})

    def _order_days_ago(self, *days, member='D1', lines=(('YOG-1', 12),)):
        """An order of each of these days."""
        orders = self.env['sale.order']
        for ago in days:
            order = self._submit_one(f'{member}-{ago}-{lines[0]}', member=member, lines=lines)[1]
            order.date_order = fields.Datetime.now() - timedelta(days=ago)
            orders |= order
        return orders

    def _get_sheet(self, order):
        return order.channel_member_id._portal_get_sheet(order._portal_get_wanted())


@tagged('-at_install', 'post_install')
class TestReorder(ReorderCommon):
    """What a sheet says of last time's lines, what is usual, what is offered, and whose all that is."""

    def _notes(self, order):
        return {line['sku']: [kind for kind, _text in line['notes']] for line in self._get_sheet(order)['lines']}

    # --- sheet

    def test_nothing_has_changed(self):
        order = self._submit_one(lines=[('YOG-1', 12), ('MLK-1', 7)])[1]
        sheet = self._get_sheet(order)
        self.assertEqual([(line['sku'], line['qty'], line['price']) for line in sheet['lines']],
                         [('YOG-1', 12, 10), ('MLK-1', 7, 5)])
        self.assertEqual((sheet['total'], sheet['count'], sheet['change_count']), (155, 2, 0))
        today = self.company._channel_get_today()
        self.assertGreater(sheet['arrival'], today)

    def test_every_change_is_named(self):
        lines = [('YOG-1', 12), ('MLK-1', 50), ('GONE', 1), ('FOREIGN', 1), ('DEAR', 1)]
        gone, foreign, dear = (self._create_goods(sku, 3) for sku in ('GONE', 'FOREIGN', 'DEAR'))
        order = self._submit_one(lines=lines)[1]
        self.yoghurt.channel_multiple_qty = 24
        for warehouse in self.south | self.west:
            self._set_stock(self.milk, warehouse, 10)
        gone.sale_ok = False
        dear.list_price = 4
        self._create_authorization(self.dealer, product_ids=(self.yoghurt | self.milk | dear | gone).ids)
        self.assertEqual(self._notes(order), {
            'YOG-1': ['pack'], 'MLK-1': ['stock_less'], 'GONE': ['gone'], 'FOREIGN': ['unlicensed'],
            'DEAR': ['price_up']})
        texts = {line['sku']: line['notes'][0][1] for line in self._get_sheet(order)['lines']}
        self.assertEqual(texts['YOG-1'], "Packs of 24: 12 became 24.")
        self.assertIn("3.00", texts['DEAR'])
        self.assertIn("4.00", texts['DEAR'])

    def test_what_lies_there_beyond_plenty_is_nobodys_business(self):
        for warehouse in self.south | self.west:
            self._set_stock(self.yoghurt, warehouse, 60)
        order = self._submit_one(lines=[('YOG-1', 120)])[1]
        self._set_stock(self.yoghurt, self.south, 250)
        order.order_line.product_uom_qty = 1200
        self.assertEqual(self._notes(order), {'YOG-1': []})

    def test_price_is_compared_per_piece(self):
        case = self.env['uom.uom'].create({
            'name': "Case", 'relative_uom_id': self.yoghurt.uom_id.id, 'relative_factor': 12, 'channel_code': 'case'})
        self.yoghurt.uom_ids = case
        values = self._prepare_order('X-1')
        values['lines'] = [{'sku': 'YOG-1', 'qty': 2, 'uom': 'case'}]
        order = self.env['sale.order'].browse(self._submit(values)[0]['order_id'])
        self.assertEqual(
            [(row['qty'], row['before']) for row in order._portal_get_wanted()], [(Decimal(24), Decimal(10))])
        self.assertEqual(self._notes(order), {'YOG-1': []})

    def test_discount_counts_and_a_product_stands_once(self):
        order = self._submit_one(lines=[('MLK-1', 6), ('MLK-1', 6)])[1]
        order.order_line.discount = 20
        wanted, = order._portal_get_wanted()
        self.assertEqual((wanted['qty'], wanted['before']), (12, 4))
        self.assertEqual(self._notes(order), {'MLK-1': ['price_up']})

    def test_prices_of_another_currency_are_not_compared(self):
        order = self._submit_one()[1]
        foreign = self.env['res.currency'].with_context(active_test=False).search(
            [('id', '!=', self.pricelist.currency_id.id)], limit=1)
        foreign.active = True
        self.dealer.pricelist_id = self.env['product.pricelist'].create({'name': "Other", 'currency_id': foreign.id})
        self.assertIsNone(order._portal_get_wanted()[0]['before'])

    def test_price_steps_are_those_of_the_order(self):
        self._set_price(self.milk, min_quantity=48, fixed_price=4.5)
        self._set_price(self.milk, min_quantity=96, fixed_price=4)
        steps = self.dealer._portal_get_steps(self.milk | self.yoghurt)
        self.assertEqual([(step.start, step.price) for step in steps[self.milk.id]], [
            (0, 5), (48, Decimal('4.5')), (96, 4)])
        self.assertEqual(len(steps[self.yoghurt.id]), 1)
        for qty, price in ((47, 5), (48, 4.5), (100, 4)):
            order = self._submit_one(f'S-{qty}', lines=[('MLK-1', qty)])[1]
            self.assertEqual(order.order_line.price_unit, price)
        self.assertIn("12 more", self._get_sheet(self._submit_one('H', lines=[('MLK-1', 36)])[1])['lines'][0]['hint'])

    def test_sheet_knows_the_taxes_that_credit_counts(self):
        self.milk.taxes_id = self.env['account.tax'].create({
            'name': "VAT 13", 'amount': 13, 'amount_type': 'percent', 'type_tax_use': 'sale'})
        self._set_price(self.milk, min_quantity=0, fixed_price=4)
        sheet = self.dealer._portal_get_sheet([
            {'product': product, 'qty': Decimal(12), 'before': None, 'reason': ''}
            for product in self.yoghurt | self.milk])
        self.assertEqual([round(line['data']['tax_factor'], 6) for line in sheet['lines']], [1, 1.13])

    def test_form_goes_along_as_long_as_it_is_offered(self):
        order_type = self.env['channel.order.type'].create({
            'name': "Event", 'code': 'event', 'form_definition': [
                {'name': 'place', 'string': "Place", 'type': 'char'}]})
        answer = self._submit(self._prepare_order('F-1', type='event', properties={'place': "Pier 4"}))[0]
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual(
            order._portal_get_sheet_form(), ({'type': 'event', 'properties': {'place': "Pier 4"}}, False))
        order_type.tier_ids = self.tiers['store']
        self.assertEqual(order._portal_get_sheet_form(), (None, True))
        order_type.write({'tier_ids': False, 'is_in_portal': False})
        self.assertEqual(order._portal_get_sheet_form(), (None, True))
        self.assertEqual(self._submit_one('X-2')[1]._portal_get_sheet_form(), (None, False))

    # --- usual

    def test_usual_basket_is_what_is_due(self):
        self._order_days_ago(29, 20, 11)
        self._order_days_ago(20, 10, 1, lines=(('MLK-1', 5),))
        usual, = self.dealer._portal_get_usual()
        self.assertEqual((usual['product'], usual['qty']), (self.yoghurt, 12))
        self.assertEqual(usual['reason'], "every 9 days, last 11 days ago")
        self.assertFalse(self.rival_dealer._portal_get_usual())

    def test_called_off_orders_are_no_habit(self):
        orders = self._order_days_ago(29, 20, 11)
        orders[0]._action_cancel()
        self.assertFalse(self.dealer._portal_get_usual())

    def test_known_stock_replaces_the_rhythm(self):
        self._order_days_ago(29, 20, 11)
        self.patch(
            self.registry['channel.member'], '_portal_get_offtake',
            lambda self, products: dict.fromkeys(products.ids, 9))
        self.assertFalse(self.dealer._portal_get_usual())

    # --- promotions

    def test_dated_price_and_step_are_promotions(self):
        end = fields.Datetime.now() + timedelta(days=5)
        self._set_price(self.yoghurt, fixed_price=9, date_end=end)
        self._set_price(self.milk, min_quantity=48, fixed_price=4.5)
        self._order_days_ago(30, 20, 10, lines=(('MLK-1', 36),))
        step, until = self.dealer._portal_get_promotions()
        self.assertEqual((step['kind'], step['product_ids'], step['saves']), ('step', self.milk.ids, 24))
        self.assertIn("You usually order 36: 12 more saves", step['hint'])
        self.assertEqual((until['kind'], until['product_ids']), ('until', self.yoghurt.ids))
        self.assertIn("−10%", until['text'])
        order, = self.dealer._portal_get_promotions([{'product_id': self.milk.id, 'qty': 24}])
        self.assertIn("24 more of MLK-1 saves", order['hint'])

    def test_dearer_past_and_coming_prices_are_none(self):
        now = fields.Datetime.now()
        self._set_price(self.yoghurt, fixed_price=11, date_end=now + timedelta(days=5))
        self._set_price(self.milk, fixed_price=1, date_end=now - timedelta(days=1))
        self._set_price(self.milk, fixed_price=1, date_start=now + timedelta(days=1), date_end=now + timedelta(days=2))
        self._set_price(self.milk, fixed_price=6, min_quantity=12)
        self.assertEqual(self.dealer._portal_get_promotions(), [])

    def test_rule_of_a_category_is_one_promotion(self):
        self._set_price(applied_on='2_product_category', categ_id=self.category.id, compute_price='percentage',
                        percent_price=8, date_end=fields.Datetime.now() + timedelta(days=5))
        deal, = self.dealer._portal_get_promotions()
        self.assertEqual(deal['title'], "Yoghurt")
        self.assertIn("−8%", deal['text'])

    def test_only_the_own_list_and_licence_count(self):
        other = self.env['product.pricelist'].create({'name': "Rival prices"})
        self.rival_dealer.pricelist_id = other
        self._set_price(self.yoghurt, other, min_quantity=24, fixed_price=1)
        self._set_price(self.milk, min_quantity=24, fixed_price=2)
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertEqual(self.dealer._portal_get_promotions(), [])
        deal, = self.rival_dealer._portal_get_promotions()
        self.assertEqual(deal['product_ids'], self.yoghurt.ids)

    def test_hook_for_balances_is_empty(self):
        self.assertEqual(self.dealer._portal_get_balances(), [])

    # --- templates and favourites

    def test_templates_of_headquarters_are_for_tier_and_segment(self):
        own, foreign = self._create_template(self.store), self._create_template(self.rival_store)
        everybody = self._create_template(None, "All")
        stores = self._create_template(None, "Stores", tier_ids=self.tiers['store'].ids)
        vips = self._create_template(None, "VIPs", segment='vip')
        self.assertEqual(self.store._portal_get_templates(), own | everybody | stores)
        self.store.segment = 'vip'
        self.assertIn(vips, self.store._portal_get_templates())
        self.assertEqual(self.dealer._portal_get_templates(), everybody)
        self.assertNotIn(foreign, self.store._portal_get_templates())

    def test_another_companys_template_is_not_offered(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._create_template(None, "Other's", company_id=other.id)
        self.assertFalse(self.store._portal_get_templates())

    def test_headquarters_template_shows_what_is_licensed(self):
        template = self._create_template(None, "All", {self.yoghurt: 12, self.milk: 5})
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertEqual(template._portal_get_lines(self.store)[template].product_id, self.yoghurt)
        copied = template._copy_for(self.store)
        self.assertEqual((copied.member_id, copied.line_ids.product_id), (self.store, self.yoghurt))

    def test_template_is_kept_once_by_name_and_not_without_end(self):
        first = self.Template._keep(self.store, " Monday ", {self.yoghurt.id: 12})
        second = self.Template._keep(self.store, "Monday", {self.yoghurt.id: 12})
        self.assertEqual((first.name, second.name), ("Monday", "Monday (2)"))
        self.assertFalse(self.Template._keep(self.store, "Empty", {self.yoghurt.id: 0}))
        self.assertFalse(self.Template._keep(self.store, "  ", {self.yoghurt.id: 1}))
        self.Template.create([{'name': f"T{i}", 'member_id': self.store.id} for i in range(98)])
        self.assertFalse(self.Template._keep(self.store, "One more", {self.yoghurt.id: 1}))

    def test_deleted_templates_go_after_a_month(self):
        old, fresh = self._create_template(self.store), self._create_template(self.store)
        headquarters = self._create_template(None)
        (old | fresh | headquarters).active = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE channel_order_template SET write_date = now() - interval '31 days' WHERE id IN %s",
                            [tuple((old | headquarters).ids)])
        self.env.invalidate_all()
        self.Template._gc_deleted()
        self.assertEqual((old | fresh | headquarters).exists(), fresh | headquarters)

    def test_favourites_are_licensed_and_once(self):
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertTrue(self.store.sudo()._portal_set_favourite(self.yoghurt.id, True))
        self.assertTrue(self.store.sudo()._portal_set_favourite(self.yoghurt.id, True))
        self.assertFalse(self.store.sudo()._portal_set_favourite(self.milk.id, True))
        self.assertFalse(self.store.sudo()._portal_set_favourite(2**31 - 1, True))
        self.assertEqual(self.store._portal_get_favourites(), self.yoghurt)
        self.assertFalse(self.dealer._portal_get_favourites())
        self.assertFalse(self.store.sudo()._portal_set_favourite(self.yoghurt.id, False))
        self.assertFalse(self.store._portal_get_favourites())

    def test_portal_users_read_none_of_it(self):
        user = self._create_portal_user(self.store, 'reads_nothing')
        for model in ('channel.order.template', 'channel.order.template.line', 'channel.favourite'):
            self.assertFalse(self.env[model].with_user(user).has_access('read'), model)


@tagged('-at_install', 'post_install')
class TestReorderPortal(ReorderCommon, HttpCase):
    """Ordering again over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.buyer = cls._create_portal_user(cls.store, 'store_buyer', role='buyer')
        cls.warehouse_user = cls._create_portal_user(cls.store, 'warehouse_user', role='warehouse')
        cls.finance_user = cls._create_portal_user(cls.store, 'finance_user', role='finance')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.rival_user = cls._create_portal_user(cls.rival_store, 'rival_user')

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _post(self, path, token=TOKEN, **data):
        return self.url_open(f'/my/channel/{path}', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': token, **data}, allow_redirects=False)

    def _send(self, source, member='S1', **data):
        return self._post('again/send', source=source, member=member, **data)

    def _get_location(self, path):
        response = self.url_open(f'/my/channel/{path}', allow_redirects=False)
        return response.status_code, response.headers.get('Location')

    def _order(self, member='S1', **values):
        return self._submit_one(f'{member}-1', member=member, **values)[1]

    def _count_orders(self):
        return self.env['sale.order'].search_count([('channel_member_id', '=', self.store.id)])

    # --- home

    def test_home_of_a_new_member_says_how_to_begin(self):
        self._login(self.store_user)
        page = self.url_open('/my/channel').text
        self.assertIn("Make your first order", page)
        self.assertNotIn("Order again", page)

    def test_home_leads_to_the_last_order(self):
        order = self._order('D1')
        self._login(self.dealer_user)
        page = self.url_open('/my/channel').text
        self.assertIn(f'/my/channel/again/{order.id}', page)
        self.assertIn("120.00", page)

    def test_home_of_a_dealer_shows_what_waits_below(self):
        order = self._order()
        self._login(self.dealer_user)
        page = self.url_open('/my/channel').text
        self.assertIn("to approve", page)
        self.assertIn(f'/my/channel/orders/{order.id}', page)
        self._login(self.store_user)
        self.assertNotIn("to approve", self.url_open('/my/channel').text)

    def test_warehouse_staff_sees_neither_prices_nor_ways_to_order(self):
        self._set_price(self.milk, min_quantity=48, fixed_price=4.5)
        self._order()
        self._login(self.warehouse_user)
        page = self.url_open('/my/channel').text
        self.assertNotIn("/my/channel/again/", page)
        self.assertNotIn("4.50", page)
        for path in ('promotions', 'usual', 'favourites'):
            self.assertEqual(self._get_location(path)[0], 303, path)

    # --- sheet

    def test_every_page_opens(self):
        order, template = self._order(), self._create_template(self.store)
        self._login(self.buyer)
        for path in (f'again/{order.id}', 'usual', 'favourites', 'templates', f'templates/{template.id}', 'promotions'):
            with self.subTest(path=path):
                self.assertEqual(self.url_open(f'/my/channel/{path}').status_code, 200)

    def test_sheet_sends_an_order_once(self):
        order = self._order()
        self._login(self.store_user)
        before = self._count_orders()
        values = {f'qty_{self.yoghurt.id}': '24', 'note': "Back door", 'price': '0.01', 'partner_id': '1', 'qty_x': '7'}
        first = self._send(f'order-{order.id}', **values)
        second = self._send(f'order-{order.id}', **values)
        self.assertEqual(first.headers['Location'], second.headers['Location'])
        self.assertEqual(self._count_orders(), before + 1)
        sent = self.env['sale.order'].search([('channel_member_id', '=', self.store.id)], limit=1, order='id desc')
        self.assertTrue(first.headers['Location'].endswith(f'/my/channel/orders/{sent.id}'))
        self.assertEqual((sent.amount_total, sent.channel_state), (240, 'upstream'))
        self.assertIn("Back door", sent.note)

    def test_changed_sheet_sent_again_is_told_and_sent_on_request(self):
        order, qty = self._order(), f'qty_{self.yoghurt.id}'
        self._login(self.store_user)
        first = self._send(f'order-{order.id}', **{qty: '24'}).headers['Location']
        before = self._count_orders()
        answer = self._send(f'order-{order.id}', **{qty: '36'})
        self.assertEqual((answer.status_code, self._count_orders()), (200, before))
        page = html.fromstring(answer.text)
        self.assertEqual(page.xpath('//div[@role="alert"]/a/@href'), [urlsplit(first).path])
        self.assertEqual(page.xpath(f'//input[@name="{qty}"]/@value'), ['36'])
        token = page.xpath('//form[contains(@class, "o_sheet")]/input[@name="form_token"]/@value')[0]
        self.assertEqual(self._send(f'order-{order.id}', token=token, **{qty: '36'}).status_code, 303)
        self.assertEqual(self._count_orders(), before + 1)

    def test_form_of_the_order_goes_along(self):
        self.env['channel.order.type'].create({'name': "Event", 'code': 'event', 'form_definition': [
            {'name': 'place', 'string': "Place", 'type': 'char'}]})
        order = self._order(type='event', properties={'place': "Pier 4"})
        self._login(self.store_user)
        self.assertIn("Pier 4", self.url_open(f'/my/channel/again/{order.id}').text)
        self._send(f'order-{order.id}', **{f'qty_{self.yoghurt.id}': '24'})
        sent = self.env['sale.order'].search([('channel_member_id', '=', self.store.id)], limit=1, order='id desc')
        self.assertNotEqual(sent, order)
        self.assertEqual(sent._channel_get_form_values(), {'place': "Pier 4"})

    def test_sent_back_sheet_keeps_what_was_entered(self):
        order = self._order()
        self._login(self.store_user)
        before = self._count_orders()
        page = self._send(f'order-{order.id}', note="Back door", **{f'qty_{self.yoghurt.id}': '13'})
        self.assertEqual((page.status_code, self._count_orders()), (200, before))
        self.assertIn('value="13"', page.text)
        self.assertIn("Back door", page.text)
        self.assertIn('o_sheet_problem', page.text)

    def test_rubbish_is_not_sent(self):
        order = self._order()
        self._login(self.store_user)
        before = self._count_orders()
        own = f'order-{order.id}'
        qty = f'qty_{self.yoghurt.id}'
        for source, values in (
                (own, {}), (own, {qty: '0'}), (own, {qty: 'x'}), (own, {qty: '-12'}), (own, {qty: 'nan'}),
                (own, {qty: '1e99'}), (own, {qty: 'inf'}), (own, {'qty_99999999999': '1'}), (own, {'qty_': '1'}),
                ('', {qty: '12'}), ('order-0', {qty: '12'}), ('order-x', {qty: '12'}), ('order-²', {qty: '12'}),
                ('order-9999999999', {qty: '12'}), ('basket', {qty: '12'}), (own, {qty: '12', 'token': 'short'}),
                (own, {qty: '12', 'token': ''}), (own, {qty: '12', 'member': 'S2'})):
            with self.subTest(source=source, values=values):
                self.assertLess(self._send(source, **values).status_code, 400)
                self.assertEqual(self._count_orders(), before)
        for path in ('again/0', 'again/99999999999999', 'templates/0', 'templates/99999999999', 'templates?kept=x',
                     'templates?deleted=²', 'templates?kept=99999999999999'):
            with self.subTest(path=path):
                self.assertLess(self.url_open(f'/my/channel/{path}').status_code, 500)
        with mute_logger('odoo.http'):
            self.assertEqual(self.url_open('/my/channel/again/send', data={'source': own}).status_code, 400)

    def test_foreign_order_looks_like_a_missing_one(self):
        order, qty = self._order(), f'qty_{self.yoghurt.id}'
        for user in (self.rival_user, self.dealer_user, self.warehouse_user, self.finance_user):
            self._login(user)
            with self.subTest(user=user.login):
                self.assertEqual(self._get_location(f'again/{order.id}'), self._get_location('again/2147483647'))
                for path in ('again/send', 'again/pad', 'again/save'):
                    answers = [
                        self._post(path, source=source, member='S1', template_name="X", **{qty: '12'})
                        .headers['Location'] for source in (f'order-{order.id}', 'order-2147483647')]
                    self.assertEqual(*answers)
                answers = [
                    self._post(f'templates/from_order/{id_}').headers['Location'] for id_ in (order.id, 2147483647)]
                self.assertEqual(*answers)
        self.assertEqual(self._count_orders(), 1)
        self.assertFalse(self.Template.search([('line_ids.product_id', '=', self.yoghurt.id)]))

    def test_product_that_is_not_licensed_is_not_ordered_by_hand(self):
        order = self._order()
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self._login(self.store_user)
        before = self._count_orders()
        for product_id in (self.milk.id, 2**31 - 1):
            page = self._send(f'order-{order.id}', **{f'qty_{product_id}': '5'})
            self.assertEqual((page.status_code, self._count_orders()), (200, before))
            self._post('again/save', token=f'{TOKEN}{product_id}', source=f'order-{order.id}', template_name="Mine",
                       **{f'qty_{product_id}': '5'})
        self.assertFalse(self.Template.search([('member_id', '=', self.store.id)]))

    def test_sheet_goes_on_in_the_pad(self):
        order = self._order()
        self._login(self.store_user)
        response = self._post('again/pad', source=f'order-{order.id}', note="Back door",
                              **{f'qty_{self.yoghurt.id}': '36'})
        self.assertTrue(response.headers['Location'].endswith('/my/channel/pad?again=sheet'))
        page = self.url_open('/my/channel/pad?again=sheet').text
        self.assertIn('36.0', page)
        self.assertIn("Back door", page)
        self._login(self.rival_user)
        self.assertEqual(self.url_open('/my/channel/pad?again=sheet').status_code, 200)

    # --- templates

    def test_template_is_made_renamed_copied_deleted_and_brought_back(self):
        order = self._order()
        self._login(self.buyer)
        for _tap in range(2):
            self._post('again/save', source=f'order-{order.id}', template_name="Mine",
                       **{f'qty_{self.yoghurt.id}': '36'})
        template = self.Template.search([('member_id', '=', self.store.id)])
        self.assertEqual((template.name, template.line_ids.qty, template.create_uid), ("Mine", 36, self.buyer))
        self._post(f'templates/{template.id}/rename', token='rename-token-00001', name="Ours")
        self._post(f'templates/{template.id}/copy', token='copy-token-0000001')
        self._post(f'templates/{template.id}/copy', token='copy-token-0000001')
        self.assertEqual(
            self.Template.search([('member_id', '=', self.store.id)]).mapped('name'), ["Ours", "Ours (2)"])
        answer = self._post(f'templates/{template.id}/delete', token='delete-token-00001')
        self.assertFalse(template.active)
        self.assertIn("Undo", self.url_open(answer.headers['Location']).text)
        self._post(f'templates/{template.id}/restore', token='restore-token-0001')
        self.assertTrue(template.active)

    def test_order_becomes_a_template(self):
        order = self._order(lines=[('YOG-1', 12), ('MLK-1', 5)])
        self._login(self.store_user)
        page = self.url_open(f'/my/channel/orders/{order.id}').text
        self.assertIn(f'/my/channel/templates/from_order/{order.id}', page)
        self._post(f'templates/from_order/{order.id}')
        template = self.Template.search([('member_id', '=', self.store.id)])
        self.assertEqual(template.name, f"Like {order.name}")
        self.assertEqual(template.line_ids.mapped('qty'), [12, 5])

    def test_pad_becomes_a_template_once(self):
        self._login(self.store_user)
        values = {'lines': [{'product_id': self.yoghurt.id, 'qty': 12}], 'name': "Pad", 'token': TOKEN}
        answers = [self.make_jsonrpc_request('/my/channel/templates/from_pad', values)['status'] for _tap in range(2)]
        self.assertEqual(answers, ['kept', 'kept'])
        self.assertEqual(self.Template.search([('member_id', '=', self.store.id)]).name, "Pad")
        for i, rubbish in enumerate(({'lines': 'x'}, {'lines': [7, None]}, {'name': 7}, {'token': 7}, {'lines': None})):
            answer = self.make_jsonrpc_request(
                '/my/channel/templates/from_pad', {**values, 'token': f'rubbish-token-{i:05}', **rubbish})
            self.assertEqual(answer['status'], 'refused', rubbish)

    def test_order_by_template_notes_its_use(self):
        template = self._create_template(self.store)
        headquarters = self._create_template(None)
        self._login(self.store_user)
        for i, one in enumerate((template, headquarters)):
            self._send(f'template-{one.id}', token=f'{TOKEN}{i}', **{f'qty_{self.yoghurt.id}': '24'})
        self.assertEqual(self._count_orders(), 2)
        self.assertTrue(template.last_used_at)
        self.assertFalse(headquarters.last_used_at)

    def test_foreign_template_looks_like_a_missing_one(self):
        foreign = self._create_template(self.store, "Secret list")
        other = self.env['res.company'].create({'name': "Other"})
        others = self._create_template(None, "Other's", company_id=other.id)
        self._login(self.rival_user)
        self.assertNotIn("Secret list", self.url_open('/my/channel/templates').text)
        missing = self._get_location('templates/2147483647')
        for template in (foreign, others):
            self.assertEqual(self._get_location(f'templates/{template.id}'), missing)
            for change in ('rename', 'copy', 'delete', 'restore'):
                self.assertEqual(
                    self._post(f'templates/{template.id}/{change}', name="Mine").headers['Location'],
                    self._post(f'templates/2147483647/{change}', name="Mine").headers['Location'])
            self.assertNotIn(template.name, self.url_open(f'/my/channel/templates?kept={template.id}').text)
            self.assertEqual((template.active, template.name != "Mine"), (True, True))
        self.assertFalse(self.Template.search([('member_id', '=', self.rival_store.id)]))

    def test_others_see_and_do_not_change(self):
        template = self._create_template(self.store, "Monday")
        headquarters = self._create_template(None, "Summer")
        for user in (self.warehouse_user, self.finance_user):
            self._login(user)
            self.assertIn("Monday", self.url_open('/my/channel/templates').text)
            self._post(f'templates/{template.id}/delete')
            self.assertEqual(self._get_location(f'templates/{template.id}')[0], 303)
        self._login(self.store_user)
        self._post(f'templates/{headquarters.id}/delete')
        self._post(f'templates/{headquarters.id}/rename', token='rename-token-00001', name="Mine")
        self.assertTrue(template.active and headquarters.active)
        self.assertEqual(headquarters.name, "Summer")

    # --- favourites

    def test_star_is_shared(self):
        self._login(self.buyer)
        answer = self.make_jsonrpc_request(
            '/my/channel/favourites/set', {'product_id': self.milk.id, 'is_favourite': True})
        self.assertEqual(answer, {'is_favourite': True})
        self._login(self.store_user)
        self.assertIn('MLK-1', self.url_open('/my/channel/favourites').text)
        for user in (self.warehouse_user, self.store_user):
            self._login(user)
            for product_id in (0, -1, True, 'x', None, 2**40, [1]):
                answer = self.make_jsonrpc_request(
                    '/my/channel/favourites/set', {'product_id': product_id, 'is_favourite': True})
                self.assertEqual(answer, {'is_favourite': False})
        self.assertEqual(self.store._portal_get_favourites(), self.milk)


@tagged('-at_install', 'post_install')
class TestReorderQueries(ReorderCommon, HttpCase):
    """Home and sheets cost the same with 600 past orders, many products, templates and price steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')

    def _count(self, path):
        def fetch():
            self.env.invalidate_all()
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)

        fetch()
        before = self.cr.sql_log_count
        fetch()
        return self.cr.sql_log_count - before

    def _copy_rows(self, record, count, value, name):
        """So many copies of a row, column `name` by the expression `value` of n = 1, 2, …; their ids."""
        columns = SQL(', ').join(
            SQL.identifier(other) for other, field in record._fields.items()
            if field.store and field.column_type and other not in ('id', 'access_token', name))
        return self.env.execute_query(SQL(
            "INSERT INTO %(table)s (%(columns)s, %(name)s) SELECT %(columns)s, %(value)s FROM %(table)s, "
            "generate_series(1, %(count)s) n WHERE id = %(id)s RETURNING id",
            table=SQL.identifier(record._table), columns=columns, name=SQL.identifier(name), value=SQL(value),
            count=count, id=record.id))

    def _create_past(self, products, count):
        """Past orders straight into the tables: 600 through the checks would take minutes."""
        orders = self.env['sale.order'].create([{
            'partner_id': self.dealer.partner_id.id, 'order_line': [
                Command.create({'product_id': product.id, 'product_uom_qty': 12}) for product in products]}])
        self.env.flush_all()
        past = "now() AT TIME ZONE 'UTC' - n * interval '7 hours'"
        ids = [row[0] for row in self._copy_rows(orders, count, past, 'date_order')]
        for line in orders.order_line:
            self._copy_rows(line, count, f'(ARRAY{ids})[n]', 'order_id')
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale', channel_state = 'received' WHERE id IN %s", [tuple(ids)])
        self.env.invalidate_all()
        return self.env['sale.order'].browse(ids)

    def _count_all(self, order, template):
        paths = ('', f'/again/{order.id}', '/usual', '/templates', f'/templates/{template.id}', '/promotions',
                 '/favourites')
        return {path.replace(str(order.id), 'N'): self._count(f'/my/channel{path}') for path in paths}

    def test_pages_cost_the_same_with_600_past_orders(self):
        self._set_price(self.milk, min_quantity=48, fixed_price=4.5)
        few_orders = self._create_past(self.yoghurt | self.milk, 12)
        template = self._create_template(self.dealer)
        self.dealer.sudo()._portal_set_favourite(self.milk.id, True)
        self.authenticate('dealer_user', 'dealer_user')
        few = self._count_all(few_orders[0], template)
        products = self.env['product.product'].union(*(self._create_goods(f'MORE-{i}', 3) for i in range(15)))
        for product in products:
            self._set_price(product, min_quantity=24, fixed_price=2)
            self.dealer.sudo()._portal_set_favourite(product.id, True)
            self._create_template(self.dealer, product.name, dict.fromkeys(products, 12))
        template.line_ids = [Command.create({'product_id': product.id, 'qty': 12}) for product in products]
        many_orders = self._create_past(products, 600)
        many = self._count_all(many_orders[0], template)
        self.assertEqual(len(self.dealer._portal_get_habits()), 17)
        for path, count in zip(few, many.values(), strict=True):
            with self.subTest(path=path):
                self.assertLessEqual(count, few[path] + 3)
                self.assertLessEqual(count, 45)
