import base64
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, RestrictViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.cases import channel_signal_triage
from .common import ChannelCommon

PDF = b'%PDF-1.7 the invoice of the shop'


class CasesCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.violation = cls.env.ref('distributor_portal.channel_violation_diversion')
        cls.rules['pack'].write({
            'lane': 'signal', 'makes_signal': True, 'violation_id': cls.violation.id, 'signal_score': 40})
        cls.clerk, cls.judge, cls.other_judge = (
            cls._create_staff(login, group) for login, group in (
                ('clerk', 'user'), ('judge', 'manager'), ('other_judge', 'manager')))
        # Only what a test sets up follows from a case.
        cls.env['channel.penalty.rule'].search([]).active = False

    @classmethod
    def _create_staff(cls, login, group):
        return new_test_user(
            cls.env, login, groups=f'distributor_portal.group_channel_{group}', email=f'{login}@example.com',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    @classmethod
    def _create_case(cls, **values):
        return cls.env['channel.case'].create({
            'member_id': cls.dealer.id, 'violation_id': cls.violation.id, 'amount': 1000,
            'harmed_member_id': cls.rival_dealer.id, **values})

    @classmethod
    def _add_row(cls, kind, **values):
        return cls.env['channel.penalty.rule'].create({'kind': kind, **values})

    def _add_evidence(self, case, name='shop.pdf', content=PDF, origin='hq', **values):
        return self.env['channel.case.evidence']._add(case, name, content, origin, **values)

    def _bring_to(self, state, case=None):
        """A case on its way: decided by the judge, its penalties approved by the other one."""
        case = case or self._create_case()
        steps = ('open', 'evidence', 'hearing', 'finding', 'penalty', 'executed', 'appeal')
        for step in steps[:steps.index(state) + 1]:
            getattr(self, f'_step_{step}')(case)
        self.assertEqual(case.state, state)
        return case

    def _step_open(self, case):
        case.action_open()

    def _step_evidence(self, case):
        case.action_collect()

    def _step_hearing(self, case):
        case._send_notice("You have sold in Chengdu.", 10, self._add_evidence(case))

    def _step_finding(self, case):
        case.sudo().hearing_until = fields.Date.today() - timedelta(days=1)
        case.action_end_hearing()

    def _step_penalty(self, case):
        case.finding_text = "The lot numbers prove it."
        case.with_user(self.judge).action_confirm()

    def _step_executed(self, case):
        proposed = case.penalty_ids.filtered(lambda penalty: penalty.state == 'proposed')
        proposed.with_user(self.other_judge).action_approve()
        case.with_user(self.judge).action_execute()

    def _step_appeal(self, case):
        case._portal_state('appeal', 'token-appeal', "It was not us.", [])


@tagged('-at_install', 'post_install')
class TestSignals(CasesCommon):
    """What the rules find becomes work for analysts, once, the most urgent first."""

    def _collect(self):
        signals = self.env['channel.signal']
        while verdicts := signals._find_uncollected():
            signals |= signals._raise_from_verdicts(verdicts)
        return signals

    def test_orders_of_one_member_that_break_a_rule_are_one_signal(self):
        for number in range(3):
            self._submit_one(f'X-{number}', lines=[('YOG-1', 13)])
        self._submit_one('X-9', member='D2', lines=[('YOG-1', 13)])
        signals = self._collect()
        self.assertEqual(len(signals), 2)
        signal = signals.filtered(lambda one: one.member_id == self.dealer)
        self.assertEqual((signal.occurrence_count, signal.amount, signal.source), (3, 390, 'rule'))
        self.assertEqual((signal.violation_id, signal.tier_id), (self.violation, self.tiers['dealer']))
        self.assertEqual(len(signal.occurrence_ids.order_id), 3)

    def test_job_goes_on_until_all_is_collected(self):
        for number in range(3):
            self._submit_one(f'X-{number}', lines=[('YOG-1', 13)])
        with patch.object(channel_signal_triage, 'COLLECTED_AT_ONCE', 2):
            self._run_job(self.env['channel.signal']._cron_collect)
            self.assertFalse(self.env['channel.signal']._find_uncollected())

    def test_collecting_again_changes_nothing(self):
        self.rules['pack'].lane = 'block'
        order = self._submit_one(lines=[('YOG-1', 13)])[1]
        signal = self._collect()
        order.action_channel_check()  # judged again: the same line, seen once
        self.assertEqual(len(order.channel_verdict_ids), 2)
        self.assertFalse(self._collect())
        self.assertEqual(signal.occurrence_count, 1)

    def test_rule_that_does_not_ask_for_it_raises_nothing(self):
        self.rules['pack'].makes_signal = False
        self._submit_one(lines=[('YOG-1', 13)])
        self.assertFalse(self._collect())
        self.rules['pack'].makes_signal = True
        self.rules['pack'].signals_since = fields.Datetime.now() + timedelta(hours=1)
        self.assertFalse(self._collect(), "what was done before the rule was told to is not held against anybody")

    def test_what_somebody_has_let_pass_is_no_suspicion(self):
        self.rules['pack'].lane = 'block'
        order = self._submit_one(lines=[('YOG-1', 13)])[1]
        self.env['channel.override']._override(
            order.channel_verdict_ids, 'member', "Agreed by phone", fields.Date.today() + timedelta(days=1))
        self._collect()
        self._submit_one('X-2', lines=[('YOG-1', 13)])
        self.assertFalse(self._collect())

    def test_rule_that_raises_signals_says_of_what(self):
        with self.assertRaises(ValidationError):
            self.rules['price'].makes_signal = True

    def test_number_of_queries_does_not_grow_with_the_orders(self):
        def collect(start, count):
            for number in range(start, start + count):
                self._submit_one(f'Q-{number}', lines=[('YOG-1', 13)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._collect()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
        few = collect(0, 2)
        self.assertLessEqual(collect(10, 12), few + 2)

    def test_hook_notes_each_occurrence_once(self):
        values = {'key': 'scan:1', 'cause': 'scan:D1', 'name': "Scanned in Chengdu", 'amount': 10,
                  'violation_id': self.violation.id, 'member_id': self.dealer.id, 'source': 'scan'}
        first = self.env['channel.signal']._raise([values, values])
        again = self.env['channel.signal']._raise([values, {**values, 'key': 'scan:2'}])
        self.assertEqual((first, first.occurrence_count, first.amount), (again, 2, 20))
        self.assertFalse(self.env['channel.signal']._raise([values]))

    def test_dismissed_cause_that_comes_again_is_a_new_signal_and_one_in_a_case_is_not(self):
        values = {'cause': 'c', 'name': "N", 'violation_id': self.violation.id, 'member_id': self.dealer.id}
        first = self.env['channel.signal']._raise([{**values, 'key': '1'}])
        first._dismiss('explained')
        second = self.env['channel.signal']._raise([{**values, 'key': '2'}])
        self.assertNotEqual(first, second)
        case = second._make_case()
        self.assertEqual(self.env['channel.signal']._raise([{**values, 'key': '3'}]), second)
        case.action_drop()
        self.assertNotEqual(self.env['channel.signal']._raise([{**values, 'key': '4'}]), second)

    def test_two_open_signals_of_one_cause_cannot_be(self):
        self.env['channel.signal'].sudo().create([{'name': "N", 'violation_id': self.violation.id, 'cause': 'c'}])
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env['channel.signal'].sudo().create([{'name': "N", 'violation_id': self.violation.id, 'cause': 'c'}])

    def test_occurrence_is_a_fact(self):
        occurrence = self.env['channel.signal']._raise([
            {'key': '1', 'name': "N", 'violation_id': self.violation.id}]).occurrence_ids
        with self.assertRaises(UserError):
            occurrence.amount = 1
        with self.assertRaises(RestrictViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM channel_signal_occurrence")

    def test_state_is_not_written_by_hand(self):
        signal = self.env['channel.signal'].create({'name': "N", 'violation_id': self.violation.id})
        for values in ({'state': 'dismissed'}, {'priority': 1}, {'occurrence_count': 9}, {'is_open': False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                signal.with_user(self.judge).write(values)
        with self.assertRaises(AccessError):
            self.env['channel.signal'].with_user(self.clerk).create(
                {'name': "N", 'violation_id': self.violation.id, 'cause': 'mine'})
        with self.assertRaises(UserError):
            signal.unlink()

    def test_signal_is_dismissed_once_and_with_a_reason(self):
        signal = self.env['channel.signal'].create({'name': "N", 'violation_id': self.violation.id})
        wizard = self.env['channel.signal.dismiss'].with_user(self.clerk).create({
            'signal_ids': signal.ids, 'reason': 'wrong', 'note': "Bad master data"})
        wizard.action_dismiss()
        self.assertEqual(
            (signal.state, signal.dismiss_reason, signal.dismissed_by_id), ('dismissed', 'wrong', self.clerk))
        with self.assertRaises(UserError):
            wizard.action_dismiss()
        with self.assertRaises(UserError):
            signal._make_case()
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            signal.sudo().dismiss_reason = False
            signal.flush_recordset()

    def test_case_is_about_one_member(self):
        signals = self.env['channel.signal'].create([
            {'name': "N", 'violation_id': self.violation.id, 'member_id': member.id}
            for member in (self.dealer, self.rival_dealer)])
        nobody = self.env['channel.signal'].create({'name': "N", 'violation_id': self.violation.id})
        for wrong in (signals, nobody, signals[0] | nobody):
            with self.assertRaises(UserError):
                wrong._make_case()

    def test_case_takes_over_what_its_signals_know(self):
        order = self._submit_one(lines=[('YOG-1', 13)])[1]
        signal = self._collect()
        case = signal.with_user(self.clerk)._make_case()
        self.assertEqual((case.member_id, case.amount, case.order_ids), (self.dealer, 130, order))
        self.assertEqual((case.verdict_ids, signal.state), (order.channel_verdict_ids, 'case'))
        self.assertTrue(case.name.startswith('CASE/'))

    def test_budget_of_the_day_is_filled_by_priority(self):
        self.company.channel_alert_budget = 2
        signals = self.env['channel.signal'].create([
            {'name': f"N{score}", 'violation_id': self.violation.id, 'score': score} for score in (10, 90, 50, 70, 30)])
        self.company.channel_analyst_ids = self.clerk | self.judge
        self.env['channel.signal']._cron_deal_out()
        self.assertEqual(signals.filtered('user_id').mapped('score'), [90, 50, 70, 30])
        self.assertEqual(len(signals.filtered(lambda one: one.user_id == self.clerk)), 2)
        self.env['channel.signal']._cron_deal_out()
        self.assertFalse(signals[0].user_id, "nobody has room left today")
        signals.filtered(lambda one: one.user_id == self.clerk).sudo().assigned_on = '2020-01-01'
        # As the button calls it: with the ids of what is ticked, here of nothing.
        call_kw(self.env['channel.signal'].with_user(self.clerk), 'action_fill_my_day', [[]], {})
        self.assertEqual(signals[0].user_id, self.clerk)


@tagged('-at_install', 'post_install')
class TestCases(CasesCommon):
    """A case moves by its steps only, on evidence that stays what it was, and money takes two people."""

    def test_straight_way(self):
        case = self._bring_to('executed')
        self.assertEqual((case.outcome, case.found_by_id), ('confirmed', self.judge))
        with self.assertRaises(UserError):
            case.action_close()
        case.sudo().appeal_until = fields.Date.today() - timedelta(days=1)
        case.action_close()
        self.assertEqual(case.state, 'closed')

    def test_each_step_leaves_from_its_states_only(self):
        steps = {
            'action_open': {'triage'}, 'action_collect': {'open'}, 'action_notify': {'evidence'},
            'action_drop': {'triage', 'open', 'evidence'}, 'action_end_hearing': {'hearing'},
            'action_confirm': {'finding'}, 'action_unfounded': {'finding'}, 'action_inconclusive': {'finding'},
            'action_execute': {'penalty'}, 'action_uphold': {'appeal'}, 'action_overturn': {'appeal'},
            'action_close': {'executed'}}
        case = self._create_case(finding_text="Because", appeal_text="Because")
        for state, _name in case._fields['state'].selection:
            case.sudo().write({'state': state, 'answered_at': fields.Datetime.now(), 'appeal_until': '2020-01-01'})
            for step, leaves in steps.items():
                if state in leaves:
                    continue
                with self.subTest(state=state, step=step), self.assertRaises(UserError):
                    getattr(case.with_user(self.judge), step)()

    def test_state_is_not_written_by_hand(self):
        case = self._create_case()
        for values in ({'state': 'closed'}, {'outcome': 'unfounded'}, {'found_by_id': 1}, {'hearing_until': False},
                       {'charge': "x"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                case.with_user(self.judge).write(values)
        with self.assertRaises(AccessError):
            self.env['channel.case'].with_user(self.judge).create({
                'member_id': self.dealer.id, 'violation_id': self.violation.id, 'state': 'finding'})
        with self.assertRaises(UserError):
            case.unlink()

    def test_nobody_is_accused_without_evidence_or_words(self):
        case = self._bring_to('evidence')
        with self.assertRaisesRegex(UserError, "no evidence"):
            case._send_notice("You did it.", 10, case.evidence_ids)
        evidence = self._add_evidence(case)
        for charge, days in (("", 10), ("  ", 10), ("You did it.", 0)):
            with self.assertRaises(UserError):
                case._send_notice(charge, days, evidence)
        evidence._withdraw("Another shop")
        with self.assertRaisesRegex(UserError, "no evidence"):
            case._send_notice("You did it.", 10, case.evidence_ids)

    def test_member_has_its_days_to_answer(self):
        case = self._bring_to('hearing')
        self.assertEqual(case.hearing_until, fields.Date.today() + timedelta(days=10))
        self.assertTrue(case.activity_ids)
        with self.assertRaisesRegex(UserError, "may answer until"):
            case.action_end_hearing()
        self.env['channel.case']._cron_deadlines()
        self.assertEqual(case.state, 'hearing')
        case._portal_state('answer', 'token-1234', "Not us.", [('proof.txt', b'sold in Shenzhen')])
        case.action_end_hearing()
        self.assertEqual(case.state, 'finding')

    def test_deadlines_end_by_themselves(self):
        heard, executed = self._bring_to('hearing'), self._bring_to('executed')
        heard.sudo().hearing_until = executed.sudo().appeal_until = fields.Date.today() - timedelta(days=1)
        self.env['channel.case']._cron_deadlines()
        self.assertEqual((heard.state, executed.state), ('finding', 'closed'))
        with self.assertRaisesRegex(UserError, "time for this is over"):
            heard._portal_state('answer', 'token-1234', "Late.", [])

    def test_notice_is_mailed_once_to_the_owners(self):
        self._create_portal_user(self.dealer, 'owner')
        self._create_portal_user(self.dealer, 'buyer', role='buyer')
        before = self.env['mail.mail'].search([])
        self._bring_to('hearing')
        mails = self.env['mail.mail'].search([]) - before
        owners = self.dealer.user_link_ids.filtered(lambda link: link.role == 'owner').user_id
        self.assertEqual(mails.recipient_ids, owners.partner_id)
        self.assertEqual(mails.state, 'outgoing')
        self.assertNotIn("Chengdu", mails.body_html)

    def test_owner_who_does_not_want_it_or_has_left_is_not_mailed(self):
        quiet, gone = (self._create_portal_user(self.dealer, login) for login in ('quiet', 'gone'))
        quiet.channel_link_ids.notice_case = 'none'
        gone.active = False
        before = self.env['mail.mail'].search([])
        self._bring_to('hearing')
        mails = self.env['mail.mail'].search([]) - before
        self.assertFalse(mails.recipient_ids & (quiet | gone).partner_id)

    def test_texts_for_the_member_do_not_name_the_harmed_one(self):
        case = self._bring_to('evidence')
        evidence = self._add_evidence(case, description="From Company D2")
        with self.assertRaises(ValidationError):
            case._send_notice("company d2 complains.", 10, evidence)
        with self.assertRaises(ValidationError):
            case._send_notice("You did it.", 10, evidence)
        with self.assertRaises(ValidationError):
            case.finding_text = "D2 has shown it."
        case.finding_text = "Lot D2026 was found."

    def test_what_a_notice_says_stays(self):
        case = self._bring_to('hearing')
        for values in ({'member_id': self.store.id}, {'violation_id': 1}, {'harmed_member_id': False}):
            with self.assertRaises(UserError):
                case.write(values)

    def test_who_decides_is_a_manager_and_says_why(self):
        case = self._bring_to('finding')
        for step in ('action_confirm', 'action_unfounded', 'action_inconclusive'):
            with self.assertRaises(UserError):
                getattr(case.with_user(self.judge), step)()
            case.finding_text = "Because"
            with self.assertRaises(AccessError):
                getattr(case.with_user(self.clerk), step)()
            case.finding_text = False

    def test_unfounded_and_inconclusive_end_the_case(self):
        for outcome in ('unfounded', 'inconclusive'):
            case = self._bring_to('finding')
            case.finding_text = "Because"
            getattr(case.with_user(self.judge), f'action_{outcome}')()
            self.assertEqual((case.state, case.outcome, len(case.penalty_ids)), ('closed', outcome, 0))

    # --- evidence

    def test_evidence_carries_hash_and_size(self):
        case = self._bring_to('evidence')
        wizard = self.env['channel.case.upload'].with_user(self.clerk).create({
            'case_id': case.id, 'file': base64.b64encode(PDF), 'file_name': '../../shop.pdf', 'origin': 'harmed'})
        wizard.action_add()
        evidence = case.evidence_ids
        self.assertEqual((evidence.name, evidence.size, evidence.mimetype), ('shop.pdf', len(PDF), 'application/pdf'))
        self.assertEqual(len(evidence.sha256), 64)
        self.assertEqual((evidence.user_id, evidence._get_content()), (self.clerk, PDF))

    def test_files_that_pretend_are_not_taken(self):
        case = self._bring_to('evidence')
        for name, content in (('a.exe', b'MZ'), ('a.pdf', b'<html>'), ('a.svg', b'<svg/>'), ('a.txt', b'')):
            with self.subTest(name=name), self.assertRaises(UserError):
                self._add_evidence(case, name, content)

    def test_evidence_is_collected_while_the_case_is_looked_into(self):
        wizard = self.env['channel.case.upload'].create({
            'case_id': self._create_case().id, 'file': base64.b64encode(PDF), 'file_name': 'a.pdf'})
        with self.assertRaises(UserError):
            wizard.action_add()

    def test_evidence_is_never_changed(self):
        evidence = self._add_evidence(self._bring_to('evidence'))
        for method in (lambda: evidence.write({'name': 'x.pdf'}), evidence.unlink):
            with self.assertRaises(UserError):
                method()
        with self.assertRaises(RestrictViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE channel_case_evidence SET sha256 = 'x'")

    @mute_logger('odoo.addons.base.models.ir_model')
    def test_evidence_is_handed_in_by_its_door_only(self):
        case = self._bring_to('evidence')
        with self.assertRaises(AccessError):
            self.env['channel.case.evidence'].with_user(self.judge).create({'case_id': case.id, 'sha256': 'x'})
        with self.assertRaises(AccessError):
            self._add_evidence(case).with_user(self.judge).read(['content'])

    def test_verifying_finds_the_file_that_was_changed(self):
        case = self._bring_to('evidence')
        good, bad = self._add_evidence(case), self._add_evidence(case, 'list.csv', b'sku,qty\nA,1')
        self.assertFalse(case.evidence_ids._find_differing())
        self.env['ir.attachment'].sudo().search([
            ('res_model', '=', bad._name), ('res_id', '=', bad.id), ('res_field', '=', 'content'),
        ]).raw = b'sku,qty\nA,9'
        bad.invalidate_recordset()
        self.assertEqual(case.evidence_ids._find_differing(), bad)
        self.assertIn('list.csv', case.with_user(self.clerk).action_verify()['params']['message'])
        self.assertNotIn(good.name, case.message_ids[0].body)

    def test_withdrawn_evidence_stays_struck_out(self):
        case = self._bring_to('evidence')
        evidence = self._add_evidence(case)
        with self.assertRaises(UserError):
            evidence._withdraw(" ")
        self.env['channel.case.withdraw'].with_user(self.clerk).create({
            'evidence_id': evidence.id, 'reason': "Another shop"}).action_withdraw()
        self.assertTrue(evidence.is_withdrawn)
        self.assertEqual((evidence.withdrawn_reason, case.evidence_count), ("Another shop", 0))
        with self.assertRaises(UserError):
            evidence._withdraw("Again")
        with self.assertRaises(UserError):
            evidence._disclose()

    def test_decided_case_keeps_its_evidence(self):
        case = self._bring_to('penalty')
        with self.assertRaises(UserError):
            case.evidence_ids._withdraw("Late")

    # --- penalties and four eyes

    def test_matrix_proposes_by_count_and_value(self):
        self._add_row('warning', to_count=1)
        self._add_row('deposit', from_count=2, rate=.5)
        first = self._bring_to('penalty')
        self.assertEqual(first.penalty_ids.mapped('kind'), ['warning'])
        second = self._bring_to('penalty')
        self.assertEqual((second.penalty_ids.kind, second.penalty_ids.amount), ('deposit', 500))
        self.assertIn("no. 2", second.penalty_ids.explanation)

    def test_overturned_case_no_longer_counts(self):
        self._add_row('freeze', from_count=2, days=10)
        first = self._bring_to('appeal')
        first.appeal_text = "You are right."
        first.with_user(self.other_judge).action_overturn()
        self.assertFalse(self._bring_to('penalty').penalty_ids)

    def test_who_proposes_does_not_approve(self):
        self._add_row('deposit', rate=1)
        penalty = self._bring_to('penalty').penalty_ids
        self.assertEqual(penalty.proposed_by_id, self.judge)
        with self.assertRaisesRegex(UserError, "another person"):
            penalty.with_user(self.judge).action_approve()
        with self.assertRaises(AccessError):
            penalty.with_user(self.clerk).action_approve()
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            penalty.sudo().write({'state': 'approved', 'approved_by_id': self.judge.id})
            penalty.flush_recordset()
        with self.assertRaisesRegex(UserError, "Somebody else"):
            penalty.case_id.with_user(self.judge).action_execute()
        penalty.with_user(self.other_judge).action_approve()
        self.assertEqual(penalty.state, 'approved')

    def test_who_changes_a_proposal_proposes_it(self):
        self._add_row('deposit', rate=1)
        penalty = self._bring_to('penalty').penalty_ids
        penalty.with_user(self.other_judge).amount = 9999
        self.assertEqual(penalty.proposed_by_id, self.other_judge)
        with self.assertRaises(UserError):
            penalty.with_user(self.other_judge).action_approve()
        penalty.with_user(self.judge).action_approve()
        with self.assertRaises(UserError):
            penalty.with_user(self.other_judge).amount = 1

    def test_approval_is_not_written_by_hand(self):
        self._add_row('deposit', rate=1)
        case = self._bring_to('penalty')
        for values in ({'state': 'approved'}, {'approved_by_id': 1}, {'proposed_by_id': 1}, {'recovered_amount': 1}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                case.penalty_ids.with_user(self.other_judge).write(values)
        with self.assertRaises(AccessError):
            self.env['channel.case.penalty'].with_user(self.judge).create({
                'case_id': case.id, 'kind': 'deposit', 'amount': 1, 'proposed_by_id': self.other_judge.id})
        by_hand = self.env['channel.case.penalty'].with_user(self.other_judge).with_context(
            default_state='approved', default_approved_by_id=self.judge.id).create({
            'case_id': case.id, 'kind': 'warning'})
        self.assertEqual((by_hand.state, by_hand.proposed_by_id), ('proposed', self.other_judge))
        with self.assertRaises(UserError):
            by_hand.unlink()

    def test_penalties_are_added_while_they_are_discussed_only(self):
        case = self._bring_to('finding')
        with self.assertRaises(UserError):
            self.env['channel.case.penalty'].create({'case_id': case.id, 'kind': 'warning'})

    def test_warning_needs_one_person(self):
        self._add_row('warning')
        penalty = self._bring_to('penalty').penalty_ids
        penalty.with_user(self.judge).action_approve()
        self.assertEqual(penalty.state, 'approved')

    def _execute(self, kind, **values):
        self._add_row(kind, **values)
        return self._bring_to('executed').penalty_ids

    def _overturn(self, penalty):
        case = penalty.case_id
        self._step_appeal(case)
        case.appeal_text = "You are right."
        case.with_user(self.other_judge).action_overturn()
        self.assertEqual(penalty.state, 'reversed')
        self.assertTrue(penalty.reversal)

    def test_credit_is_cut_and_given_back(self):
        line = self._create_credit(self.dealer, 5000)
        penalty = self._execute('credit', rate=1)
        self.assertEqual(line.limit_amount, 4000)
        line.limit_amount = 4500
        self._overturn(penalty)
        self.assertEqual(line.limit_amount, 5500)

    def test_credit_is_not_cut_below_nothing(self):
        line = self._create_credit(self.dealer, 300)
        penalty = self._execute('credit', rate=1)
        self.assertEqual(line.limit_amount, 0)
        self._overturn(penalty)
        self.assertEqual(line.limit_amount, 300)

    def test_member_without_credit_has_nothing_to_cut(self):
        penalty = self._execute('credit', rate=1)
        self.assertIn("no credit line", penalty.result)
        self._overturn(penalty)

    def test_frozen_member_orders_nothing_until_the_day(self):
        penalty = self._execute('freeze', days=30)
        answer, _order = self._submit_one('F-1')
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['licence']))
        self.assertFalse(self.env['product.product'].search_count(self.dealer._portal_get_products_domain()))
        answer, _order = self._submit_one('F-2', member='S1')
        self.assertEqual(answer['status'], 'held', "its stores are not punished")
        self.dealer.channel_frozen_until = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self._submit_one('F-3')[0]['status'], 'accepted', "when the day is over it is free again")
        self.dealer.channel_frozen_until = penalty.undo['until']
        self._overturn(penalty)
        self.assertFalse(self.dealer.channel_frozen_until)

    def test_grade_falls_by_one_and_rises_again(self):
        self.dealer.write({'segment': 'vip', 'segment_is_manual': False})
        penalty = self._execute('grade')
        self.assertEqual((self.dealer.segment, self.dealer.segment_is_manual), ('core', True))
        self._overturn(penalty)
        self.assertEqual((self.dealer.segment, self.dealer.segment_is_manual), ('vip', False))

    def test_deposit_and_compensation_are_drafts_for_finance(self):
        deposit = self._execute('deposit', rate=1)
        self.assertEqual((deposit.move_id.move_type, deposit.move_id.state), ('out_invoice', 'draft'))
        self.assertEqual((deposit.move_id.partner_id, deposit.move_id.amount_total), (self.dealer.partner_id, 1000))
        deposit.rule_id.active = False
        compensation = self._execute('compensation', fixed_amount=70)
        self.assertEqual(compensation.move_id.move_type, 'out_refund')
        self.assertEqual(compensation.move_id.partner_id, self.rival_dealer.partner_id)
        self.assertNotIn(self.dealer.name, compensation.move_id.invoice_line_ids.name)
        self._overturn(compensation)
        self.assertEqual(compensation.move_id.state, 'cancel')
        deposit.move_id.action_post()
        self._overturn(deposit)
        self.assertTrue(deposit.move_id.reversal_move_ids)

    def test_nobody_harmed_nobody_compensated(self):
        self._add_row('compensation', fixed_amount=70)
        case = self._bring_to('penalty', self._create_case(harmed_member_id=False))
        self.assertFalse(case.penalty_ids)

    def test_claw_back_is_recorded_and_forgotten(self):
        penalty = self._execute('clawback', rate=.1)
        self.assertEqual((penalty.state, penalty.amount), ('executed', 100))
        self._overturn(penalty)

    def test_terminated_member_orders_nothing_and_comes_back(self):
        penalty = self._execute('termination')
        self.assertEqual(self.dealer.state, 'closed')
        self.assertEqual(self._submit_one('T-1')[0]['status'], 'rejected')
        self._overturn(penalty)
        self.assertEqual(self.dealer.state, 'active')

    def test_cancelled_penalty_is_not_executed(self):
        self._add_row('termination')
        case = self._bring_to('penalty')
        case.penalty_ids.with_user(self.judge).action_cancel()
        case.with_user(self.judge).action_execute()
        self.assertEqual((case.state, self.dealer.state), ('executed', 'active'))

    # --- appeal

    def test_appeal_is_decided_by_another_person(self):
        case = self._bring_to('appeal')
        case.appeal_text = "It stands."
        for step in ('action_uphold', 'action_overturn'):
            with self.assertRaisesRegex(UserError, "another person"):
                getattr(case.with_user(self.judge), step)()
        with self.assertRaises(AccessError):
            case.with_user(self.clerk).action_uphold()
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            case.sudo().appeal_by_id = self.judge
            case.flush_recordset()
        case.with_user(self.other_judge).action_uphold()
        self.assertEqual((case.state, case.appeal_outcome), ('closed', 'upheld'))

    def test_appeal_is_answered_with_words(self):
        case = self._bring_to('appeal')
        with self.assertRaises(UserError):
            case.with_user(self.other_judge).action_uphold()

    def test_appeal_comes_once_and_in_time(self):
        case = self._bring_to('executed')
        case.sudo().appeal_until = fields.Date.today() - timedelta(days=1)
        with self.assertRaises(UserError):
            self._step_appeal(case)
        case.sudo().appeal_until = fields.Date.today()
        self._step_appeal(case)
        with self.assertRaises(UserError):
            case._portal_state('appeal', 'token-second', "Again.", [])

    # --- rights and metrics

    def test_another_company_sees_nothing(self):
        other = self.env['res.company'].create({'name': "Other"})
        case = self._bring_to('executed')
        stranger = new_test_user(
            self.env, 'stranger', groups='distributor_portal.group_channel_manager', company_id=other.id,
            company_ids=[Command.set(other.ids)])
        for model in ('channel.case', 'channel.case.evidence', 'channel.case.penalty', 'channel.case.statement',
                      'channel.signal', 'channel.case.metric'):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            case.with_user(stranger).read(['name'])

    def test_metrics(self):
        self._submit_one('M-1', lines=[('YOG-1', 13)])
        signal = self.env['channel.signal']._raise_from_verdicts(self.env['channel.signal']._find_uncollected())
        self._bring_to('executed', signal._make_case())
        case = self._bring_to('finding')
        case.finding_text = "Because"
        case.with_user(self.judge).action_unfounded()
        overturned = self._bring_to('appeal')
        overturned.appeal_text = "Right."
        overturned.with_user(self.other_judge).action_overturn()
        self.env['channel.signal'].create({'name': "N", 'violation_id': self.violation.id})._dismiss('minor')
        self.env.flush_all()
        Metric = self.env['channel.case.metric']
        [(cases, precision, overturned_rate, triage)] = Metric._read_group(
            [], [], ['case_count:sum', 'precision_rate:avg', 'overturned_rate:avg', 'triage_rate:avg'])
        self.assertEqual((cases, round(precision, 1), overturned_rate, triage), (3, 33.3, 100, 50))
        self.assertEqual(
            Metric._read_group([('rule_id', '=', self.rules['pack'].id)], ['rule_id'], ['case_count:sum']),
            [(self.rules['pack'], 1)])
        self.assertEqual(Metric.search([('topic', '=', 'case')]).territory_id.code, '44')

    def test_metrics_of_blocked_orders(self):
        self.rules['pack'].lane = 'block'
        _answer, mended = self._submit_one('B-1', lines=[('YOG-1', 13)])
        self._submit_one('B-2', member='D2', lines=[('YOG-1', 13)])
        mended.order_line.product_uom_qty = 12
        mended.action_channel_check()
        signals = self.env['channel.signal']._raise_from_verdicts(self.env['channel.signal']._find_uncollected())
        signals.filtered(lambda one: one.member_id == self.rival_dealer)._dismiss('wrong')
        self.env.flush_all()
        self.env['channel.case.metric'].invalidate_model()
        [(blocked, resolved, mistaken)] = self.env['channel.case.metric']._read_group(
            [('rule_id', '=', self.rules['pack'].id)], [],
            ['blocked_count:sum', 'self_resolved_rate:avg', 'false_rate:avg'])
        self.assertEqual((blocked, resolved, mistaken), (2, 50, 50))

    def test_overridden_block_was_a_mistake(self):
        self.rules['pack'].lane = 'block'
        _answer, order = self._submit_one('O-1', lines=[('YOG-1', 13)])
        self.env['channel.override']._override(
            order.channel_verdict_ids, 'order', "Agreed by phone", fields.Date.today() + timedelta(days=1))
        order.action_channel_check()
        self.env.flush_all()
        metric = self.env['channel.case.metric'].search([('order_id', '=', order.id)])
        self.assertEqual((metric.blocked_count, metric.false_rate, metric.self_resolved_rate), (1, 100, 0))
