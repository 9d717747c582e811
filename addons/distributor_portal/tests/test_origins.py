from datetime import timedelta

from psycopg2.errors import CheckViolation, RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..utils import Origin
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestOrigins(ChannelCommon):
    """Where orders and logins come from: compared for a while, then forgotten, and for managers' eyes only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rules = cls.env['channel.rule'].with_context(active_test=False)
        cls.origin_rule = rules.search([('code', '=', 'origin')])
        cls.travel_rule = rules.search([('code', '=', 'travel')])
        (cls.origin_rule | cls.travel_rule).write({'active': True, 'lane': 'warn'})
        cls.people = {}
        for number in range(4):
            member = cls._create_member(f'N{number}', 'dealer', cls.agent, territories='4403')
            cls.people[member] = cls._create_portal_user(member, f'person{number}')
        cls.members = list(cls.people)

    def _order(self, member, ip='203.0.113.7', device=None, token='token'):
        orders = member.with_user(self.people[member]).sudo().with_context(
            channel_origin=Origin(ip, device))
        answer = orders._portal_submit([{'product_id': self.yoghurt.id, 'qty': 12}], f'{token}-{ip}-{member.code}')
        return self.env['sale.order'].browse(answer['order_id'])

    def _texts(self, order):
        return order.channel_verdict_ids.mapped('text_key')

    def test_many_members_on_one_line(self):
        for number, member in enumerate(self.members[:2]):
            self.assertFalse(self._texts(self._order(member, f'203.0.113.{number}')))
        order = self._order(self.members[2], '203.0.113.200')
        self.assertEqual(self._texts(order), ['same_network'])
        self.assertIn('N0, N1', order.channel_verdict_ids.analysis)
        shown = str(order.channel_verdict_ids._to_answer())
        for secret in ('N0', 'N1', '203.0.113', '24'):
            self.assertNotIn(secret, shown)
        self.assertFalse(self._texts(self._order(self.members[3], '203.0.114.1')), "another line")

    def test_long_addresses_count_by_their_line(self):
        for number, member in enumerate(self.members[:3]):
            order = self._order(member, f'2001:db8:0:1::{number + 1}')
        self.assertEqual(order.sudo().env['channel.origin'].search([], limit=1).network, '2001:db8:0:1::/64')
        self.assertEqual(self._texts(order), ['same_network'])

    def test_one_device_of_many_members(self):
        for number, member in enumerate(self.members[:3]):
            order = self._order(member, f'198.51.{number}.1', device='a-random-number-of-a-phone')
        self.assertEqual(self._texts(order), ['same_device'])
        kept = self.env['channel.origin'].search([('order_id', '=', order.id)])
        self.assertNotIn('random', kept.device)

    def test_shared_office_is_no_finding(self):
        self.env['channel.shared.network'].create({'name': "Market hall", 'cidr': '203.0.113.0/24'})
        for number, member in enumerate(self.members):
            order = self._order(member, f'203.0.113.{number}', device='the-market-halls-terminal')
        self.assertFalse(self._texts(order))

    def test_window_of_the_comparison(self):
        for member in self.members[:2]:
            self._order(member)
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE channel_origin DISABLE TRIGGER USER")
        self.env.cr.execute(SQL("UPDATE channel_origin SET at = %s", fields.Datetime.now() - timedelta(hours=25)))
        self.env.cr.execute("ALTER TABLE channel_origin ENABLE TRIGGER USER")
        self.env.invalidate_all()
        self.assertFalse(self._texts(self._order(self.members[2])))

    def test_order_from_elsewhere_has_no_origin(self):
        self._submit_one('I-1')
        self.assertFalse(self.env['channel.origin'].search([]))
        for ip in ('', None, 'unknown', '203.0.113.7, 192.0.2.1'):
            self._order(self.members[0], ip)
        self.assertFalse(self.env['channel.origin'].search([]))

    def test_client_does_not_say_where_it_comes_from(self):
        for origin in ({'ip': '203.0.113.7'}, ['203.0.113.7'], '203.0.113.7'):
            self.env['sale.order'].with_context(channel_origin=origin, channel_check={'overrides': {}}).channel_submit(
                [self._prepare_order(f'K-{origin}'[:30])])
        self.assertFalse(self.env['channel.origin'].search([]))

    def test_network_must_be_one(self):
        for cidr in ('office', '203.0.113.7/24', '300.1.1.1', '192.0.2.0/33'):
            with self.subTest(cidr=cidr), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env['channel.shared.network'].create({'name': "X", 'cidr': cidr})

    # --- logins

    def _log_in(self, member, city, minutes_ago, country='China', ip='203.0.113.9'):
        at = fields.Datetime.now() - timedelta(minutes=minutes_ago)
        self.env['res.device.log'].sudo().create({
            'session_identifier': f'{city}{minutes_ago}', 'ip_address': ip, 'country': country, 'city': city,
            'user_id': self.people[member].id, 'first_activity': at, 'last_activity': at})

    def test_travel_faster_than_a_plane(self):
        self.company.country_id = self.env.ref('base.cn')
        member = self.members[0]
        self._log_in(member, 'Chengdu', 400)
        self._log_in(member, 'Shenzhen', 200)
        self.assertFalse(self._texts(self._order(member, token='slow')), "three hours for 1,300 km")
        self._log_in(member, 'Chengdu', 10)
        self._log_in(member, 'Shenzhen', 5)
        order = self._order(member, token='fast')
        self.assertEqual(self._texts(order), ['impossible_travel'])
        self.assertNotIn('Chengdu', str(order.channel_verdict_ids._to_answer()))

    def test_login_from_another_province_or_country(self):
        self.company.country_id = self.env.ref('base.cn')
        self._log_in(self.members[0], 'Guangzhou', 10)
        self._log_in(self.members[1], 'Chengdu', 10)
        self._log_in(self.members[2], 'Paris', 10, country='France')
        self._log_in(self.members[3], 'Chengdu', 10, ip='192.0.2.1')
        self.env['channel.shared.network'].create({'name': "Our VPN", 'cidr': '192.0.2.0/24'})
        found = [self._texts(self._order(member, f'198.51.{number}.1')) for number, member in enumerate(self.members)]
        self.assertEqual(found, [[], ['login_elsewhere'], ['login_elsewhere'], []])

    def test_without_a_database_of_places_there_is_no_finding(self):
        self._log_in(self.members[0], False, 10, country=False)
        self.assertFalse(self._texts(self._order(self.members[0])))

    # --- keeping and forgetting

    def test_origins_are_forgotten_when_their_time_is_over(self):
        self._order(self.members[0])
        self._log_in(self.members[0], 'Shenzhen', 10 * 24 * 60)
        Origin = self.env['channel.origin'].sudo()
        Origin._cron_forget()
        self.assertEqual(Origin.search_count([]), 1)
        self.company.channel_origin_days = 9
        Origin._cron_forget()
        self.assertFalse(self.env['res.device.log'].sudo().search_count([('city', '=', 'Shenzhen')]))
        later = fields.Datetime.now() + timedelta(days=10)
        self.patch(fields.Datetime, 'now', lambda *_args: later)
        Origin._cron_forget()
        self.assertFalse(Origin.search_count([]))

    @mute_logger('odoo.sql_db')
    def test_days_to_keep_have_bounds(self):
        for days in (0, 731):
            with self.subTest(days=days), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.company.channel_origin_days = days
                self.company.flush_recordset()

    @mute_logger('odoo.sql_db')
    def test_origins_do_not_change_and_are_read_by_managers_only(self):
        self._order(self.members[0])
        origin = self.env['channel.origin'].search([])
        with self.assertRaises(UserError):
            origin.sudo().write({'ip': '1.1.1.1'})
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE channel_origin SET ip = '1.1.1.1'")
        self.assertTrue(origin.read(['ip']))
        for group in ('distributor_portal.group_channel_user', 'distributor_portal.group_channel_integrator'):
            user = new_test_user(self.env, group[-8:], groups=group)
            with self.subTest(group=group), self.assertRaises(AccessError):
                origin.with_user(user).read(['ip'])
