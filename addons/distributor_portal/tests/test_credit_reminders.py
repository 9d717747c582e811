from psycopg2.errors import RestrictViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_credit import CreditCommon


@tagged('-at_install', 'post_install')
class TestCreditReminders(CreditCommon):
    """Each reminder goes out once, to whom it should, in its language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reminder = cls.env['channel.credit.reminder']
        cls.dealer.partner_id.write({'email': 'dealer@example.com', 'phone': '+86 140 0000 0001'})
        cls.company.channel_reminder_by_sms = True
        cls.env['mail.mail'].search([]).unlink()
        cls.env['sms.sms'].search([]).unlink()

    def _send(self):
        count = self.Reminder._cron_send()
        return count, self.env['mail.mail'].search([], order='id'), self.env['sms.sms'].search([], order='id')

    def test_reminder_before_due_goes_out_once(self):
        invoice = self._create_invoice(self.dealer, 50, due_days=3)
        count, mails, texts = self._send()
        self.assertEqual((count, len(mails), len(texts)), (2, 1, 1))
        self.assertIn(invoice.name, mails.subject)
        self.assertIn("falls due", mails.body_html)
        self.assertEqual(mails.recipient_ids, self.dealer.partner_id)
        self.assertIn("falls due", texts.body)
        self.assertEqual(texts.number, '+86 140 0000 0001')
        self.assertEqual(self._send()[0], 0)
        self.assertEqual(set(self.Reminder.search([('move_id', '=', invoice.id)]).mapped('channel')), {'mail', 'sms'})

    def test_database_refuses_a_second_and_a_changed_one(self):
        self._create_invoice(self.dealer, 50, due_days=3)
        row = self.Reminder._plan(self.company)[0]
        reminder = self.Reminder._send([row])
        with mute_logger('odoo.sql_db'), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.Reminder._send([row])
        with mute_logger('odoo.sql_db'), self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM channel_credit_reminder WHERE id = %s", [reminder.id])

    def test_what_fails_on_the_way_leaves_neither_row_nor_message(self):
        self._create_invoice(self.dealer, 50, due_days=3)

        def fail(self, *args, **kwargs):
            raise ZeroDivisionError
        self.patch(type(self.env['sms.sms']), 'create', fail)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.Reminder._cron_send()
        self.assertFalse(self.Reminder.search([('member_id', '=', self.dealer.id)]))
        self.assertFalse(self.env['mail.mail'].search([]))

    def test_steps_after_due(self):
        self.company.channel_reminder_by_sms = False
        invoices = [self._create_invoice(self.dealer, 50, due_days=-days) for days in (1, 8, 15, 40)]
        _count, mails, _texts = self._send()
        reminders = self.Reminder.search([], order='date_due')
        self.assertEqual([(reminder.move_id, reminder.days) for reminder in reminders], [
            (invoices[2], 14), (invoices[1], 7), (invoices[0], 1)])
        self.assertTrue(all("was due" in mail.body_html for mail in mails))

    def test_nobody_is_reminded_without_need(self):
        paid = self._create_invoice(self.dealer, 50, due_days=1)
        self._pay(paid)
        disputed = self._create_invoice(self.dealer, 50, due_days=1)
        disputed.no_followup = True
        self._create_invoice(self.dealer, 50, due_days=1).button_draft()
        self._create_invoice(self.dealer, 50, due_days=20)
        self._create_invoice(self.dealer, 50, due_days=1, move_type='out_refund')
        self.assertEqual(self._send()[0], 0)

    def test_money_on_the_account_covers_the_oldest(self):
        self._create_invoice(self.dealer, 50, due_days=-1)
        later = self._create_invoice(self.dealer, 50, due_days=1)
        self._create_payment(self.dealer, 50)
        self._send()
        self.assertEqual(self.Reminder.search([]).move_id, later)

    def test_who_opted_out_or_has_no_address_gets_nothing(self):
        self._create_invoice(self.dealer, 50, due_days=1)
        self.dealer.partner_id.phone = False
        self.assertEqual([row['channel'] for row in self.Reminder._plan(self.company)], ['mail'])
        self.dealer.has_reminders = False
        self.assertEqual(self._send()[0], 0)

    def test_people_who_want_it_are_told_besides(self):
        finance = self._create_portal_user(self.dealer, 'finance', role='finance')
        owner = self._create_portal_user(self.dealer, 'owner')
        for user in (finance, owner, self._create_portal_user(self.dealer, 'buyer', role='buyer')):
            user.partner_id.email = f'{user.login}@example.com'
        owner.channel_link_ids.notice_invoice = 'none'
        self._create_invoice(self.dealer, 50, due_days=3)
        _count, mails, texts = self._send()
        self.assertEqual(mails.recipient_ids, self.dealer.partner_id | finance.partner_id)
        self.assertEqual(len(texts), 1)
        reminder = self.Reminder.search([('channel', '=', 'mail')])
        self.assertEqual(reminder.sent_to, "dealer@example.com, finance@example.com")

    def test_terms_shorter_than_the_reminder_are_not_announced(self):
        self._create_invoice(self.dealer, 50, due_days=1, invoice_date=self.today)
        self.assertEqual(self._send()[0], 0)

    def test_ways_and_days_are_settings(self):
        self._create_invoice(self.dealer, 50, due_days=5)
        self.assertEqual(self._send()[0], 0)
        self.company.write({'channel_reminder_before_days': 5, 'channel_reminder_by_mail': False})
        self.assertEqual([row['channel'] for row in self.Reminder._plan(self.company)], ['sms'])
        self.company.channel_reminder_by_sms = False
        self.assertEqual(self._send()[0], 0)

    def test_days_that_cannot_be_read_are_refused(self):
        for text in ("7, 1", "soon", "-1"):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self.company.channel_reminder_after_days = text

    def test_member_reads_its_own_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        template = self.env.ref('distributor_portal.reminder_mail_before')
        template.with_context(lang='fr_FR').subject = "Facture {{ object.name }}"
        self.dealer.partner_id.lang = 'fr_FR'
        self._create_invoice(self.dealer, 50, due_days=1)
        _count, mails, _texts = self._send()
        self.assertTrue(mails.subject.startswith("Facture"))

    def test_new_due_date_is_reminded_of_anew(self):
        invoice = self._create_invoice(self.dealer, 50, due_days=1)
        self._send()
        invoice.button_draft()
        invoice.invoice_date_due = self._day(2)
        invoice.action_post()
        self.assertEqual(self._send()[0], 2)

    def test_preview_shows_the_words_and_sends_nothing(self):
        invoice = self._create_invoice(self.dealer, 50, due_days=1)
        preview = self.env['channel.reminder.preview'].with_user(self.manager).create({'company_id': self.company.id})
        self.assertEqual(preview.count, 2)
        self.assertIn(invoice.name, preview.preview_html)
        self.assertFalse(self.env['mail.mail'].search([]))
        preview.action_send()
        self.assertEqual(len(self.Reminder.search([])), 2)
        preview.invalidate_recordset()
        self.assertEqual(preview.count, 0)

    def test_reminders_are_facts(self):
        self._create_invoice(self.dealer, 50, due_days=1)
        self._send()
        with self.assertRaises(UserError):
            self.Reminder.search([], limit=1).unlink()
