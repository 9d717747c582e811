import secrets
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_cases import PDF, CasesCommon


@tagged('-at_install', 'post_install')
class TestCasesPortal(CasesCommon, HttpCase):
    """The accused member over real HTTP: what it sees and says, and everything that it does not see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_portal_user(cls.dealer, 'owner_user')
        cls.finance = cls._create_portal_user(cls.dealer, 'finance_user', role='finance')
        cls.buyer = cls._create_portal_user(cls.dealer, 'buyer_user', role='buyer')
        cls.rival = cls._create_portal_user(cls.rival_dealer, 'rival_user')
        cls.agent_user = cls._create_portal_user(cls.agent, 'agent_user')

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _post(self, case, files=None, **data):
        return self.url_open(f'/my/channel/cases/{case.id}', data={
            'csrf_token': http.Request.csrf_token(self), 'kind': 'answer', 'text': "Not us.",
            'form_token': secrets.token_urlsafe(16), **data,
        }, files=files, allow_redirects=False)

    def _get(self, path):
        return self.url_open(f'/my/channel{path}', allow_redirects=False)

    def _heard(self):
        case = self._bring_to('evidence')
        self.hidden = self._add_evidence(case, 'secret.pdf')
        case._send_notice("You have sold in Chengdu.", 10, self._add_evidence(case, 'shown.pdf'))
        self.shown = case.evidence_ids - self.hidden
        return case

    def test_member_reads_the_notice_and_what_was_disclosed(self):
        case = self._heard()
        for user in (self.owner, self.finance):
            self._login(user)
            self.assertIn(case.name, self._get('/cases').text)
            page = self._get(f'/cases/{case.id}').text
            self.assertIn("You have sold in Chengdu.", page)
            self.assertIn('shown.pdf', page)
            self.assertNotIn('secret.pdf', page)
            for name in (self.rival_dealer.name, self.rival_dealer.code + ' '):
                self.assertNotIn(name, page)

    def test_home_and_navigation_lead_to_the_case(self):
        self._login(self.owner)
        self.assertNotIn('/my/channel/cases', self._get('').text)
        self._heard()
        self.assertIn("asks for your answer", self._get('').text)
        self._login(self.buyer)
        self.assertNotIn('/my/channel/cases', self._get('').text)

    def test_foreign_case_looks_like_none(self):
        case = self._heard()
        for user in (self.rival, self.agent_user):
            self._login(user)
            foreign, none = self._get(f'/cases/{case.id}'), self._get('/cases/999999')
            self.assertEqual((foreign.status_code, foreign.headers['Location']), (303, none.headers['Location']))
            self._post(case)
            foreign_file = self._get(f'/cases/{case.id}/files/{self.shown.id}')
            self.assertEqual((foreign_file.status_code, foreign_file.headers['Location']),
                             (303, none.headers['Location']))
            self.assertNotIn(case.name, self._get('/cases').text)
        self.assertFalse(case.statement_ids)

    def test_buyer_is_not_concerned(self):
        case = self._heard()
        self._login(self.buyer)
        for path in ('/cases', f'/cases/{case.id}', f'/cases/{case.id}/files/{self.shown.id}'):
            self.assertEqual(self._get(path).status_code, 303)
        self._post(case)
        self.assertFalse(case.statement_ids)

    def test_finance_reads_and_does_not_answer(self):
        case = self._heard()
        self._login(self.finance)
        self.assertNotIn('name="kind"', self._get(f'/cases/{case.id}').text)
        self._post(case)
        self.assertFalse(case.statement_ids)

    def test_before_the_notice_there_is_nothing(self):
        case = self._bring_to('evidence')
        self._login(self.owner)
        self.assertNotIn(case.name, self._get('/cases').text)
        self.assertEqual(self._get(f'/cases/{case.id}').status_code, 303)
        case.action_drop()
        self.assertEqual(self._get(f'/cases/{case.id}').status_code, 303)

    def test_file_is_a_download_and_nothing_else(self):
        case = self._heard()
        self._login(self.owner)
        response = self._get(f'/cases/{case.id}/files/{self.shown.id}')
        self.assertEqual(response.content, PDF)
        self.assertTrue(response.headers['Content-Disposition'].startswith('attachment'))
        self.assertEqual(response.headers['X-Content-Type-Options'], 'nosniff')
        self.assertIn('sandbox', response.headers['Content-Security-Policy'])

    def test_what_was_not_disclosed_is_not_served(self):
        case = self._heard()
        self._login(self.owner)
        for path in (f'/cases/{case.id}/files/{self.hidden.id}', f'/cases/{case.id}/files/0', '/cases/0/files/1'):
            self.assertEqual(self._get(path).status_code, 303)
        other = self._bring_to('evidence')
        foreign = self._add_evidence(other)
        self.assertEqual(self._get(f'/cases/{case.id}/files/{foreign.id}').status_code, 303)
        self.shown._withdraw("Another shop")
        self.assertEqual(self._get(f'/cases/{case.id}/files/{self.shown.id}').status_code, 303)
        stored = f'channel.case.evidence/{self.shown.id}/content'
        for path in (f'/channel/evidence/{self.shown.id}', f'/web/content/{stored}'):
            self.assertGreaterEqual(self.url_open(path, allow_redirects=False).status_code, 400)

    def test_staff_downloads_anything(self):
        self._heard()
        self._login(self.clerk)
        response = self.url_open(f'/channel/evidence/{self.hidden.id}')
        self.assertEqual((response.content, response.headers['X-Content-Type-Options']), (PDF, 'nosniff'))
        self.assertEqual(self.url_open('/channel/evidence/999999').status_code, 404)
        self.assertEqual(self.url_open('/channel/evidence/99999999999').status_code, 404)

    def test_member_answers_with_text_and_files(self):
        case = self._heard()
        self._login(self.owner)
        response = self._post(case, files=[('files', ('../proof.txt', b'sold in Shenzhen', 'text/html'))])
        self.assertEqual(response.status_code, 303)
        statement = case.statement_ids
        self.assertEqual((statement.text, statement.user_id, statement.kind), ("Not us.", self.owner, 'answer'))
        evidence = statement.evidence_ids
        self.assertEqual((evidence.name, evidence.origin, evidence.mimetype), ('proof.txt', 'member', 'text/plain'))
        self.assertTrue(case.answered_at)
        self.assertIn('proof.txt', self._get(f'/cases/{case.id}').text)

    def test_sent_twice_is_one_answer(self):
        case = self._heard()
        self._login(self.owner)
        for _tap in range(2):
            self._post(case, form_token='token-1234567890')
        self.assertEqual(len(case.statement_ids), 1)
        self._post(case, text="And another thing.")
        self.assertEqual(len(case.statement_ids), 2)

    def test_bad_file_is_refused_and_the_text_comes_back(self):
        case = self._heard()
        self._login(self.owner)
        for name, content in (('x.exe', b'MZ'), ('x.pdf', b'<html><script>'), ('x.svg', b'<svg/>')):
            response = self._post(case, files=[('files', (name, content, 'application/pdf'))], text="My long answer")
            self.assertEqual(response.status_code, 200)
            self.assertIn("is not taken", response.text)
            self.assertIn("My long answer", response.text)
        self.assertFalse(case.statement_ids)
        self.assertEqual(len(case.evidence_ids), 2)

    def test_rubbish_is_not_kept(self):
        case = self._heard()
        self._login(self.owner)
        for values in ({'text': "  "}, {'kind': 'appeal'}, {'kind': 'x'}, {'form_token': ''}, {'form_token': 'x' * 99},
                       {'text': "x" * 10_001}, {'state': 'closed', 'kind': 'x'}):
            with self.subTest(values=values):
                self.assertLess(self._post(case, **values).status_code, 500)
                self.assertFalse(case.statement_ids)
        response = self._post(case, files=[('files', (f'{n}.txt', b'x', 'text/plain')) for n in range(6)])
        self.assertIn("At most", response.text)
        self.assertFalse(case.statement_ids)

    def test_form_without_its_token_is_refused(self):
        case = self._heard()
        self._login(self.owner)
        with mute_logger('odoo.http'):
            response = self.url_open(
                f'/my/channel/cases/{case.id}', data={'text': "x", 'kind': 'answer', 'form_token': 'y' * 16})
        self.assertEqual(response.status_code, 400)

    def test_too_late_is_too_late(self):
        case = self._heard()
        case.sudo().hearing_until = fields.Date.today() - timedelta(days=1)
        self._login(self.owner)
        self.assertNotIn('name="kind"', self._get(f'/cases/{case.id}').text)
        self.assertIn("time for this is over", self._post(case).text)
        self.assertFalse(case.statement_ids)

    def test_member_reads_the_decision_and_appeals(self):
        self._add_row('deposit', rate=1)
        self._add_row('compensation', fixed_amount=71.5)
        case = self._bring_to('penalty')
        self._login(self.owner)
        page = self._get(f'/cases/{case.id}').text
        self.assertNotIn("The lot numbers prove it.", page)
        self._step_executed(case)
        page = self._get(f'/cases/{case.id}').text
        self.assertIn("The lot numbers prove it.", page)
        self.assertIn("1,000.00", page)
        self.assertNotIn("71.50", page)
        self.assertNotIn("Compensation", page)
        self._post(case, kind='appeal', text="The lots are not ours.")
        self.assertEqual((case.state, case.statement_ids.kind), ('appeal', 'appeal'))
        case.appeal_text = "You are right."
        case.with_user(self.other_judge).action_overturn()
        self.assertIn("You are right.", self._get(f'/cases/{case.id}').text)

    def test_portal_reads_nothing_by_rpc(self):
        self._heard()
        for model in ('channel.case', 'channel.case.evidence', 'channel.case.statement', 'channel.signal',
                      'channel.case.penalty', 'channel.case.metric', 'channel.simulation', 'channel.penalty.rule'):
            self.assertFalse(self.env[model].with_user(self.owner).has_access('read'), model)
