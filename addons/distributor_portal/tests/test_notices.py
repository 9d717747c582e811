from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestNotices(ChannelCommon, MailCommon):
    """Who is told what, in which language, how often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.store, 'owner')
        cls.buyer = cls._create_portal_user(cls.store, 'buyer', role='buyer')
        cls.finance = cls._create_portal_user(cls.store, 'finance', role='finance')
        cls.rival = cls._create_portal_user(cls.rival_store, 'rival')
        cls.rules = cls.env['channel.notice.rule'].search([])
        cls.rules.active_since = fields.Datetime.now() - timedelta(minutes=5)

    def _run(self):
        mails = self.env['mail.mail'].search([])
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', return_value=100):
            # As the job does: as superuser.
            self.env['channel.notice'].with_user(SUPERUSER_ID)._cron_send()
            self.env['channel.notice'].with_user(SUPERUSER_ID)._cron_send_tasks()
        return self.env['mail.mail'].search([]) - mails

    def _refuse(self, number='S-1'):
        order = self._submit_one(number, member='S1')[1]
        dealer = self._create_portal_user(self.dealer, f'dealer_{number}')
        order.with_user(dealer).sudo()._channel_decide('upstream', False, "ordered <twice>")
        self.assertEqual(order.channel_state, 'cancelled')
        return order

    def test_people_with_the_role_are_told_why_their_order_came_back(self):
        order = self._refuse()
        mails = self._run()
        self.assertEqual(mails.recipient_ids, (self.owner | self.buyer).partner_id)
        self.assertIn(order.name, mails[0].subject)
        self.assertIn("ordered &lt;twice&gt;", mails[0].body_html)
        self.assertIn(f'/my/channel/orders/{order.id}', mails[0].body_html)

    def test_each_is_told_once(self):
        self._refuse()
        self.assertTrue(self._run())
        self.assertFalse(self._run())

    def test_order_that_nobody_wants_to_hear_of_is_looked_at_once(self):
        (self.owner | self.buyer).channel_link_ids.notice_decided = 'none'
        self._refuse()
        self.assertFalse(self._run())
        rule = self.env.ref('distributor_portal.notice_rule_sent_back')
        self.assertFalse(rule._find_new(10))
        (self.owner | self.buyer).channel_link_ids.notice_decided = 'mail'
        self.assertFalse(self._run(), "what happened before somebody wanted to hear of it is over")

    def test_who_did_it_is_not_told(self):
        order = self._submit_one('S-1', member='S1')[1]
        self.env['channel.order.event'].with_user(self.owner)._note('hq_refused', order, {order: "x"})
        self.assertEqual(self._run().recipient_ids, self.buyer.partner_id)

    def test_each_reads_its_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.buyer.lang = 'zh_CN'
        self._refuse()
        template = self.env.ref('distributor_portal.notice_mail_sent_back')
        template.with_context(lang='zh_CN').subject = "您的订单 {{ object.name }} 被退回"
        subjects = {mail.recipient_ids: mail.subject for mail in self._run()}
        self.assertIn("被退回", subjects[self.buyer.partner_id])
        self.assertIn("was sent back", subjects[self.owner.partner_id])

    def test_text_message_for_who_wants_one(self):
        self.owner.partner_id.phone = '+8613800000000'
        self.owner.channel_link_ids.notice_decided = 'sms'
        order = self._refuse()
        self.assertEqual(self._run().recipient_ids, self.buyer.partner_id)
        sms = self.env['sms.sms'].search([('partner_id', '=', self.owner.partner_id.id)])
        self.assertIn(order.name, sms.body)

    def test_mail_takes_the_place_of_a_text_message_that_does_not_exist(self):
        self.owner.channel_link_ids.notice_decided = 'sms'
        self.env.ref('distributor_portal.notice_rule_sent_back').sms_template_id = False
        self._refuse()
        self.assertEqual(self._run().recipient_ids, (self.owner | self.buyer).partner_id)

    def test_topic_offers_the_ways_in_which_it_is_told(self):
        links = self.owner.channel_link_ids

        def offered():
            return {name: [way for way, _label in ways] for name, _label, ways, _chosen in links._portal_get_notices()}
        self.assertEqual(offered()['notice_decided'], ['mail', 'none'], "who has no number has no text messages")
        self.owner.partner_id.phone = '+8613800000000'
        self.assertEqual(offered()['notice_decided'], ['mail', 'sms', 'none'])
        self.assertEqual(offered()['notice_statement'], ['mail', 'none'])
        self.assertNotIn('notice_approval', offered(), "no rule tells of it")
        self.env.ref('distributor_portal.notice_rule_tasks').active = True
        self.assertEqual(offered()['notice_approval'], ['mail', 'none'])
        links.notice_approval = 'sms'
        self.assertEqual(links._portal_get_notices()[0][3], 'mail', "that is what it gets")
        self.assertNotIn('notice_case', [name for name, *_rest in self.finance.channel_link_ids._portal_get_notices()])

    def test_rule_that_is_switched_on_says_nothing_of_what_was_before(self):
        rule = self.env.ref('distributor_portal.notice_rule_sent_back')
        rule.active = False
        self._refuse()
        self.assertFalse(self._run())
        with self.subTest("on again, a moment later"), patch.object(
                fields.Datetime, 'now', return_value=fields.Datetime.now() + timedelta(seconds=2)):
            rule.active = True
            self.assertFalse(self._run())

    def test_delivery_not_scanned_in_is_asked_after(self):
        order = self._submit_one('S-1', member='D1')[1]
        self._ship(order)
        owner = self._create_portal_user(self.dealer, 'dealer_owner')
        self._run()
        order.sudo().channel_parcel_ids.arrival_date = fields.Date.today() - timedelta(days=2)
        self.env.flush_all()
        mails = self._run()
        self.assertEqual(mails.recipient_ids, owner.partner_id)
        self.assertIn(order.picking_ids.name, mails.subject)
        self.assertFalse(self._run())

    def test_daily_list_of_what_waits(self):
        owner = self._create_portal_user(self.dealer, 'dealer_owner')
        self.env.ref('distributor_portal.notice_rule_tasks').active = True
        self._submit_one('S-1', member='S1')
        mails = self._run().filtered(lambda mail: owner.partner_id in mail.recipient_ids)
        self.assertEqual(len(mails), 1)
        self.assertIn("orders to approve", mails.body_html)
        self.assertFalse(self._run(), "once a day")

    def test_daily_list_goes_on_where_it_stopped(self):
        owners = [self._create_portal_user(self.dealer, f'dealer_owner_{i}') for i in range(3)]
        owners[0].channel_link_ids.notice_approval = 'sms'
        self.env.ref('distributor_portal.notice_rule_tasks').active = True
        self._submit_one('S-1', member='S1')
        left = []

        def stop(_cron, _processed, remaining):
            left.append(remaining)
            return 0
        mails = self.env['mail.mail'].search([])
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', stop):
            for _time in range(4):
                self.env['channel.notice'].with_user(SUPERUSER_ID)._cron_send_tasks()
        mails = self.env['mail.mail'].search([]) - mails
        self.assertEqual(left, [2, 1, 0])
        self.assertEqual([len(mail.recipient_ids) for mail in mails], [1, 1, 1])
        self.assertEqual(mails.recipient_ids, self.env['res.users'].union(*owners).partner_id)

    def test_events_of_a_rule_are_known_ones(self):
        with self.assertRaises(ValidationError):
            self.env.ref('distributor_portal.notice_rule_shipped').event_kinds = 'shipped,sunk'

    def test_hundred_orders_cost_no_more_queries_each_than_ten(self):
        def count(prefix, number):
            answers = self._submit(*(self._prepare_order(f'{prefix}-{i}', 'S1') for i in range(number)))
            orders = self.env['sale.order'].browse([answer['order_id'] for answer in answers])
            self.env['channel.order.event']._note('shipped', orders)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._run()
            return (self.cr.sql_log_count - before) / number
        count('W', 2)
        few, many = count('A', 5), count('B', 25)
        self.assertLess(many, few)
