import json
import secrets
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ChannelCommon


class JourneyCommon(ChannelCommon, HttpCase):
    """A store and its dealer in the dealer centre, a carrier whose parcels can be followed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.keeper_user = cls._create_portal_user(cls.store, 'keeper_user', role='warehouse')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.rival_user = cls._create_portal_user(cls.rival_store, 'rival_user')
        cls.carrier = cls.env['channel.carrier'].create({
            'name': "Line Haul", 'company_id': cls.company.id, 'tracking_url': 'https://track.example.com/{ref}',
            'rate_ids': [Command.create({'parcel_price': 5, 'lead_days': 2})]})

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _post(self, path, **data):
        return self.url_open(f'/my/channel/{path}', allow_redirects=False, data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data})

    def _page(self, path):
        response = self.url_open(f'/my/channel/{path}', allow_redirects=False)
        return response.text if response.status_code == 200 else None

    def _page_of(self, order):
        return self._page(f'orders/{order.id}')

    def _confirmed(self, number='D-1', **values):
        order = self._submit_one(number, **values)[1]
        self.assertEqual(order.channel_state, 'confirmed')
        return order


@tagged('-at_install', 'post_install')
class TestFollowing(JourneyCommon):
    """The page of an order: what comes when, what does not, what happened."""

    def test_progress_and_promise(self):
        order = self._submit_one('S-1', member='S1')[1]
        self._login(self.store_user)
        page = self._page_of(order)
        for words in ("Approved", "comes next", "Promised for, once it is approved", "Person store_user"):
            self.assertIn(words, page.replace("Submitted", "Person store_user"))
        self.assertIn('order_live_progress', page)
        self.assertEqual(
            [step.state for _label, step in order._portal_get_progress()],
            ['done', 'now', 'next', 'next', 'next', 'next', 'next'])

    def test_a_promise_that_moves_is_told_with_the_first_one(self):
        order = self._confirmed()
        first = max(order.channel_parcel_ids.mapped('arrival_date'))
        day = first + timedelta(days=3)
        desk = new_test_user(
            self.env, 'desk_user',
            groups='distributor_portal.group_channel_user,sales_team.group_sale_salesman_all_leads')
        wizard = self.env['channel.parcel.delay'].with_user(desk).create(
            {'parcel_ids': order.channel_parcel_ids.ids, 'date': day, 'reason': "The road <is> closed"})
        wizard.action_delay()
        promise = order._portal_get_promise()
        self.assertEqual((promise['first'], promise['now'], promise['is_late']), (first, day, False))
        self._login(self.dealer_user)
        page = self._page_of(order)
        self.assertIn("First promised for", page)
        self.assertIn("The road &lt;is&gt; closed", page)
        self.assertNotIn(desk.name, page, "staff has no names on members' pages")
        wizard.date = fields.Date.today() - timedelta(days=1)
        with self.assertRaises(UserError):
            wizard.action_delay()
        wizard.write({'date': day, 'reason': "  "})
        with self.assertRaises(UserError):
            wizard.action_delay()

    def test_members_promise_nothing(self):
        order = self._confirmed()
        with self.assertRaises(AccessError):
            self.env['channel.parcel.delay'].with_user(self.dealer_user).create(
                {'parcel_ids': order.channel_parcel_ids.ids, 'date': '2030-01-01', 'reason': "x"})
        with self.assertRaises(AccessError):
            order.channel_parcel_ids.with_user(self.dealer_user).action_delay()

    def test_an_order_planned_anew_notes_what_moved(self):
        order = self._submit_one('S-1', member='S1')[1]
        parcel = order.channel_parcel_ids
        parcel.sudo().arrival_date = was = parcel.arrival_date - timedelta(days=5)
        order.sudo()._channel_process()
        change = self.env['channel.promise.change'].search([('order_id', '=', order.id)])
        self.assertEqual((change.date_before, change.reason), (was, 'planned'))
        self.assertIn('promise_changed', order.channel_event_ids.mapped('kind'))
        order.sudo()._channel_process()
        self.assertEqual(self.env['channel.promise.change'].search_count([('order_id', '=', order.id)]), 1)

    def test_a_day_that_is_over_is_late(self):
        order = self._confirmed()
        order.channel_parcel_ids.sudo().arrival_date = fields.Date.today() - timedelta(days=1)
        self.assertTrue(order._portal_get_promise()['is_late'])
        self._login(self.dealer_user)
        self.assertIn(">Late<", self._page_of(order))
        picking = self._ship(order)
        picking._channel_receive({move.product_id.id: move.quantity for move in picking.move_ids})
        self.assertFalse(order._portal_get_promise()['is_late'])

    def test_parcels_can_be_followed_by_https_alone(self):
        order = self._confirmed()
        picking = self._ship(order)
        picking.channel_tracking_ref = 'A/1 b'
        self._login(self.dealer_user)
        page = self._page_of(order)
        self.assertIn('href="https://track.example.com/A%2F1%20b"', page)
        self.assertIn('rel="noopener noreferrer"', page)
        self.assertIn(f'/my/channel/receive/{picking.id}', page)
        with self.assertRaises(ValidationError):
            self.carrier.tracking_url = 'http://track.example.com/{ref}'
        self.env.cr.execute("UPDATE channel_carrier SET tracking_url = 'javascript:alert({ref})'")
        self.env.invalidate_all()
        self.assertNotIn('javascript:', self._page_of(order))

    def test_short_delivery_says_what_comes_later_and_what_never(self):
        order = self._confirmed(lines=[('YOG-1', 48), ('MLK-1', 20)])
        self.assertFalse(order._portal_get_shortages()['rows'], "what is on its way is no shortage")
        picking = order.picking_ids
        for move in picking.move_ids:
            move.quantity, move.picked = (24 if move.product_id == self.yoghurt else 12), True
        picking.with_context(skip_backorder=True).button_validate()
        later = picking.backorder_ids.move_ids
        later.filtered(lambda move: move.product_id == self.milk)._action_cancel()
        found = order._portal_get_shortages()
        self.assertEqual(
            [(line.product_id, later, never) for line, later, never in found['rows']],
            [(self.yoghurt, 24, 0), (self.milk, 0, 8)])
        self.assertEqual(found['amount'], 40)
        self._login(self.dealer_user)
        page = self._page_of(order)
        self.assertIn("Not all of it comes as ordered", page)
        self.assertIn("go back to your credit", page)
        later.filtered(lambda move: move.product_id == self.yoghurt)._action_cancel()
        self.assertEqual([(later, never) for _line, later, never in order._portal_get_shortages()['rows']],
                         [(0, 24), (0, 8)])

    def test_long_orders_come_in_pages_and_are_searched(self):
        for i in range(70):
            self._create_goods(f'LONG-{i:03}', 3)
        order = self._confirmed(lines=[(f'LONG-{i:03}', 1) for i in range(70)])
        self._login(self.dealer_user)
        page = self._page_of(order)
        self.assertIn('LONG-000', page.partition('order_live_parcels')[0])
        self.assertNotIn('LONG-069', page.partition('order_live_parcels')[0])
        self.assertIn('LONG-069', self._page(f'orders/{order.id}?lines=2').partition('order_live_parcels')[0])
        found = self._page(f'orders/{order.id}?find=long-042').partition('order_live_parcels')[0]
        self.assertIn('LONG-042', found)
        self.assertNotIn('LONG-041', found)
        for odd in ('lines=99999999999999', 'lines=x', 'lines=0', 'lines=²', 'find=%25%5F%00', 'find[]=1'):
            self.assertEqual(self.url_open(f'/my/channel/orders/{order.id}?{odd}').status_code, 200, odd)

    # --- news

    def test_version_changes_with_what_happens_and_costs_little(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        path = f'/my/channel/orders/{order.id}/version'
        before = self.url_open(path).json()
        self.env.invalidate_all()
        count = self.cr.sql_log_count
        self.url_open(path)
        self.assertLessEqual(self.cr.sql_log_count - count, 9, "with session and user, which cost 4")
        self.assertEqual(self.url_open(path).json(), before)
        self._ship(order)
        after = self.url_open(path).json()
        self.assertNotEqual(after['version'], before['version'])
        self.assertEqual(after['state'], "Shipped")
        self._login(self.rival_user)
        foreign, missing = self.url_open(path), self.url_open('/my/channel/orders/2147483647/version')
        self.assertEqual((foreign.status_code, foreign.text), (missing.status_code, missing.text))
        self.assertEqual(json.loads(foreign.text), {'version': None, 'state': None})


@tagged('-at_install', 'post_install')
class TestActing(JourneyCommon):
    """Taking back, asking to cancel, writing: who may, what it does, once."""

    def test_take_back_and_edit_keeps_the_lines(self):
        order = self._submit_one('S-1', member='S1', lines=[('YOG-1', 24), ('MLK-1', 7)])[1]
        for user in (self.dealer_user, self.keeper_user, self.rival_user):
            self._login(user)
            self._post(f'orders/{order.id}/edit')
            self.assertEqual(order.channel_state, 'upstream')
        self._login(self.store_user)
        self.assertIn("Take it back and change it", self._page_of(order))
        response = self._post(f'orders/{order.id}/edit', form_token='tapped-twice-0001')
        self.assertTrue(response.headers['Location'].endswith(f'/pad?again={order.id}'))
        self.assertEqual(order.channel_state, 'cancelled')
        again = self._post(f'orders/{order.id}/edit', form_token='tapped-twice-0001')
        self.assertEqual(again.headers['Location'], response.headers['Location'])
        page = self._page(f'pad?again={order.id}')
        for product, qty in ((self.yoghurt, 24), (self.milk, 7)):
            self.assertRegex(page, rf'product_id&#34;: {product.id}, &#34;qty&#34;: {qty}\b')

    def test_an_accepted_order_is_not_taken_back_nor_edited(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        for what in ('cancel', 'edit'):
            response = self._post(f'orders/{order.id}/{what}')
            self.assertTrue(response.headers['Location'].endswith(f'/orders/{order.id}'))
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertIn("Ask to cancel", self._page_of(order))

    def test_headquarters_cancels_what_was_asked_for(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        self._post(f'orders/{order.id}/ask_cancel', reason="  ")
        self.assertFalse(order.channel_cancel_request_ids)
        for _tap in range(2):
            self._post(f'orders/{order.id}/ask_cancel', reason="Ordered <twice>")
        request = order.channel_cancel_request_ids
        self.assertEqual((len(request), request.user_id, request.state), (1, self.dealer_user, 'open'))
        self.assertEqual(len(order.activity_ids), 1)
        self.assertEqual(order.channel_cancel_reason, "Ordered <twice>")
        self.assertIn("Ordered &lt;twice&gt;", self._page_of(order))
        self.assertEqual(order.channel_state, 'confirmed')
        order.action_channel_grant_cancel()
        self.assertEqual((order.channel_state, request.state), ('cancelled', 'granted'))

    def test_headquarters_says_why_not(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        self._post(f'orders/{order.id}/ask_cancel', reason="Too much")
        request = order.channel_cancel_request_ids
        with self.assertRaises(UserError):
            self.env['channel.cancel.answer'].create({'request_ids': request.ids, 'answer': " "}).action_decline()
        self.env['channel.cancel.answer'].create(
            {'request_ids': request.ids, 'answer': "It is packed"}).action_decline()
        self.assertEqual((request.state, order.channel_state), ('declined', 'confirmed'))
        self.assertIn("It is packed", self._page_of(order))

    def test_too_late_to_cancel_once_it_has_left(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        self._post(f'orders/{order.id}/ask_cancel', reason="Too much")
        self._ship(order)
        with self.assertRaises(UserError):
            order.action_channel_grant_cancel()
        self._post(f'orders/{order.id}/ask_cancel', reason="Again")
        self.assertEqual(len(order.channel_cancel_request_ids), 1)

    def test_only_the_desk_decides_on_requests(self):
        order = self._confirmed()
        request = self.env['channel.cancel.request'].with_user(self.dealer_user)._ask(order, "x")
        for model in ('channel.cancel.request', 'channel.promise.change'):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.dealer_user).search([])
        for action in ('action_grant', 'action_decline'):
            with self.assertRaises(AccessError):
                getattr(request.with_user(self.dealer_user), action)()
        seller = new_test_user(self.env, 'seller_user', groups='sales_team.group_sale_salesman_all_leads')
        for action in ('action_channel_grant_cancel', 'action_channel_decline_cancel'):
            with self.assertRaises(AccessError):
                getattr(order.with_user(seller), action)()

    # --- messages

    def test_messages_reach_headquarters_and_notes_stay_there(self):
        order = self._confirmed()
        order.message_post(body="An internal note", message_type='comment', subtype_xmlid='mail.mt_note')
        order.message_post(body="We look into it", message_type='comment', subtype_xmlid='mail.mt_comment')
        self._login(self.dealer_user)
        self._post(
            f'orders/{order.id}/message', text="When? <img src=x onerror=alert(1)>", form_token='message-token-01')
        self._post(f'orders/{order.id}/message', text="When? again", form_token='message-token-01')
        told = order.message_ids.filtered(lambda one: one.author_id == self.dealer_user.partner_id)
        self.assertEqual(len(told), 1, "a second tap says nothing")
        self.assertIn("&lt;img", told.body)
        page = self._page_of(order)
        self.assertIn("We look into it", page)
        self.assertNotIn("An internal note", page)
        self.assertNotIn("<img src=x", page)
        self.assertNotIn(self.env.user.name, page)
        self.assertTrue(order.activity_ids)

    def test_messages_are_between_the_member_and_headquarters(self):
        order = self._submit_one('S-1', member='S1')[1]
        self._login(self.keeper_user)
        self._post(f'orders/{order.id}/message', text="For headquarters only")
        self.assertIn("For headquarters only", self._page_of(order))
        self._login(self.dealer_user)
        self.assertNotIn("For headquarters only", self._page_of(order))
        for user in (self.dealer_user, self.rival_user):
            self._login(user)
            self._post(f'orders/{order.id}/message', text="Not mine")
        self.assertNotIn("Not mine", " ".join(order.message_ids.mapped('body')))

    def test_nobody_floods_headquarters(self):
        order = self._confirmed()
        self._login(self.dealer_user)
        for i in range(12):
            response = self._post(f'orders/{order.id}/message', text=f"Message {i}")
        self.assertEqual(response.status_code, 200)
        self.assertIn('role="alert"', response.text)
        self.assertIn("Message 11</textarea>", response.text, "what was typed is not lost")
        self.assertEqual(len(order._portal_get_messages()), 10)

    def test_twins(self):
        """A foreign order and none at all are answered alike, whatever is tried on them."""
        order = self._confirmed()
        self._login(self.rival_user)
        for what in ('cancel', 'edit', 'ask_cancel', 'message'):
            foreign = self._post(f'orders/{order.id}/{what}', reason="x", text="x")
            missing = self._post(f'orders/2147483647/{what}', reason="x", text="x")
            self.assertEqual(foreign.status_code, missing.status_code)
            self.assertEqual(
                foreign.headers['Location'].replace(str(order.id), ''),
                missing.headers['Location'].replace('2147483647', ''))
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertFalse(order.channel_cancel_request_ids)


@tagged('-at_install', 'post_install')
class TestApprovalQueue(JourneyCommon):
    """What an approver sees first, and knows of who orders."""

    def test_the_next_deadline_comes_first_then_the_greatest(self):
        orders = [self._submit_one(f'S-{i}', member='S1', lines=[('YOG-1', qty)])[1]
                  for i, qty in enumerate((12, 48, 24))]
        orders[0].channel_approval_ids.sudo().deadline = fields.Datetime.now() + timedelta(hours=1)
        self._login(self.dealer_user)
        page = self._page('approvals')
        places = [page.index(f'/my/channel/orders/{order.id}"') for order in (orders[0], orders[1], orders[2])]
        self.assertEqual(places, sorted(places))

    def test_the_queue_comes_in_pages(self):
        self._submit(*(self._prepare_order(f'S-{i:02}', 'S1') for i in range(17)))
        self._login(self.dealer_user)
        first, second = self._page('approvals'), self._page('approvals?page=2')
        self.assertEqual((first.count('name="order"'), second.count('name="order"')), (15, 2))
        for odd in ('page=0', 'page=-1', 'page=99999', 'page=²', 'page=x'):
            self.assertEqual(self.url_open(f'/my/channel/approvals?{odd}').status_code, 200, odd)

    def test_background_of_who_orders(self):
        self.tiers['store'].needs_hq_approval = False
        self._create_credit(self.store, 1000)
        for i in range(3):
            before = self._submit_one(f'S-{i}', member='S1')[1]
            before.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
            self.assertEqual(before.state, 'sale')
        order = self._submit_one('S-9', member='S1', lines=[('YOG-1', 36)])[1]
        about = order._portal_get_background()[order]
        self.assertEqual((about['times_usual'], len(about['last'])), (3, 3))
        self.assertEqual(about['credit'].member_id, self.store)
        self._login(self.dealer_user)
        page = self._page('approvals')
        self.assertIn("times its usual order", page)
        self.assertIn("Credit left", page)

    def test_a_second_tap_decides_nothing(self):
        order, other = [self._submit_one(f'S-{i}', member='S1')[1] for i in range(2)]
        self._login(self.dealer_user)
        self._post(f'orders/{order.id}/decide', decision='approve', form_token='decide-token-0001')
        self._post(f'orders/{other.id}/decide', decision='approve', form_token='decide-token-0001')
        self._post('approvals/decide', order=[other.id], form_token='decide-token-0001')
        self.assertEqual((order.channel_state, other.channel_state), ('hq', 'upstream'))
