from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_money import MoneyCommon


@tagged('-at_install', 'post_install')
class TestMoneyStatements(MoneyCommon):
    """Statements as they are issued, signed, disputed, answered and followed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.statement = cls._issue()
        cls.line = cls.statement.line_ids.filtered(lambda line: line.move_key == cls.late.id)

    def _dispute(self, **values):
        return self.statement.sudo()._portal_dispute(self.finance, **{
            'line_id': self.line.id, 'reason': 'price', 'text': "It was 50", **values})

    def _sign(self, **values):
        return self.statement.sudo()._portal_sign(self.finance, **{
            'name': "Li Na", 'sha256': self.statement.sha256, 'ip': '192.0.2.7', **values})

    def _answer(self, dispute, outcome='refused', user=None, text="The price list says 60"):
        dispute.with_user(user or self.desk)._answer(outcome, text)

    # --- issuing

    def test_statement_says_what_the_account_says(self):
        self.assertEqual((self.statement.opening_amount, self.statement.closing_amount), (0, 100.5))
        self.assertEqual(self.statement.line_ids.mapped('amount'), [60, 40.5])
        self.assertEqual(self.statement.line_ids.mapped('open_amount'), [60, 40.5])
        self.assertTrue(self.statement.is_intact)
        self.assertEqual(self.statement.sign_until, self.today + timedelta(15))

    def test_what_is_open_from_before_stands_on_it(self):
        later = self._issue(self.dealer, date_from=self.today, date_to=self.today + timedelta(1))
        self.assertEqual((later.opening_amount, later.closing_amount), (100.5, 100.5))
        self.assertEqual(later.line_ids.mapped('is_in_period'), [False, False])
        self.assertEqual(sum(line._get_part() for line in later.line_ids), 100.5)

    def test_later_entries_change_nothing(self):
        before = self.statement.line_ids.read(['amount', 'open_amount', 'balance'])
        self._pay(self.late)
        self._create_invoice(self.dealer, 99, due_days=0)
        self.late.button_draft()
        self.env.invalidate_all()
        self.assertEqual(self.statement.line_ids.read(['amount', 'open_amount', 'balance']), before)
        self.assertTrue(self.statement.is_intact)

    def test_nothing_of_it_is_changed(self):
        for values in ({'closing_amount': 1}, {'sha256': 'x'}, {'tacit_on': self.today}, {'line_ids': []}):
            with self.assertRaises(AccessError):
                self.statement.sudo().write(values)
        with self.assertRaises(UserError):
            self.statement.sudo().unlink()
        with self.assertRaises(UserError):
            self.line.sudo().write({'amount': 1})
        for query in ("UPDATE channel_reconciliation_line SET amount = 1", "DELETE FROM channel_reconciliation_line"):
            with (self.assertRaises(psycopg2.errors.RestrictViolation), mute_logger('odoo.sql_db'),
                  self.env.cr.savepoint()):
                self.env.cr.execute(query)

    def test_header_changed_in_the_database_shows(self):
        self.env.cr.execute(
            "UPDATE channel_reconciliation SET closing_amount = 90 WHERE id = %s", [self.statement.id])
        self.env.invalidate_all()
        self.assertFalse(self.statement.is_intact)
        with self.assertRaisesRegex(UserError, "not the statement that was issued"):
            self._sign()

    def test_issued_again_nobody_gets_a_second_one(self):
        self.assertFalse(self._issue())
        self.assertFalse(self._issue(self.rival_dealer), "no entries and no balance")
        self.statement.with_user(self.manager)._withdraw("Wrong month")
        self.assertTrue(self._issue())

    def test_two_jobs_at_once_issue_one(self):
        with (self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger('odoo.sql_db'),
              self.env.cr.savepoint()):
            self.env.cr.execute(
                "INSERT INTO channel_reconciliation (member_id, company_id, currency_id, date_from, date_to, sha256,"
                " opening_amount, closing_amount, issued_at, issued_by, sign_until, state)"
                " SELECT member_id, company_id, currency_id, date_from, date_to, sha256, opening_amount,"
                " closing_amount, issued_at, issued_by, sign_until, 'waiting' FROM channel_reconciliation"
                " WHERE id = %s", [self.statement.id])

    def test_batch_costs_hardly_more_for_more_members(self):
        def count(members):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(self._issue(members)), len(members))
            self.env.flush_all()
            return self.cr.sql_log_count - before

        crowds = [self.env['channel.member'].union(*(
            self._create_member(f'S{crowd}{i}', 'store', self.dealer, '4403', '440305') for i in range(size)))
            for crowd, size in (('X', 2), ('Y', 2), ('Z', 12))]
        for member in self.env['channel.member'].union(*crowds):
            self._create_invoice(member, 10, due_days=-3)
        count(crowds[0])
        few, many = count(crowds[1]), count(crowds[2])
        self.assertLessEqual(many, few + 4)

    def test_owners_and_finance_people_are_written_to(self):
        mails = self.env['mail.mail'].search([('subject', 'like', "Your statement of")])
        self.assertEqual(mails.recipient_ids, (self.owner | self.finance).partner_id)
        self.assertIn(f'/my/channel/statements/{self.statement.id}', mails[0].body_html)

    def test_who_wants_no_statements_and_who_has_left_is_not_written_to(self):
        self.finance.channel_link_ids.notice_statement = 'none'
        self.owner.active = False
        self.assertFalse(self.statement._get_readers())
        self.finance.channel_link_ids.notice_statement = 'sms'
        self.assertEqual(self.statement._get_readers(), self.finance.partner_id, "there is no text message of it")

    def test_run_goes_on_where_it_was(self):
        run = self.env['channel.reconciliation.run'].sudo().create({
            'date_from': self.today - timedelta(60), 'date_to': self.today, 'sign_until': self._day(9)})
        self.assertEqual(run._work(limit=3), 3)
        self.assertEqual((run.state, run.issue_rate), ('running', 50))
        self.env['channel.reconciliation.run']._cron_issue()
        self.assertEqual((run.state, run.issue_rate), ('done', 100))
        self.assertEqual(run.reconciliation_ids.member_id, self.store, "the dealer has one, the others have nothing")
        self.assertEqual((run.issued_count, run.waiting_count, run.agreed_rate), (1, 1, 0))

    def test_several_runs_are_issued_one_after_the_other(self):
        Run = self.env['channel.reconciliation.run'].sudo()
        runs = Run.create([
            {'date_from': self.today - timedelta(60), 'date_to': self._day(-days), 'sign_until': self._day(9)}
            for days in (0, 1)])
        self._run_job(Run.with_context(cron_id=1)._cron_issue)
        self.assertEqual(runs.mapped('state'), ['done', 'done'])

    def test_month_is_issued_on_its_day_once(self):
        self.company.channel_statement_day = 1
        Run = self.env['channel.reconciliation.run']
        Run._cron_issue()
        run = Run.search([])
        self.assertEqual(len(run), 1)
        self.assertEqual(run.date_to, self.today.replace(day=1) - timedelta(1))
        Run._cron_issue()
        self.assertEqual(Run.search([]), run)

    def test_statements_by_hand_up_to_the_same_day_do_not_stand_for_the_month(self):
        self.company.channel_statement_day = 1
        Run = self.env['channel.reconciliation.run'].sudo()
        last = self.today.replace(day=1) - timedelta(1)
        by_hand = Run.create({'date_from': last - timedelta(9), 'date_to': last, 'sign_until': self._day(9)})
        Run._cron_issue()
        month = Run.search([]) - by_hand
        self.assertEqual((month.date_from, month.date_to), (last.replace(day=1), last))

    def test_wizard_shows_and_issues(self):
        wizard = self.env['channel.reconciliation.issue'].with_user(self.manager).create({
            'date_from': self.today - timedelta(60), 'date_to': self.today})
        self.assertEqual((wizard.statement_count, wizard.having_count), (1, 1))
        self.assertIn(self.store.display_name, wizard.preview_html)
        run = self.env['channel.reconciliation.run'].browse(wizard.action_issue()['res_id'])
        self.assertEqual((run.state, run.reconciliation_ids.member_id), ('done', self.store))
        with self.assertRaises(AccessError):
            wizard.with_user(self.desk).action_issue()

    # --- disputing

    def test_dispute_goes_to_headquarters(self):
        self.company.channel_dispute_user_id = self.desk
        dispute = self._dispute(file=('proof.csv', b'a,b\n1,2\n'))
        self.assertEqual((dispute.state, dispute.amount, dispute.user_id), ('open', 60, self.finance))
        self.assertEqual((self.statement.stage, self.statement.disputed_amount), ('disputed', 60))
        self.assertEqual(dispute.activity_ids.user_id, self.desk)
        self.assertEqual((dispute.file_name, dispute._get_file()), ('proof.csv', b'a,b\n1,2\n'))

    def test_bad_disputes_are_refused(self):
        foreign = self._issue(self.store).line_ids
        for values in ({'line_id': foreign.id}, {'line_id': 0}, {'reason': 'differs'}, {'reason': ''},
                       {'text': "x" * 2001}, {'file': ('x.pdf', b'<html>')}, {'file': ('x.exe', b'MZ')}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._dispute(**values)
        self._dispute()
        with self.assertRaisesRegex(UserError, "disputed already"):
            self._dispute()
        self._sign()
        with self.assertRaisesRegex(UserError, "signed already"):
            self._dispute(line_id=self.statement.line_ids[-1].id)

    def test_taken_back_it_is_as_if_nothing_was(self):
        dispute = self._dispute()
        self.statement.sudo()._portal_step(self.finance, dispute.id, 'withdraw')
        self.assertEqual((dispute.state, self.statement.stage), ('withdrawn', 'waiting'))
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(self._dispute().state, 'open')

    def test_refusal_needs_a_reason_and_is_told(self):
        dispute = self._dispute()
        with self.assertRaises(UserError):
            self._answer(dispute, text="  ")
        self._answer(dispute)
        self.assertEqual((dispute.state, dispute.answered_by), ('refused', self.desk))
        self.assertFalse(dispute.activity_ids)
        self.assertTrue(self.env['mail.mail'].search_count([('subject', 'like', "Headquarters has answered")]))
        with self.assertRaisesRegex(UserError, "faster"):
            self._answer(dispute, 'accepted')
        self.statement.sudo()._portal_step(self.finance, dispute.id, 'close')
        self.assertEqual((dispute.state, self.statement.disputed_amount), ('closed', 0))

    def test_accepted_stays_out_of_the_balance(self):
        dispute = self._dispute()
        note = self._create_invoice(self.dealer, 10, move_type='out_refund')
        foreign = self._create_invoice(self.store, 10, move_type='out_refund')
        with self.assertRaisesRegex(UserError, "somebody else's"):
            dispute.with_user(self.desk)._answer('accepted', "You are right", foreign)
        dispute.with_user(self.desk)._answer('accepted', "You are right", note)
        self.assertEqual((dispute.outcome, dispute.correction_id), ('accepted', note))
        self.statement.sudo()._portal_step(self.finance, dispute.id, 'close')
        self.assertEqual(self.statement.disputed_amount, 60)

    def test_escalated_goes_to_another_manager(self):
        dispute = self._dispute()
        self._answer(dispute, user=self.manager)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.statement.sudo()._portal_step(self.finance, dispute.id, 'escalate')
        self.statement.sudo()._portal_step(self.finance, dispute.id, 'escalate', "See the offer of May")
        self.assertEqual((dispute.state, bool(dispute.activity_ids)), ('escalated', True))
        with self.assertRaises(AccessError):
            self._answer(dispute, user=self.desk)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self._answer(dispute, user=self.manager)
        self._answer(dispute, user=self.env.user)
        with self.assertRaisesRegex(UserError, "decided already"):
            self.statement.sudo()._portal_step(self.finance, dispute.id, 'escalate', "Again")

    def test_step_of_another_statements_dispute_does_nothing(self):
        other = self._issue(self.store)
        dispute = self._dispute()
        with self.assertRaises(ValueError):
            other.sudo()._portal_step(self.finance, dispute.id, 'withdraw').ensure_one()
        self.assertEqual(dispute.state, 'open')

    # --- signing

    def test_signature_keeps_who_when_where_and_what(self):
        self._dispute()
        self._sign(name="  Li   Na ")
        signature = self.statement.signature_ids
        self.assertEqual(
            (signature.name, signature.role, signature.ip, signature.user_id, signature.sha256),
            ("Li Na", 'finance', '192.0.2.7', self.finance, self.statement.sha256))
        self.assertEqual((signature.excluded_count, signature.excluded_amount), (1, 60))
        self.assertEqual((self.statement.state, self.statement.stage), ('signed', 'partly'))
        with self.assertRaises(UserError):
            signature.sudo().write({'name': "Somebody"})

    def test_signed_twice_is_one_signature(self):
        self._sign()
        with self.assertRaisesRegex(UserError, "signed already"):
            self._sign()
        with (self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger('odoo.sql_db'),
              self.env.cr.savepoint()):
            self.statement._sign('signed', {'name': "Other"})
        self.assertEqual(len(self.statement.signature_ids), 1)

    def test_signing_needs_a_name_and_the_same_content(self):
        for values in ({'name': ''}, {'name': "  "}, {'sha256': ''}, {'sha256': '0' * 64}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._sign(**values)
        self.assertFalse(self.statement.signature_ids)

    def test_signed_is_not_withdrawn(self):
        self._sign()
        with self.assertRaises(UserError):
            self.statement.with_user(self.manager)._withdraw("No")
        with self.assertRaises(AccessError):
            self.statement.with_user(self.desk).action_withdraw()

    def test_withdrawn_ends_its_disputes(self):
        dispute = self._dispute()
        wizard = self.env['channel.reconciliation.withdraw'].with_user(self.manager).create({
            'reconciliation_ids': self.statement.ids, 'reason': "Wrong month"})
        wizard.action_withdraw()
        self.assertEqual((self.statement.stage, dispute.state), ('withdrawn', 'withdrawn'))

    # --- following

    def test_reminder_is_sent_once(self):
        Statement = self.env['channel.reconciliation']
        Statement._cron_follow()
        self.assertFalse(self.statement.reminded_at)
        self.statement.sudo().sign_until = self._day(2)
        for _run in range(2):
            Statement._cron_follow()
        self.assertTrue(self.statement.reminded_at)
        self.assertEqual(self.env['mail.mail'].search_count([('subject', 'like', "Please sign")]), 2)

    def test_silence_means_nothing_unless_it_was_agreed(self):
        self.company.channel_tacit_days = 5
        self.statement.sudo().sign_until = self._day(-30)
        self.env['channel.reconciliation']._cron_follow()
        self.assertEqual(self.statement.state, 'waiting', "issued before the setting")
        self.assertTrue(self.statement.is_overdue)
        self.assertIn(self.statement, self.env['channel.reconciliation'].search([('is_overdue', '=', True)]))

    def test_silence_agrees_and_keeps_the_wording(self):
        self.company.write({'channel_tacit_days': 5, 'channel_tacit_text': "Silence agrees."})
        silent, loud = self._issue(self.store, sign_until=self._day(-6)), self._issue(
            self.dealer, date_from=self.today, sign_until=self._day(-6))
        self.company.channel_tacit_text = "Something else"
        loud.sudo()._portal_dispute(self.finance, loud.line_ids[0].id, 'paid', "")
        self.env['channel.reconciliation']._cron_follow()
        self.assertEqual((silent.state, loud.state), ('tacit', 'waiting'))
        self.assertEqual((silent.tacit_text, silent.signature_ids.kind), ("Silence agrees.", 'tacit'))

    # --- the member's own ledger

    def _take(self, *rows):
        text = '\n'.join(','.join(row) for row in (('Number', 'Date', 'Amount'), *rows))
        return self.statement.sudo()._portal_take_ledger(self.finance, 'ours.csv', text.encode())

    def test_ledger_is_compared_and_disputed_with_one_tap(self):
        day = str(self.today)
        ledger = self._take(
            (self.late.name.lower(), str(self.late.date), '50'), ('PAY-1', day, '-20'), ('Z', str(self._day(3)), '1'))
        found = ledger._compare()
        self.assertEqual([pair.difference for pair in found.differing], [-10])
        self.assertEqual([item.number for item in found.only_theirs], ['PAY-1'])
        self.assertEqual(len(found.only_ours), 1)
        self.assertEqual(ledger._get_later_count(), 1)
        disputes = self.statement.sudo()._portal_dispute_ledger(self.finance, ledger.id)
        self.assertEqual(sorted(disputes.mapped('reason')), ['differs', 'missing', 'unknown'])
        self.assertEqual(disputes.filtered(lambda one: one.reason == 'differs').their_amount, 50)
        self.assertFalse(self.statement.sudo()._portal_dispute_ledger(self.finance, ledger.id), "again adds nothing")
        self.assertEqual(self.statement.disputed_amount, 100.5)

    def test_ledger_that_agrees_leaves_nothing_to_dispute(self):
        ledger = self._take(*((move.name, str(move.date), str(-move.amount_total)) for move in self.late | self.next))
        self.assertTrue(ledger._compare().is_mirrored)
        self.assertEqual(len(ledger._compare().agreed), 2)
        self.assertFalse(self.statement.sudo()._portal_dispute_ledger(self.finance, ledger.id))

    def test_settled_rows_from_before_the_statement_are_no_difference(self):
        old = self._create_invoice(self.dealer, 12, due_days=-90, invoice_date=self.today - timedelta(100))
        self.statement = self._issue(self.dealer, date_from=self.today - timedelta(50), date_to=self.today)
        before = str(self.today - timedelta(80))
        ledger = self._take(
            *((f'OLD-{i}', before, '7') for i in range(201)), (old.name, str(old.date), '12'),
            ('PAY-1', str(self.today), '-20'),
            *((move.name, str(move.date), str(move.amount_total)) for move in self.late | self.next))
        found = ledger._compare()
        self.assertEqual([item.number for item in found.only_theirs], ['PAY-1'])
        self.assertFalse(found.only_ours)
        self.assertEqual((len(found.agreed), ledger._get_earlier_count(found)), (3, 201))
        disputes = self.statement.sudo()._portal_dispute_ledger(self.finance, ledger.id)
        self.assertEqual(disputes.mapped('name'), ['PAY-1'])

    def test_ledger_that_cannot_be_read_says_why(self):
        for name, content, word in (
                ('a.csv', b'', "empty"), ('a.csv', b'x,y\n1,2', "Missing"), ('a.bin', b'a\x00b', "no CSV, XLSX or ODS"),
                ('a.csv', b'Number,Date,Amount\nX,tomorrow,5', "tomorrow")):
            with self.subTest(word=word), self.assertRaisesRegex(UserError, word):
                self.statement.sudo()._portal_take_ledger(self.finance, name, content)

    def test_portal_reads_nothing_by_rpc(self):
        for name in ('', '.line', '.signature', '.dispute', '.ledger', '.run', '.issue', '.answer', '.withdraw'):
            for user in (self.finance, self.rival):
                self.assertFalse(
                    self.env[f'channel.reconciliation{name}'].with_user(user).has_access('read'), name)

    def test_task_counts_what_waits(self):
        count = lambda: self.dealer.sudo()._portal_get_tasks()['to_sign']  # noqa: E731
        self.assertEqual(count(), 1)
        dispute = self._dispute()
        self._sign()
        self.assertEqual(count(), 0)
        self._answer(dispute)
        self.assertEqual(count(), 1)

    def test_sign_off_sheet_is_printed(self):
        self._sign()
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            'distributor_portal.reconciliation_report', self.statement.ids)
        for text in ("Li Na", self.late.name, self.statement.sha256):
            self.assertIn(text, html.decode())

    def test_statement_of_another_company_is_not_seen(self):
        other = self.env['res.company'].create({'name': "Other"})
        self.desk.write({'company_ids': [fields.Command.set(other.ids)], 'company_id': other.id})
        for name in ('', '.line', '.dispute'):
            self.assertFalse(self.env[f'channel.reconciliation{name}'].with_user(self.desk).search([]))
