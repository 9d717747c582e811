import json
import secrets

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon

PDF = b'%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF'


class CompanyCommon(ChannelCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.store, 'co.owner@example.com')
        cls.buyer = cls._create_portal_user(cls.store, 'co.buyer@example.com', role='buyer')
        cls.finance = cls._create_portal_user(cls.store, 'co.finance@example.com', role='finance')
        cls.rival = cls._create_portal_user(cls.rival_store, 'co.rival@example.com')
        cls.dealer_owner = cls._create_portal_user(cls.dealer, 'co.dealer@example.com')
        for user in (cls.owner, cls.buyer, cls.finance, cls.rival, cls.dealer_owner):
            cls.env['res.users.log'].with_user(user).sudo().create({})  # has logged in before
        cls.manager = new_test_user(
            cls.env, 'co.manager', groups='distributor_portal.group_channel_manager', company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)])

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, path, files=None, **data):
        return self.url_open(f'/my/channel/{path}', files=files, allow_redirects=False, data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data})

    def _get(self, path):
        return self.url_open(f'/my/channel/{path}')

    def _link(self, user):
        return self.env['channel.member.user'].search([('user_id', '=', user.id)])

    def _invite(self, email='new@example.com', name="New Person", role='buyer', **more):
        response = self._post('people/invite', name=name, email=email, role=role, **more)
        return response, self.env['channel.invitation'].search([('email', '=', email)])


@tagged('-at_install', 'post_install')
class TestPeople(CompanyCommon):
    """An owner manages its own member's people, and nobody else's."""

    # --- inviting

    def test_owner_invites_and_a_mail_waits_in_the_queue(self):
        self._login(self.owner)
        response, invitation = self._invite(role='warehouse')
        self.assertEqual(response.status_code, 303)
        user = invitation.user_id
        self.assertEqual((user.login, user.share, user.active), ('new@example.com', True, True))
        self.assertEqual(user.partner_id.parent_id, self.store.partner_id)
        self.assertEqual((user.channel_link_ids.member_id, user.channel_link_ids.role), (self.store, 'warehouse'))
        mail = self.env['mail.mail'].search([('email_to', 'ilike', 'new@example.com')]) or self.env[
            'mail.mail'].search([('recipient_ids', 'in', user.partner_id.ids)])
        self.assertEqual(mail.state, 'outgoing', "sent by the queue, after the transaction")
        self.assertIn('/web/signup?', mail.body_html)
        page = self._get('people').text
        self.assertIn("New Person", page)
        self.assertIn(f'invitations/{invitation.id}/resend', page)

    def test_only_owners_see_and_do_it(self):
        for user in (self.buyer, self.finance):
            self._login(user)
            self.assertTrue(self._get('people').url.endswith('/my/channel'))
            _response, invitation = self._invite()
            self.assertFalse(invitation)

    def test_address_with_a_login_elsewhere_looks_alike_and_waits_for_headquarters(self):
        self._login(self.owner)
        for email in ('co.rival@example.com', 'CO.MANAGER@example.com', self.dealer_owner.login):
            self.manager.email = 'co.manager@example.com'
            response, invitation = self._invite(email=email.lower())
            self.assertEqual((response.status_code, response.headers['Location'].rpartition('/')[2]), (303, 'people'))
            self.assertEqual((invitation.state, invitation.user_id), ('hq', self.env['res.users']), email)
            self.assertTrue(invitation.activity_ids.user_id.has_group('distributor_portal.group_channel_user'))
        self.assertEqual(self._link(self.rival).member_id, self.rival_store)
        new = self._invite()[1]
        known = self.store.invitation_ids.filtered(lambda one: one.email == 'co.rival@example.com')
        for email in ('co.rival@example.com', 'new@example.com', self.buyer.login):
            self.assertIn("on your list already", self._invite(email=email)[0].text)
        page = self._get('people').text

        def card(invitation):
            text = page.split(f'invitations/{invitation.id}/resend')[0].rpartition('<article')[2]
            return text.replace(invitation.email, '')
        self.assertEqual(card(new), card(known))
        response = self._post(f'people/invitations/{known.id}/resend')
        self.assertEqual(response.status_code, 303)
        known.with_user(self.manager).action_refuse()
        self.assertNotIn(f'invitations/{known.id}/', self._get('people').text)

    def test_who_left_comes_back_with_the_same_login(self):
        self.store._portal_remove_person(self._link(self.buyer))
        self.assertFalse(self.buyer.active)
        self._login(self.owner)
        _response, invitation = self._invite(email=self.buyer.login, role='finance')
        self.assertEqual((invitation.state, invitation.user_id), ('sent', self.buyer))
        self.assertTrue(self.buyer.active)
        self.assertEqual(self._link(self.buyer).role, 'finance')
        self.assertIn(f'invitations/{invitation.id}/', self._get('people').text)
        self.buyer._update_last_login()
        self.assertEqual(invitation.state, 'accepted')

    def test_rubbish_is_refused_with_a_reason(self):
        self._login(self.owner)
        for values in ({'email': 'x'}, {'email': ''}, {'name': " "}, {'role': 'admin'}, {'role': ''},
                       {'email': f"{'x' * 300}@example.com"}, {'email': 'a@example.com, b@example.com'}):
            response = self._post('people/invite', **{'name': "N", 'email': 'n@example.com', 'role': 'buyer', **values})
            self.assertIn('role="alert"', response.text, values)
        self.assertFalse(self.store.invitation_ids)

    def test_same_form_twice_is_one_invitation(self):
        self._login(self.owner)
        for _tap in range(2):
            self._invite(form_token='the-same-token-1234')
        self.assertEqual(len(self.store.invitation_ids), 1)

    def test_so_many_and_no_more(self):
        self.env['ir.config_parameter'].set_param('channel.rate.invite', '2/900')
        self._login(self.owner)
        with mute_logger('odoo.http'):
            codes = [self._invite(email=f'n{number}@example.com')[0].status_code for number in range(4)]
        self.assertEqual(codes, [303, 303, 429, 429])

    def test_withdrawn_invitation_is_good_no_more(self):
        self._login(self.owner)
        _response, invitation = self._invite()
        user = invitation.user_id
        token = user.partner_id._generate_signup_token()
        self._post(f'people/invitations/{invitation.id}/withdraw')
        self.assertEqual((invitation.state, user.active), ('withdrawn', False))
        self.assertFalse(self.env['res.partner']._get_partner_from_token(token))

    def test_foreign_invitation_and_person_look_like_none(self):
        self._login(self.rival)
        _response, invitation = self._invite()
        link = self._link(self.rival)
        self._login(self.owner)
        for id_ in (invitation.id, 2**31 - 1):
            for what in ('resend', 'withdraw'):
                response = self._post(f'people/invitations/{id_}/{what}')
                self.assertTrue(response.headers['Location'].endswith('/people'))
        for id_ in (link.id, 2**31 - 1, self._link(self.dealer_owner).id):
            self._post(f'people/{id_}', role='buyer')
            self._post(f'people/{id_}/remove')
        self.assertEqual((invitation.state, link.exists().role, self.rival.active), ('sent', 'owner', True))

    # --- roles

    def test_owner_changes_role_and_limit_and_it_is_on_record(self):
        self._login(self.owner)
        link = self._link(self.buyer)
        self._post(f'people/{link.id}', role='buyer', order_limit='500', member_id=str(self.rival_store.id))
        self.assertEqual((link.order_limit, link.member_id), (500, self.store))
        self._post(f'people/{link.id}', role='warehouse', order_limit='500')
        self.assertEqual((link.role, link.order_limit), ('warehouse', 0), "a limit is for who orders")
        events = self.env['channel.member.event'].search([('person_id', '=', self.buyer.id)])
        self.assertEqual(events.mapped('kind')[-1], 'added')
        self.assertLessEqual({'role', 'limit'}, set(events.mapped('kind')))
        self.assertEqual(events[0].user_id, self.owner)
        self.assertIn("Buyer", self._get('people').text)
        with self.assertRaises(UserError):
            events[0].kind = 'left'

    def test_odd_limits_change_nothing(self):
        self._login(self.owner)
        link = self._link(self.buyer)
        for text in ('x', '-1', 'nan', 'inf', '1e99'):
            self.assertIn('role="alert"', self._post(f'people/{link.id}', role='buyer', order_limit=text).text)
        self._post(f'people/{link.id}', role='admin', order_limit='5')
        self.assertEqual((link.role, link.order_limit), ('buyer', 0))

    def test_last_owner_stays(self):
        self._login(self.owner)
        link = self._link(self.owner)
        for path, values in ((f'people/{link.id}', {'role': 'buyer'}), (f'people/{link.id}/remove', {})):
            self.assertIn("Somebody has to be the owner", self._post(path, **values).text)
        self.assertEqual(link.role, 'owner')
        self._invite(email='second@example.com', role='owner')
        self.assertIn("Somebody has to be", self._post(f'people/{link.id}/remove').text, "who was only invited is none")
        self._link(self.finance).role = 'owner'
        response = self._post(f'people/{link.id}/remove')
        self.assertEqual(response.status_code, 303)
        self.assertFalse(link.exists())
        left = self.env['channel.member.event'].search([('person_id', '=', self.owner.id)], limit=1)
        self.assertEqual(left.kind, 'left')

    def test_who_is_removed_is_out_at_once_and_its_orders_stay(self):
        self._login(self.buyer)
        order = self.env['sale.order'].browse(self.make_jsonrpc_request('/my/channel/pad/submit', {
            'lines': [{'product_id': self.yoghurt.id, 'qty': 12}], 'token': 'token-0001'})['order_id'])
        self.assertEqual(self._get('orders').status_code, 200)
        self.store.with_user(self.owner).sudo()._portal_remove_person(self._link(self.buyer).sudo())
        response = self.url_open('/my/channel/orders', allow_redirects=False)
        self.assertIn('/web/login', response.headers['Location'])
        self.assertEqual((order.create_uid, order.channel_member_id), (self.buyer, self.store))
        self.assertFalse(self.buyer.active)

    def test_person_of_two_members_keeps_the_other(self):
        second = self._create_member('S3', 'store', self.dealer, territories='4403')
        self.buyer.partner_id.parent_id = second.partner_id
        self.env['channel.member.user'].create({'member_id': second.id, 'user_id': self.buyer.id})
        self.store._portal_remove_person(self._link(self.buyer).filtered(lambda link: link.member_id == self.store))
        self.assertTrue(self.buyer.active)
        self.assertEqual(self._link(self.buyer).member_id, second)

    # --- upstream and headquarters

    def test_upstream_invites_the_first_owner_where_its_tier_may(self):
        empty = self._create_member('S9', 'store', self.dealer, territories='4403')
        self._login(self.dealer_owner)
        self.assertNotIn("Bring a company", self._get('people').text)
        self._invite(email='first@example.com', member_id=str(empty.id))
        self.assertFalse(empty.invitation_ids)
        self.tiers['dealer'].invites_below = True
        self.assertIn("Bring a company", self._get('people').text)
        for foreign in (self.store, self.rival_store, self.agent):
            self._invite(email='first@example.com', member_id=str(foreign.id))
            self.assertFalse(foreign.invitation_ids)
        _response, invitation = self._invite(email='first@example.com', role='buyer', member_id=str(empty.id))
        self.assertEqual((invitation.member_id, invitation.role), (empty, 'owner'))
        _response, again = self._invite(email='other@example.com', member_id=str(empty.id))
        self.assertFalse(again, "one owner; it invites the others")

    def test_headquarters_does_the_same_on_the_member(self):
        action = self.store.with_user(self.manager).action_invite()
        invitation = self.env['channel.invitation'].with_user(self.manager).with_context(**action['context']).create(
            {'name': "By HQ", 'email': 'byhq@example.com'})
        self.assertEqual((invitation.role, invitation.state), ('buyer', 'sent'))
        invitation.action_resend()
        invitation.action_withdraw()
        kinds = self.store.people_event_ids.filtered(lambda event: event.user_id == self.manager).mapped('kind')
        self.assertEqual(set(kinds), {'invited', 'invited_again', 'withdrawn', 'removed'})
        with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
            self.env['channel.invitation'].with_user(self.owner).search([])

    # --- limit

    def _order_as_buyer(self, qty):
        self._login(self.buyer)
        answer = self.make_jsonrpc_request('/my/channel/pad/submit', {
            'lines': [{'product_id': self.yoghurt.id, 'qty': qty}], 'token': secrets.token_urlsafe(12)})
        return self.env['sale.order'].browse(answer['order_id'])

    def test_order_over_the_limit_waits_for_the_owner_first(self):
        self._link(self.buyer).order_limit = 200
        self.assertNotIn('member', self._order_as_buyer(12).channel_approval_ids.mapped('step'))
        order = self._order_as_buyer(36)
        waiting = order.channel_approval_ids.filtered('is_open')
        self.assertEqual((waiting.step, waiting.member_id, waiting.role), ('member', self.store, 'owner'))
        self.assertIn("may order up to", waiting.why)
        self._post(f'orders/{order.id}/decide', decision='approve')
        self.assertEqual(waiting.state, 'pending', "not by itself")
        self._login(self.owner)
        self.assertIn(order.name, self._get('approvals').text)
        self._post(f'orders/{order.id}/decide', decision='approve')
        self.assertEqual((waiting.state, waiting.user_id), ('approved', self.owner))
        self.assertEqual(order.channel_approval_ids.filtered('is_open').step, 'upstream', "then its usual way")

    def test_owner_orders_without_limit_and_others_are_not_asked(self):
        self._link(self.buyer).order_limit = 200
        self._login(self.owner)
        answer = self.make_jsonrpc_request('/my/channel/pad/submit', {
            'lines': [{'product_id': self.yoghurt.id, 'qty': 60}], 'token': 'token-0002'})
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertNotIn('member', order.channel_approval_ids.mapped('step'))


@tagged('-at_install', 'post_install')
class TestProfile(CompanyCommon):
    """What a member looks after itself, and what headquarters has to say yes to."""

    def _ask(self, **values):
        company = self.store.partner_id
        return self._post('profile/changes', **{
            'name': company.name, 'vat': company.vat or '', **{
                name: company[name] or '' for name in ('street', 'street2', 'city', 'zip', 'phone')}, **values})

    def test_nothing_changes_before_headquarters_says_yes(self):
        self._login(self.owner)
        self._ask(name="New Name Ltd", street="Other Road 5", acc_number='622200001')
        requests = self.store.change_request_ids
        self.assertEqual(set(requests.mapped('topic')), {'name', 'address', 'bank'})
        self.assertEqual(self.store.partner_id.name, "Company S1")
        self.assertTrue(requests.activity_ids)
        requests.with_user(self.manager).action_approve()
        company = self.store.partner_id
        self.assertEqual((company.name, company.street, company.bank_ids.acc_number),
                         ("New Name Ltd", "Other Road 5", '622200001'))
        self.assertEqual(set(requests.mapped('state')), {'approved'})
        self.assertFalse(requests.activity_ids)
        self.assertIn("Approved", self._get('profile').text)

    def test_refusal_says_why_and_the_member_reads_it(self):
        self._login(self.owner)
        self._ask(vat='91440300')
        change = self.store.change_request_ids.with_user(self.manager)
        with self.assertRaises(UserError):
            change.action_refuse()
        change.note = "Send the certificate"
        change.action_refuse()
        self.assertFalse(self.store.partner_id.vat)
        self.assertIn("Send the certificate", self._get('profile').text)
        with self.assertRaises(UserError):
            change.action_approve()

    def test_what_has_changed_meanwhile_is_not_overwritten(self):
        self._login(self.owner)
        self._ask(name="New Name Ltd")
        self.store.partner_id.name = "Renamed by HQ"
        with self.assertRaises(UserError):
            self.store.change_request_ids.with_user(self.manager).action_approve()
        self.assertEqual(self.store.partner_id.name, "Renamed by HQ")

    def test_asked_again_replaces_and_can_be_withdrawn(self):
        self._login(self.owner)
        self._ask(name="First")
        self._ask(name="Second")
        self.assertEqual(self.store.change_request_ids.mapped('state'), ['waiting', 'withdrawn'])
        self._post(f'profile/changes/{self.store.change_request_ids[0].id}/withdraw')
        self.assertEqual(set(self.store.change_request_ids.mapped('state')), {'withdrawn'})

    def test_only_managers_decide_only_owners_ask(self):
        for user in (self.buyer, self.finance, self.rival):
            self._login(user)
            self._ask(name="Mine")
            self.assertFalse(self.store.change_request_ids)
        self._login(self.owner)
        self._ask(name="Ours")
        desk = new_test_user(self.env, 'co.desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
            self.store.change_request_ids.with_user(desk).action_approve()

    def test_only_what_is_asked_for_is_written(self):
        self._login(self.owner)
        self._ask(name="New", credit_limit='1', user_id='2', state='approved', values='{"name": "x"}', active='0')
        change = self.store.change_request_ids
        self.assertEqual((change.values, change.state), ({'name': "New"}, 'waiting'))

    def test_bank_is_for_owners_and_finance(self):
        self.env['res.partner.bank'].create({'partner_id': self.store.partner_id.id, 'acc_number': '6222ZZ99'})
        for user, sees in ((self.owner, True), (self.finance, True), (self.buyer, False)):
            self._login(user)
            self.assertEqual('6222ZZ99' in self._get('profile').text, sees, user.login)

    # --- addresses

    def _address(self, path='profile/addresses', **values):
        return self._post(path, **{
            'name': "Back door", 'street': "Shennan Road 1", 'division': '440305', **values})

    def test_buyer_keeps_addresses_and_orders_go_to_the_chosen_one(self):
        self._login(self.buyer)
        self._address()
        address = self.store._portal_get_addresses()
        self.assertEqual((address.name, address.channel_division_code, address.parent_id),
                         ("Back door", '440305', self.store.partner_id))
        self.assertTrue(address.city)
        order = self._submit_one('S-1', member='S1')[1]
        self.assertEqual(order.partner_shipping_id, self.store.partner_id, "one more address changes nothing")
        self._post('profile/addresses/default', address_id=str(address.id))
        order = self._submit_one('S-2', member='S1')[1]
        self.assertEqual((order.partner_shipping_id, order.channel_ship_code), (address, '440305'))
        self._address(f'profile/addresses/{address.id}', name="Front door")
        self.assertEqual(address.name, "Front door")
        self._post(f'profile/addresses/{address.id}/remove')
        self.assertFalse(address.active or self.store.delivery_partner_id)

    def test_order_that_names_its_address_goes_there(self):
        self._login(self.buyer)
        self._address()
        self.store.delivery_partner_id = self.store._portal_get_addresses()
        order = self._submit_one('S-3', member='S1', ship_to={
            'name': "Gate 2", 'street': "Road 9", 'street_code': '440304'})[1]
        self.assertEqual((order.partner_shipping_id.name, order.channel_ship_code), ("Gate 2", '440304'))

    def test_bad_addresses_are_refused(self):
        self._login(self.buyer)
        for values in ({'name': ''}, {'street': ' '}, {'division': ''}, {'division': '999999'}, {'division': '44'},
                       {'division': 'x' * 300}, {'division': '４４０３０５'}):
            self.assertIn('role="alert"', self._address(**values).text, values)
        self.assertFalse(self.store._portal_get_addresses())

    def test_foreign_address_is_none(self):
        foreign = self.rival_store._portal_keep_address(self.env['res.partner'], {
            'name': "Theirs", 'street': "x", 'division': '510104'})
        person = self.finance.partner_id
        self._login(self.owner)
        for partner in (foreign, person, self.rival_store.partner_id, self.store.partner_id):
            before = partner.name
            self._address(f'profile/addresses/{partner.id}', name="Mine")
            self._post(f'profile/addresses/{partner.id}/remove')
            self._post('profile/addresses/default', address_id=str(partner.id))
            self.assertEqual((partner.name, partner.active), (before, True))
        self.assertFalse(self.store.delivery_partner_id)

    def test_finance_and_warehouse_keep_no_addresses(self):
        self._login(self.finance)
        self._address()
        self.assertFalse(self.store._portal_get_addresses())

    # --- licences

    def _renew(self, licence, content=PDF, name='licence.pdf', date_to='2099-12-31'):
        return self._post(f'profile/licences/{licence.id}', date_to=date_to, files=[
            ('file', (name, content, 'text/html'))])

    def test_renewed_licence_is_looked_at_then_valid(self):
        licence = self._create_authorization(self.store, date_to=fields.Date.today())
        self._login(self.owner)
        self.assertIn("Ends soon", self._get('profile').text)
        self.assertEqual(self._renew(licence).status_code, 303)
        change = self.store.change_request_ids
        self.assertEqual((change.topic, change.file_type, licence.date_to), (
            'licence', 'application/pdf', fields.Date.today()))
        response = self._get(f'profile/changes/{change.id}/file')
        self.assertEqual(response.content, PDF)
        self.assertEqual((response.headers['X-Content-Type-Options'], response.headers['Content-Security-Policy']),
                         ('nosniff', "sandbox; default-src 'none'"))
        self.assertIn('attachment', response.headers['Content-Disposition'])
        change.with_user(self.manager).action_approve()
        self.assertEqual(str(licence.date_to), '2099-12-31')

    def test_bad_files_days_and_foreign_licences(self):
        licence = self._create_authorization(self.store, date_to=fields.Date.today())
        foreign = self._create_authorization(self.rival_store, date_to=fields.Date.today())
        self._login(self.owner)
        for values in ({'content': b'<html><script>'}, {'content': b''}, {'name': 'x.exe', 'content': b'MZ'},
                       {'date_to': ''}, {'date_to': '2001-01-01'}, {'date_to': '9999-01-01'}, {'date_to': 'x'}):
            self.assertIn('role="alert"', self._renew(licence, **values).text, values)
        self._renew(foreign)
        self.assertFalse(self.env['channel.change.request'].search([]))

    def test_file_is_for_its_owner_and_headquarters_only(self):
        licence = self._create_authorization(self.store, date_to=fields.Date.today())
        self._login(self.owner)
        self._renew(licence)
        change = self.store.change_request_ids
        for user in (self.buyer, self.rival, self.dealer_owner):
            self._login(user)
            self.assertNotIn(PDF, self._get(f'profile/changes/{change.id}/file').content)
            with mute_logger('odoo.http'):
                self.assertEqual(self.url_open(f'/channel/change/{change.id}/file').status_code, 404)
        self.authenticate('co.manager', 'co.manager')
        self.assertEqual(self.url_open(f'/channel/change/{change.id}/file').content, PDF)
        with self.assertRaises(AccessError):
            change.with_user(self.manager).read(['file'])


@tagged('-at_install', 'post_install')
class TestSettings(CompanyCommon):
    """What each person may set, take along and have forgotten."""

    def test_settings_are_kept_and_senders_ask_for_them(self):
        self._login(self.buyer)
        link = self._link(self.buyer)
        self.assertEqual(link._wants('shipped'), link)
        self._post('settings', lang='en_US', tz='Asia/Shanghai', notice_shipped='none', notice_decided='sms',
                   notice_case='telepathy', role='owner', order_limit='9', login='x')
        self.assertEqual((self.buyer.tz, link.notice_shipped, link.notice_case), ('Asia/Shanghai', 'none', 'mail'))
        self.assertEqual((link.role, self.buyer.login), ('buyer', 'co.buyer@example.com'))
        self.assertFalse(link._wants('shipped'))
        self.assertEqual((link._wants('decided', 'sms'), link._wants('decided')), (link, link.browse()))
        self.assertFalse(link._wants('invoice'), "that is for owners and finance")
        everyone = self.store.user_link_ids
        self.assertEqual(everyone.search(everyone._get_wanting_domain('invoice') & fields.Domain(
            'member_id', '=', self.store.id)), everyone._wants('invoice'))

    def test_odd_settings_change_nothing(self):
        self._login(self.buyer)
        before = (self.buyer.lang, self.buyer.tz)
        self._post('settings', lang='xx_XX', tz='Mars/Base', notice_shipped='')
        self.assertEqual((self.buyer.lang, self.buyer.tz), before)

    def test_export_holds_what_names_the_person_and_no_other(self):
        self._submit_one('S-1', member='S1')
        self._login(self.buyer)
        answer = self.make_jsonrpc_request('/my/channel/pad/submit', {
            'lines': [{'product_id': self.yoghurt.id, 'qty': 12}], 'token': 'token-0003'})
        response = self._get('settings/export/json')
        data = json.loads(response.content)
        self.assertIn('attachment', response.headers['Content-Disposition'])
        self.assertEqual(data['person'][0]['login'], self.buyer.login)
        self.assertEqual([row['id'] for row in data['orders']], [answer['order_id']])
        self.assertNotIn('co.owner@example.com', response.text)
        csv = self._get('settings/export/csv').content.decode('utf-8-sig')
        self.assertIn('co.buyer@example.com', csv)

    def test_csv_holds_no_formula(self):
        self.buyer.partner_id.name = '=HYPERLINK("http://x")'
        self.assertNotIn(b',=HYPER', self.buyer._channel_export_csv())

    def test_erased_person_is_named_nowhere(self):
        self.buyer.partner_id.write({'name': "ZQERASEDQZ", 'phone': "+86 140 1111 2222"})
        order = self._submit_one('S-1', member='S1')[1]
        self._login(self.buyer)
        self._post('settings/erase')
        self.assertIn("has your request", self._get('settings').text)
        change = self.env['channel.change.request'].search([('topic', '=', 'erase')])
        self.assertTrue(self.buyer.active)
        change.with_user(self.manager).action_approve()
        self.assertFalse(self.buyer.active or self._link(self.buyer) or self.buyer.partner_id.phone)
        self.assertTrue(order.exists())
        for model in (
                'res.users', 'res.partner', 'channel.invitation', 'channel.change.request', 'channel.member.event'):
            texts = [name for name, field in self.env[model]._fields.items()
                     if field.store and field.type in ('char', 'text') and field.column_type]
            rows = self.env[model].with_context(active_test=False).search_read([], texts)
            self.assertNotIn("ZQERASEDQZ", json.dumps(rows, default=str), model)
            self.assertNotIn("co.buyer@", json.dumps(rows, default=str), model)

    def test_pages_cost_little(self):
        self._login(self.owner)
        for path in ('people', 'profile', 'settings'):
            self._get(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._get(path).status_code, 200)
            self.assertLessEqual(self.cr.sql_log_count - before, 45, path)

    def test_pages_cost_the_same_with_more_on_them(self):
        self._login(self.owner)

        def count(path):
            self._get(path)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get(path)
            return self.cr.sql_log_count - before

        def add(number):
            self._create_portal_user(self.store, f'more{number}@example.com', role='warehouse')
            self.store._portal_invite(f"M{number}", f'm{number}@example.com', 'buyer')
            self._create_authorization(self.store, name=f'L{number}', date_to='2099-01-01')
            self.store._portal_keep_address(self.env['res.partner'], {
                'name': f"A{number}", 'street': "x", 'division': '440305'})
            self.store._portal_ask_for_changes({'name': f"N{number}", 'acc_number': f'99{number}'})
        add(0)
        few = {path: count(path) for path in ('people', 'profile')}
        for number in range(1, 9):
            add(number)
        for path, queries in few.items():
            many = count(path)
            self.assertLessEqual(many, queries + 3, path)
            self.assertLessEqual(many, 45, path)

    def test_warehouse_man_has_settings_but_no_profile(self):
        man = self._create_portal_user(self.store, 'co.man@example.com', role='warehouse')
        self._login(man)
        self.assertTrue(self._get('settings').url.endswith('/settings'))
        self.assertTrue(self._get('profile').url.endswith('/my/channel'))
        more = self._get('more').text
        self.assertIn('/my/channel/settings', more)
        self.assertNotIn('/my/channel/people', more)
