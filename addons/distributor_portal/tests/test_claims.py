from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_claims import ClaimsCommon


@tagged('-at_install', 'post_install')
class TestClaims(ClaimsCommon):
    """From a difference at receipt, or a form, to a decision that holds."""

    # --- receipt

    def test_complete_receipt_makes_no_claim(self):
        self.assertFalse(self._receive(self._deliver()).claim_ids)

    def test_difference_becomes_a_claim_with_what_was_found(self):
        picking = self._deliver()
        claim = self._receive(
            picking, received={self.yoghurt: 22, self.milk: 6}, damaged={self.yoghurt: 1}, note="Wet",
            details={self.yoghurt.id: {'wrong': 2, 'note': "Lot 7"}}).claim_ids
        self.assertEqual(
            (claim.state, claim.member_id, claim.kind, claim.text), ('sent', self.dealer, 'several', "Wet"))
        self.assertEqual(
            [(line.product_id, line.kind, line.claimed_qty, line.wanted, line.amount) for line in claim.line_ids],
            [(self.yoghurt, 'short', 2, 'credit', 20), (self.yoghurt, 'damaged', 1, 'credit', 10),
             (self.yoghurt, 'wrong', 2, 'credit', 20), (self.milk, 'surplus', 1, 'take_back', 0)])
        self.assertEqual((claim.amount, claim.claimed_by_id), (50, self.owner))
        self.assertEqual(claim.line_ids[0].note, "Lot 7")
        noted = claim.order_id.channel_event_ids.filtered(lambda event: event.kind == 'claimed')
        self.assertEqual(noted.detail, claim.name)
        self.assertEqual(claim.deadline, self.company._channel_get_today() + timedelta(days=3))

    def test_mail_to_the_member_says_what_it_is_about(self):
        claim = self._claim(self._deliver(), (self.milk, 'short', 2, 'credit'))
        mails = self.env['mail.mail'].search([])
        self.env['channel.claim.answer'].with_user(self.desk).create({
            'claim_id': claim.id, 'text': "Which lot?"}).action_send()
        question = self.env['mail.mail'].search([]) - mails
        self.assertEqual(question.subject, f"Headquarters has written about your claim {claim.name}")
        self.assertIn("has written to you", question.body_html)
        self.assertNotIn("Which lot?", question.body_html, "that stands behind the login")
        self._accept(claim)
        decision = self.env['mail.mail'].search([]) - mails - question
        self.assertEqual(
            decision.filtered(lambda mail: mail.recipient_ids == self.owner.partner_id).subject,
            f"Your claim {claim.name} is decided")

    def test_within_the_tolerance_it_is_only_noted(self):
        self.company.write({'channel_claim_pieces': 2})
        receipt = self._receive(self._deliver(), received={self.yoghurt: 22})
        self.assertFalse(receipt.claim_ids)
        self.assertIn('differs', receipt.order_id.channel_event_ids.mapped('kind'))
        self.company.write({'channel_claim_pieces': 1, 'channel_claim_percent': 5})
        self.assertTrue(self._receive(self._deliver('C-2'), received={self.yoghurt: 22}).claim_ids)

    def test_damaged_and_wrong_are_parts_of_what_came(self):
        picking = self._deliver()
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self._receive(picking, damaged={self.milk: 3}, details={self.milk.id: {'wrong': 3}})

    def test_claim_that_lacks_a_photo_waits_for_its_member(self):
        self.env.ref('distributor_portal.channel_claim_policy_damaged').needs_photo = True
        picking = self._deliver()
        claim = self._receive(picking, damaged={self.milk: 1}).claim_ids
        self.assertEqual(claim.state, 'draft')
        self.assertEqual(self.dealer.with_user(self.owner).sudo()._portal_get_tasks()['claims'], 1)
        photo = self.env['channel.claim.photo'].with_user(self.owner).sudo()._add(picking, self.milk, self._draw())
        claim._portal_add_photos({self.milk.id: photo})
        claim._send()
        self.assertEqual((claim.state, claim.photo_count), ('sent', 1))

    # --- limits

    def test_no_more_is_claimed_than_was_shipped(self):
        picking = self._deliver()
        self._claim(picking, (self.yoghurt, 'damaged', 20, 'credit'))
        with self.assertRaisesRegex(UserError, "at most 4 can still be claimed"):
            self._claim(picking, (self.yoghurt, 'quality', 5, 'credit'))
        self._claim(picking, (self.yoghurt, 'quality', 4, 'credit'))
        with self.assertRaisesRegex(UserError, "at most 0"):
            self._claim(picking, (self.yoghurt, 'short', 1, 'credit'))
        with self.assertRaisesRegex(UserError, "at most 0"):
            self._claim(picking, (self.milk, 'surplus', 1, 'take_back'))

    def test_database_itself_counts(self):
        picking = self._deliver()
        self._claim(picking, (self.yoghurt, 'damaged', 20, 'credit'))
        counter = self.env['channel.claim.counter'].sudo().search([('picking_id', '=', picking.id)])
        self.assertEqual((counter.claimed_qty, counter.limit_qty), (20, 24))
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            counter.claimed_qty = 25
            counter.flush_recordset()

    def test_withdrawn_and_refused_can_be_claimed_again(self):
        picking = self._deliver()
        self._claim(picking, (self.milk, 'damaged', 5, 'credit'))._withdraw()
        claim = self._claim(picking, (self.milk, 'damaged', 5, 'credit'))
        self._decide(claim, 2)
        with self.assertRaises(UserError):
            self._claim(picking, (self.milk, 'damaged', 1, 'credit'))
        claim._agree()
        self._claim(picking, (self.milk, 'damaged', 3, 'credit'))
        with self.assertRaises(UserError):
            self._claim(picking, (self.milk, 'damaged', 1, 'credit'))

    def test_too_late_is_refused_with_the_day(self):
        picking = self._deliver()
        self._receive(picking)
        picking.channel_receipt_ids.sudo().received_at = fields.Datetime.now() - timedelta(days=5)
        with self.assertRaisesRegex(UserError, "Damaged: this could be claimed until .*, 3 days after"):
            self._claim(picking, (self.milk, 'damaged', 1, 'credit'))
        self.assertTrue(self._claim(picking, (self.milk, 'quality', 1, 'credit')))
        self.env.ref('distributor_portal.channel_claim_policy_damaged').days = 0
        self.assertTrue(self._claim(picking, (self.milk, 'damaged', 1, 'credit')))

    def test_policy_of_the_company_goes_before_the_one_for_all(self):
        Policy = self.env['channel.claim.policy']
        own = Policy.create({'kind': 'damaged', 'company_id': self.company.id, 'days': 9})
        self.assertEqual(Policy._get_policies(self.company)['damaged'], own)
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            Policy.create({'kind': 'damaged', 'company_id': self.company.id})

    def test_what_cannot_be_had_is_refused(self):
        picking = self._deliver()
        for kind, wanted in (('short', 'take_back'), ('return', 'credit'), ('damaged', 'buy')):
            with self.subTest(kind=kind), self.assertRaises(ValidationError), self.cr.savepoint():
                self._claim(picking, (self.milk, kind, 1, wanted))
        with self.assertRaises(UserError):
            self._claim(picking)

    # --- decisions

    def test_decisions_follow_from_the_lines(self):
        claim = self._claim(self._deliver(), (self.yoghurt, 'damaged', 2, 'credit'), (self.milk, 'short', 1, 'credit'))
        with self.assertRaisesRegex(UserError, "Say why"):
            claim.with_user(self.desk)._decide()
        self._decide(claim, 2, 0)
        self.assertEqual((claim.state, claim.accepted_amount), ('partly', 20))
        self.assertEqual(claim.offer_until, self.company._channel_get_today() + timedelta(days=7))
        self.assertIn("The photos do not show it\nLook again", claim.event_ids.mapped('text'))

    def test_nobody_accepts_more_than_is_claimed(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit'))
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            claim.line_ids.with_user(self.desk).accepted_qty = 2
            claim.line_ids.flush_recordset()

    def test_member_objects_once(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 2, 'credit'))
        self._decide(claim, 0)
        self.assertEqual(claim.state, 'refused')
        with self.assertRaisesRegex(UserError, "Say what"):
            claim._object("")
        claim._object("The photo shows it well.")
        self.assertEqual((claim.state, claim.decision), ('sent', False))
        self._decide(claim, 1)
        self.assertEqual((claim.state, claim.is_final, claim._can_object()), ('partly', True, False))
        with self.assertRaises(UserError):
            claim._object("Once more")

    def test_silence_lets_the_decision_stand(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 2, 'credit'))
        self._decide(claim, 1)
        self.env['channel.claim']._cron_deadlines()
        self.assertFalse(claim.is_final)
        claim.offer_until -= timedelta(days=8)
        self.env['channel.claim']._cron_deadlines()
        self.assertTrue(claim.is_final)
        self.assertFalse(claim._can_object())

    def test_overdue_is_told_once(self):
        self.company.channel_claim_user_id = self.desk
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 2, 'credit'))
        self.assertEqual(claim.activity_ids.user_id, self.desk)
        claim.deadline -= timedelta(days=9)
        for _time in range(2):
            self.env['channel.claim']._cron_deadlines()
        self.assertEqual(len(claim.activity_ids), 2)
        self.assertEqual(claim.event_ids.mapped('kind').count('overdue'), 1)
        self.assertEqual(self.env['channel.claim'].search([('is_overdue', '=', True)]), claim)

    def test_large_amounts_need_two(self):
        self.company.channel_claim_four_eyes = 30
        picking = self._deliver()
        small = self._claim(picking, (self.yoghurt, 'damaged', 3, 'credit'))
        self._accept(small)
        self.assertEqual(small.state, 'accepted')
        large = self._claim(picking, (self.yoghurt, 'damaged', 4, 'credit'))
        self._accept(large, self.boss)
        self.assertEqual((large.state, large.decided_by_id), ('second', self.boss))
        for user, error in ((self.desk, AccessError), (self.boss, UserError)):
            with self.assertRaises(error):
                large.with_user(user).action_confirm_decision()
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            large.confirmed_by_id = self.boss
            large.flush_recordset()
        large.with_user(self.other_boss).action_send_back()
        self.assertEqual(large.state, 'sent')
        self._accept(large, self.boss)
        large.with_user(self.other_boss).action_confirm_decision()
        self.assertEqual((large.state, large.confirmed_by_id), ('accepted', self.other_boss))

    def test_small_ones_are_accepted_together(self):
        self.company.channel_claim_small = 20
        picking = self._deliver()
        small = self._claim(picking, (self.milk, 'damaged', 1, 'credit'))
        large = self._claim(picking, (self.yoghurt, 'damaged', 9, 'credit'))
        (small | large).with_user(self.desk).action_accept_small()
        self.assertEqual((small.state, large.state), ('accepted', 'sent'))
        with self.assertRaises(UserError):
            large.with_user(self.desk).action_accept_small()

    def test_upstream_says_what_it_thinks(self):
        self.company.channel_claim_upstream = True
        self.assertEqual(self._claim(self._deliver('C-0'), (self.milk, 'damaged', 1, 'credit')).state, 'sent')
        agent_user = self._create_portal_user(self.agent, 'claims_agent')
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit'))
        self.assertEqual(claim.state, 'upstream')
        self.assertEqual(self.agent.with_user(agent_user).sudo()._portal_get_tasks()['claims'], 1)
        claim._give_opinion('supports', "I have seen it")
        self.assertEqual((claim.state, claim.opinion), ('sent', 'supports'))

    def test_upstream_that_says_nothing_holds_up_nothing(self):
        self.company.channel_claim_upstream = True
        self._create_portal_user(self.agent, 'claims_agent')
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit'))
        claim.deadline -= timedelta(days=9)
        self.env['channel.claim']._cron_deadlines()
        self.assertEqual(claim.state, 'sent')

    # --- who may

    def test_state_and_facts_are_not_written_by_hand(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit')).with_user(self.boss)
        for values in ({'state': 'settled'}, {'is_final': True}, {'decided_by_id': self.desk.id}):
            with self.assertRaises(AccessError):
                claim.write(values)
        with self.assertRaises(UserError):
            claim.text = "Other words"
        for values in ({'claimed_qty': 9}, {'kind': 'short'}, {'note': "x"}):
            with self.assertRaises(UserError):
                claim.line_ids.write(values)
        with self.assertRaises(AccessError):
            claim.line_ids.price_unit = 99
        with self.assertRaises(UserError):
            claim.sudo().unlink()
        self._accept(claim)
        with self.assertRaises(UserError):
            claim.line_ids.accepted_qty = 0

    @mute_logger('odoo.sql_db')
    def test_events_never_change(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit'))
        with self.assertRaises(UserError):
            claim.event_ids.write({'text': "x"})

    @mute_logger('odoo.addons.base.models.ir_model')
    def test_portal_reads_and_calls_nothing(self):
        claim = self._claim(self._deliver(), (self.milk, 'damaged', 1, 'credit'))
        for model in ('channel.claim', 'channel.claim.line', 'channel.claim.photo', 'channel.claim.event',
                      'channel.claim.counter', 'channel.claim.policy', 'channel.claim.reason'):
            self.assertFalse(self.env[model].with_user(self.owner).has_access('read'), model)
        for method in ('action_accept_all', 'action_send', 'action_settle', 'action_accept_small'):
            with self.assertRaises(AccessError):
                getattr(claim.with_user(self.owner), method)()
        with self.assertRaises(AccessError):
            self.env['channel.claim'].with_user(self.owner).channel_claim([])

    def test_headquarters_writes_down_a_claim(self):
        picking = self._deliver()
        claim = self.env['channel.claim'].with_user(self.desk).create({
            'picking_id': picking.id, 'line_ids': [
                Command.create({'product_id': self.milk.id, 'kind': 'quality', 'claimed_qty': 2})]})
        self.assertFalse(self.env['channel.claim'].search(
            list(self.env['channel.claim']._portal_get_domain(self.dealer))), "a draft of headquarters' is its own")
        claim.action_send()
        self.assertEqual((claim.state, claim.member_id, claim.amount), ('sent', self.dealer, 10))
        with self.assertRaises(UserError):
            self.env['channel.claim'].create({'picking_id': self._submit_one('C-9')[1].picking_ids.id})

    # --- what is worth knowing

    def test_photo_handed_in_twice_is_noticed(self):
        picking, other = self._deliver(), self._deliver('C-2')
        Photo = self.env['channel.claim.photo'].with_user(self.owner).sudo()
        claims = [self._claim(one, (self.milk, 'quality', 1, 'credit')) for one in (picking, other)]
        for claim, one in zip(claims, (picking, other), strict=True):
            claim._portal_add_photos({self.milk.id: Photo._add(one, self.milk, self._draw())})
        self.assertEqual(claims[1].photo_ids.seen_in, claims[0].name)
        second = Photo._add(picking, self.milk, self._draw(size=(50, 50)))
        self.assertFalse(second.seen_in)

    def test_rates_of_member_and_tier(self):
        for number in range(6):
            picking = self._deliver(f'C-{number}', lines=[('MLK-1', 5)])
            self._receive(picking, received={self.milk: 4} if number < 4 else None)
        calm = [self._create_member(f'D9{number}', 'dealer', self.agent, territories='4403') for number in range(4)]
        for number, member in enumerate(calm * 8):
            self._receive(self._deliver(f'K-{number}', member.code, [('MLK-1', 1)]))
        claim = self.env['channel.claim'].search([('member_id', '=', self.dealer.id)], limit=1)
        self.assertAlmostEqual(claim.member_rate, 4 / 6)
        self.assertAlmostEqual(claim.tier_rate, 4 / 38)
        self.assertTrue(claim.is_far_out)
        self.assertEqual(claim.product_claim_count, 3)
        for _time in range(2):
            self.env['channel.claim']._cron_watch()
        signal = self.env['channel.signal'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((len(signal), signal.violation_id.code, signal.occurrence_count), (1, 'claims', 1))
