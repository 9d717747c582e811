import secrets
from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .test_approvals import ApprovalCommon

PROPERTIES = [
    {'name': 'project', 'string': "Project Number", 'type': 'char'},
    {'name': 'floors', 'string': "Floors", 'type': 'integer'},
    {'name': 'status', 'string': "Acceptance", 'type': 'selection',
     'selection': [['open', "Open"], ['done', "Accepted"]]},
    {'name': 'start', 'string': "Start", 'type': 'date'},
    {'name': 'trades', 'string': "Trades", 'type': 'tags', 'tags': [['a', "Roof", 1], ['b', "Walls", 2]]},
    {'name': 'secret', 'string': "Margin", 'type': 'float'},
]


class OrderFormCommon(ApprovalCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env['channel.order.type'].create({
            'name': "Engineering", 'code': 'engineering', 'form_definition': PROPERTIES,
            'field_ids': [
                Command.create({'name': "Project Number", 'is_required': True}),
                Command.create({'name': 'status', 'portal': 'read'}),
                Command.create({'name': 'secret', 'portal': 'hidden'}),
            ]})

    def _typed(self, number='F-1', properties=None, **values):
        return self._submit_one(
            number, type='engineering', properties={'project': "P-7"} if properties is None else properties, **values)


@tagged('-at_install', 'post_install')
class TestOrderForms(OrderFormCommon):

    def test_form_is_sent_in_and_kept(self):
        answer, order = self._typed(properties={
            "Project Number": " P-7 ", 'floors': "3", 'start': "2026-12-01", 'trades': ["Roof", 'b']})
        self.assertEqual(answer['status'], 'accepted', answer)
        self.assertEqual(order.channel_order_type_id, self.type)
        self.assertEqual(order.channel_form._values, {
            'project': "P-7", 'floors': 3, 'start': "2026-12-01", 'trades': ['a', 'b']})
        shown = {field.label: value for field, value in order._portal_get_form()}
        self.assertEqual(shown, {
            "Project Number": "P-7", "Floors": "3", "Acceptance": "", "Start": date(2026, 12, 1),
            "Trades": "Roof, Walls"})

    def test_wrong_values_are_named_problems(self):
        for i, (properties, words) in enumerate((
                ({'project': "P-7", 'nonsense': 1}, "nonsense"), ({'project': "P-7", 'floors': "many"}, "Floors"),
                ({'project': "P-7", 'trades': ["Doors"]}, "Doors"), ({}, "Project Number is missing"),
                ({'project': "P-7", 'status': 'done'}, "status"), ({'project': "P-7", 'secret': 1}, "secret"),
                ({'project': "P-7", 'start': "tomorrow"}, "Start"), ("P-7", "properties"))):
            with self.subTest(properties=properties):
                answer, _order = self._typed(f'F-{i}', properties)
                self.assertEqual(answer['status'], 'rejected')
                self.assertIn(words, " ".join(verdict['message'] for verdict in answer['verdicts']))

    def test_unknown_type_and_form_without_type(self):
        for i, (values, words) in enumerate((
                ({'type': 'x'}, "no order type x"), ({'properties': {'a': 1}}, "without an order type"),
                ({'type': 7}, "no order type 7"), ({'type': ['x']}, "type must be a text"))):
            answer, _order = self._submit_one(f'F-{i}', **values)
            self.assertEqual(answer['status'], 'rejected')
            self.assertIn(words, answer['verdicts'][0]['message'])

    def test_type_is_for_its_tiers_and_company(self):
        self.type.tier_ids = self.tiers['store']
        self.assertIn("not for your tier", self._typed('F-1')[0]['verdicts'][0]['message'])
        self.assertEqual([one['code'] for one in self.store._portal_get_order_types()], ['engineering'])
        self.assertEqual(self.dealer._portal_get_order_types(), [])
        self.type.write({'tier_ids': False, 'company_id': self.env['res.company'].create({'name': "Other"}).id})
        self.assertIn("no order type", self._typed('F-2')[0]['verdicts'][0]['message'])
        self.assertEqual(self.store._portal_get_order_types(), [])

    def test_form_of_an_order_made_by_hand_is_required_too(self):
        order = self.env['sale.order'].create({
            'partner_id': self.dealer.partner_id.id, 'channel_order_type_id': self.type.id,
            'order_line': [Command.create({'product_id': self.yoghurt.id, 'product_uom_qty': 12})]})
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'rejected')
        order.channel_form = {'project': "P-7"}
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_what_the_member_filled_in_is_part_of_what_was_judged(self):
        self._create_chain({}, order_type_ids=self.type.ids)
        order = self._typed()[1]
        self.assertFalse(order._channel_is_changed())
        order.channel_form = {**order.channel_form._values, 'status': 'done'}
        self.assertFalse(order._channel_is_changed(), "what headquarters fills in was not judged")
        order.channel_form = {**order.channel_form._values, 'project': "P-8"}
        self.assertTrue(order._channel_is_changed())

    def test_chain_by_type_and_by_value(self):
        self._create_chain({}, order_type_ids=self.type.ids, form_field="Trades", form_value="Roof")
        self.assertEqual(self._typed('F-1')[0]['status'], 'accepted')
        answer, order = self._typed('F-2', {'project': "P-7", 'trades': ['a']})
        self.assertEqual(answer['status'], 'held')
        self.assertIn("where Trades is Roof", order.channel_approval_ids.why)

    def test_type_offers_chains_of_its_own(self):
        chain = self._create_chain({})
        self.type.chain_ids = chain
        self.assertEqual(chain.order_type_ids, self.type)

    def test_fields_that_have_no_place_in_a_form(self):
        for prop in (
                {'name': 'x', 'string': "X", 'type': 'many2many', 'comodel': 'res.country'},
                {'name': 'x_html', 'string': "X", 'type': 'html'},
                {'name': 'x', 'string': "X", 'type': 'many2one', 'comodel': 'res.partner'},
                {'name': 'x', 'string': "X", 'type': 'many2one', 'comodel': 'res.users'}):
            with self.subTest(prop=prop), self.assertRaises(ValidationError):
                self.type.form_definition = [prop]
        self.type.field_ids.unlink()
        self.type.form_definition = [
            {'name': 'land', 'string': "Country", 'type': 'many2one', 'comodel': 'res.country',
             'domain': "[('code', '=', 'CN')]"}]
        china = self.env.ref('base.cn')
        order = self._typed(properties={'land': china.name})[1]
        self.assertEqual(order.channel_form['land'], china)
        self.assertEqual(self._typed('F-2', {'land': self.env.ref('base.fr').id})[0]['status'], 'rejected')

    def test_only_fields_of_the_form_and_added_fields_are_listed(self):
        for values in ({'name': "nothing"}, {'field_id': self.env.ref('sale.field_sale_order__note').id},
                       {'field_id': self.env.ref('sale.field_sale_order__state').id}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.env['channel.order.type.field'].create({'type_id': self.type.id, **values})
        for values in ({}, {'name': 'floors', 'is_required': True, 'portal': 'read'}):
            with self.subTest(values=values), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), \
                    self.env.cr.savepoint():
                self.env['channel.order.type.field'].create({'type_id': self.type.id, **values})

    def test_type_in_use_is_archived_not_deleted(self):
        self._typed()
        with self.assertRaisesRegex(UserError, "archive"):
            self.type.unlink()
        self.assertEqual(self.type.order_count, 1)

    def test_member_reads_its_form_on_pages_only(self):
        order = self._typed(member='S1')[1]
        for name in ('channel_form', 'channel_order_type_id', 'channel_waiting_for'):
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.with_user(self.store_user).read([name])

    def test_back_office_shows_and_changes_the_form(self):
        order = self._typed()[1]
        with Form(order.with_user(self.desk)) as form:
            self.assertIn('channel_form', form._view['fields'])
        order.with_user(self.desk).channel_form = {**order.channel_form._values, 'status': 'done'}
        self.assertEqual({field.name: value for field, value in order._portal_get_form()}['status'], "Accepted")

    def test_definition_is_edited_on_the_type_itself(self):
        definition = [{**prop, 'value': False} for prop in PROPERTIES]
        definition.append({
            'name': 'extra', 'string': "Extra", 'type': 'char', 'definition_changed': True, 'value': False})
        self.assertEqual(self.type.own_id, self.type)
        self.type.form_sample = definition
        self.assertIn('extra', [prop['name'] for prop in self.type.form_definition])

    def test_batch_with_forms_looks_types_up_once(self):
        self.patch(self.env.registry['sale.order'], '_channel_confirm', lambda orders: None)

        def count(orders, **values):
            raws = [self._prepare_order(f'B-{orders}-{i}-{len(values)}', **values) for i in range(orders)]
            with self.env.cr.savepoint():
                before = self.env.cr.sql_log_count
                self.assertEqual({answer['status'] for answer in self._submit(*raws)}, {'accepted'})
                return self.env.cr.sql_log_count - before

        form = {'type': 'engineering', 'properties': {'project': "P"}}
        for values in ({}, form):  # warm the caches
            count(2, **values)
        self.assertLessEqual(count(30, **form), count(30) + 8)


@tagged('-at_install', 'post_install')
class TestApprovalPages(OrderFormCommon, HttpCase):
    """Approving, handing on and ordering by type in the dealer centre."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival_user = cls._create_portal_user(cls.rival_dealer, 'rival_user')

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _post(self, path, **data):
        return self.url_open(
            f'/my/channel/{path}', allow_redirects=False, data={
                'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data})

    def _page(self, path):
        return self.url_open(f'/my/channel/{path}').text

    def test_page_says_why_by_when_and_for_whom(self):
        self._create_chain(
            {'kind': 'upstream', 'role': 'owner', 'deadline': 3, 'deadline_unit': 'days'},
            tier_ids=self.tiers['store'].ids)
        order = self._held(member='S1')
        self._login(self.dealer_user)
        page = self._page('approvals')
        for words in (order.name, "of the tier Store", "Please decide by"):
            self.assertIn(words, page)
        self._delegate(self.dealer_user, self.dealer_buyer)
        self._login(self.dealer_buyer)
        page = self._page('approvals')
        self.assertIn("In place of", page)
        self.assertIn(self.dealer_user.name, page)

    def test_several_are_approved_at_once_and_foreign_ones_left_alone(self):
        self._create_chain({'kind': 'upstream'})
        orders = [self._held(f'X-{i}', member='S1') for i in range(3)]
        foreign = self._held('X-9', member='S2')
        self._login(self.dealer_user)
        self._post('approvals/decide', order=[orders[0].id, orders[1].id, foreign.id, 'x', 0, 2**31, 2**31 - 1])
        self.assertEqual([order.channel_state for order in orders], ['confirmed', 'confirmed', 'upstream'])
        self.assertEqual(foreign.channel_state, 'upstream')
        self._post('approvals/decide')

    def test_order_changed_meanwhile_is_shown_again(self):
        self._create_chain({'kind': 'upstream'})
        order = self._held(member='S1')
        order.order_line.product_uom_qty = 24
        self._login(self.dealer_user)
        response = self._post(f'orders/{order.id}/decide', decision='approve')
        self.assertTrue(response.headers['Location'].endswith('approvals?changed=1'))
        self.assertEqual((order.channel_state, order.channel_run), ('upstream', 2))
        self.assertIn("was changed while it waited", self._page('approvals?changed=1'))

    def test_comment_stands_on_the_members_page(self):
        self._create_chain({'kind': 'upstream'}, {})
        order = self._held(member='S1')
        self._login(self.dealer_user)
        self._post(f'orders/{order.id}/decide', decision='approve', reason="Only this once <b>")
        self._login(self.store_user)
        page = self._page(f'orders/{order.id}')
        self.assertIn("Only this once &lt;b&gt;", page)
        self.assertIn("Headquarters", page)
        self.assertNotIn(self.desk.name, page)

    def test_own_finance_finds_what_waits_for_it(self):
        self._create_chain({'kind': 'member', 'role': 'finance'})
        order = self._held(member='S1')
        self._login(self.store_finance)
        self.assertIn(order.name, self._page('approvals'))
        self._login(self.store_user)
        self.assertNotIn(f'/orders/{order.id}/decide', self._page('approvals'))
        self._post(f'orders/{order.id}/decide', decision='approve')
        self.assertEqual(order.channel_state, 'upstream')
        self._login(self.store_finance)
        self._post(f'orders/{order.id}/decide', decision='approve')
        self.assertEqual(order.channel_state, 'confirmed')

    def test_away_and_back(self):
        today = fields.Date.today()
        self._login(self.dealer_user)
        days = {'date_from': today.isoformat(), 'date_to': (today + timedelta(days=7)).isoformat()}
        self._post('away', delegate_id=self.dealer_buyer.id, note="Holiday", **days)
        delegation = self.env['channel.approval.delegation'].search([('user_id', '=', self.dealer_user.id)])
        self.assertEqual((delegation.delegate_id, delegation.note), (self.dealer_buyer, "Holiday"))
        self.assertIn("decides for you", self._page('away'))
        self._login(self.rival_user)
        self._post(f'away/{delegation.id}/end')
        self.assertTrue(delegation.active)
        self._login(self.dealer_user)
        self._post(f'away/{delegation.id}/end')
        self.assertFalse(delegation.active)

    def test_away_takes_no_rubbish(self):
        today = fields.Date.today()
        good = {'delegate_id': self.dealer_buyer.id, 'date_from': today.isoformat(), 'date_to': today.isoformat()}
        self._login(self.dealer_user)
        for bad in (
                {'delegate_id': self.dealer_warehouse.id}, {'delegate_id': self.rival_user.id}, {'delegate_id': 'x'},
                {'delegate_id': self.desk.id}, {'date_from': 'x'}, {'date_to': '0001-01-01'}, {'date_to': '9999-12-31'},
                {'date_to': (today - timedelta(days=3)).isoformat()}):
            with self.subTest(bad=bad):
                self.assertTrue(self._post('away', **{**good, **bad}).headers['Location'].endswith('error=1'))
                self.assertIn('role="alert"', self._page('away?error=1'))
        self.assertFalse(self.env['channel.approval.delegation'].search([]))
        self._login(self.dealer_warehouse)
        self.assertEqual(self.url_open('/my/channel/away', allow_redirects=False).status_code, 303)
        self._post('away', **good)
        self.assertFalse(self.env['channel.approval.delegation'].search([]))

    def test_post_without_a_token_is_refused(self):
        self._login(self.dealer_user)
        for path in ('approvals/decide', 'away', 'away/1/end'):
            with mute_logger('odoo.http'):
                self.assertEqual(self.url_open(f'/my/channel/{path}', data={'order': '1'}).status_code, 400, path)

    # --- the pad

    def _submit_pad(self, token='token-0001', **values):
        return self.make_jsonrpc_request('/my/channel/pad/submit', {
            'lines': [{'product_id': self.yoghurt.id, 'qty': 12}], 'token': token, **values})

    def test_pad_offers_the_form_and_sends_it(self):
        self._login(self.store_user)
        page = self._page('pad')
        self.assertIn("Project Number", page)
        self.assertNotIn("Margin", page)
        self.assertNotIn("Acceptance", page)
        answer = self._submit_pad(type='engineering', form={'project': "P-7", 'floors': 2})
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual((answer['status'], order.channel_form['project']), ('held', "P-7"))
        page = self._page(f'orders/{order.id}')
        for words in ("P-7", "Acceptance", "Engineering"):
            self.assertIn(words, page)
        self.assertNotIn("Margin", page)

    def test_pad_without_what_is_required_is_sent_back(self):
        self._login(self.store_user)
        answer = self._submit_pad(type='engineering', form={})
        self.assertEqual((answer['status'], answer['verdicts'][0]['line']), ('rejected', False))
        self.assertIn("Project Number", answer['verdicts'][0]['message'])

    def test_pad_takes_no_rubbish_form(self):
        self._login(self.store_user)
        for i, values in enumerate((
                {'type': 7}, {'type': 'x' * 65}, {'type': 'engineering', 'form': ['x']},
                {'type': 'engineering', 'form': {str(n): n for n in range(101)}}, {'type': 'nowhere'},
                {'type': 'engineering', 'form': {'project': {'a': 1}}},
                {'type': 'engineering', 'form': {'project': "P", 'note': "x", 'amount_total': 1}},
                {'type': 'engineering', 'form': {'project': "P", 'secret': 5}})):
            with self.subTest(values=values):
                self.assertEqual(self._submit_pad(f'rubbish-{i}', **values)['status'], 'rejected')
