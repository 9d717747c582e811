import base64
import csv
import io

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

HEADER = 'code,name,tier,upstream,street_code,street,phone,email,credit_limit'
GOOD = f"""{HEADER}
S1,Corner Shop,store,D1,440305,12 Xuefu Road,0755-5550-0112,,5000
D1,Sunrise Dealer,dealer,A1,440304,,,orders@sunrise.example,
A1,Great South Agent,agent,,44,,,,200000.50
"""
BAD = f"""{HEADER}
A1,Great South Agent,agent,,,,,,
D1,Sunrise Dealer,dealer,A1,440304,,,nobody,
S1,Corner Shop,store,D1,,,,,
S2,Other Shop,store,A1,,,,,
"""


@tagged('-at_install', 'post_install')
class TestMemberImport(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, 'network.manager', groups='distributor_portal.group_channel_manager')
        cls.desk = new_test_user(cls.env, 'order.desk', groups='distributor_portal.group_channel_user')

    def _wizard(self, content, user=None):
        content = content.encode() if isinstance(content, str) else content
        return self.env['channel.member.import'].with_user(user or self.manager).create({
            'file': base64.b64encode(content)})

    def _import(self, content, **values):
        wizard = self._wizard(content)
        wizard.action_preview()
        wizard.write(values)
        wizard.action_import()
        return wizard

    def _members(self, *codes):
        found = self.env['channel.member'].search([('code', 'in', codes or ['A1', 'D1', 'S1', 'S2'])])
        return {member.code: member for member in found}

    def _outcomes(self, wizard):
        return {line.code: line.outcome for line in wizard.line_ids}

    def _report(self, wizard):
        text = base64.b64decode(wizard.report_file).decode('utf-8-sig')
        return list(csv.reader(io.StringIO(text, newline='')))

    def test_preview_writes_nothing(self):
        wizard = self._wizard(GOOD)
        wizard.action_preview()
        self.assertEqual(
            (wizard.state, wizard.create_count, wizard.update_count, wizard.bad_count), ('preview', 3, 0, 0))
        self.assertFalse(self._members())

    def test_good_file_makes_the_whole_line_top_down(self):
        wizard = self._import(GOOD)
        members = self._members()
        self.assertEqual((wizard.state, wizard.create_count), ('done', 3))
        self.assertEqual(members['S1'].ancestor_ids, members['S1'] | members['D1'] | members['A1'])
        self.assertEqual(members['S1'].street_id.code, '440305')
        self.assertTrue(members['S1'].latitude)
        self.assertEqual(members['A1'].credit_line_ids.limit_amount, 200000.5)
        self.assertFalse(members['D1'].credit_line_ids)
        company = members['S1'].partner_id
        self.assertEqual(
            (company.is_company, company.name, company.street, company.phone, company.ref),
            (True, "Corner Shop", "12 Xuefu Road", "0755-5550-0112", 'S1'))
        self.assertEqual(members['D1'].partner_id.email, 'orders@sunrise.example')
        self.assertTrue(members['D1'].reviews_downstream, "what the tier prefers holds for imported members too")

    def test_same_file_again_changes_nothing(self):
        self._import(GOOD)
        self.env.flush_all()
        self.env.cr.execute("UPDATE channel_member SET write_date = '2020-01-01'")
        self.env.cr.execute("UPDATE res_partner SET write_date = '2020-01-01'")
        self.env.cr.execute("UPDATE channel_credit_line SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        wizard = self._import(GOOD)
        self.env.flush_all()
        self.assertEqual((wizard.create_count, wizard.update_count, wizard.unchanged_count), (0, 0, 3))
        members = self.env['channel.member'].union(*self._members().values())
        self.assertEqual(len(members), 3)
        for records in (members, members.partner_id, members.credit_line_ids):
            self.assertEqual({record.write_date.year for record in records}, {2020}, records._name)

    def test_known_members_change_where_the_file_differs(self):
        self._import(GOOD)
        wizard = self._import(
            "code,name,tier,upstream,phone,credit_limit\n"
            "D1,Sunrise Trading,dealer,A1,,7000\nS1,Corner Shop,store,A1,,\nA1,Great South Agent,agent,,,\n")
        self.assertEqual(self._outcomes(wizard), {'D1': 'changed', 'S1': 'changed', 'A1': 'unchanged'})

    def test_empty_cell_leaves_what_is_there(self):
        self._import(GOOD)
        self._import("code,name,tier,upstream,phone,street_code,credit_limit\nS1,Corner Shop 12,store,A1,,,\n")
        shop = self._members()['S1']
        self.assertEqual(shop.name, "Corner Shop 12")
        self.assertEqual(shop.upstream_id.code, 'A1')
        self.assertEqual(shop.partner_id.phone, "0755-5550-0112")
        self.assertEqual(shop.street_id.code, '440305')
        self.assertEqual(shop.credit_line_ids.limit_amount, 5000)
        self.assertEqual(len(shop.link_ids), 2, "the move is kept in its history")

    def test_rows_with_errors_hold_everything_up(self):
        wizard = self._wizard(BAD)
        wizard.action_preview()
        self.assertEqual((wizard.create_count, wizard.bad_count), (2, 2))
        with self.assertRaisesRegex(UserError, "Rows with errors: 2"):
            wizard.action_import()
        self.assertFalse(self._members())

    def test_good_rows_only_when_asked(self):
        wizard = self._import(BAD, is_good_only=True)
        self.assertEqual(sorted(self._members()), ['A1', 'S2'])
        self.assertEqual(
            self._outcomes(wizard), {'A1': 'created', 'D1': 'left_out', 'S1': 'left_out', 'S2': 'created'})
        errors = {line.code: line.errors for line in wizard.line_ids if line.errors}
        self.assertEqual(errors, {
            'D1': "nobody is not an e-mail address.", 'S1': "The row of its upstream D1 has errors."})

    def test_every_text_key_has_a_sentence(self):
        wizard = self.env['channel.member.import']
        for text in wizard._get_error_texts().values():
            self.assertIn("%(given)s", text)
        rows = f"{HEADER}\n,,,,,,,,\nB B,X,king,NONE,1,,,x,-1\nA1,X,agent,A1\nA1,X,agent\nD1,X,dealer\n"
        found = {key for row in self._wizard(rows)._read_rows() for key, _given in row.errors}
        self.assertLessEqual(found, set(wizard._get_error_texts()))

    def test_missing_column_is_explained(self):
        wizard = self._wizard("code,name\nA1,Agent\n")
        wizard.action_preview()
        self.assertIn("missing: tier", wizard.line_ids.errors)
        with self.assertRaisesRegex(UserError, "no good row"):
            wizard.action_import()

    def test_unknown_columns_are_named(self):
        wizard = self._wizard("code,name,tier,colour\nA1,Agent,agent,red\n")
        wizard.action_preview()
        self.assertEqual(wizard.unknown_columns, "colour")

    def test_no_formula_leaves_us(self):
        wizard = self._wizard(f'{HEADER}\n=1+1,"=HYPERLINK(""http://evil"")",@x,+A1,,,,-x,-5\n')
        wizard.action_preview()
        for row in self._report(wizard):
            for cell in row:
                self.assertFalse(cell.startswith(('=', '+', '-', '@', '\t', '\r')), cell)
        self.assertIn("'=1+1", self._report(wizard)[1])

    def test_report_lists_every_row_in_the_order_of_the_file(self):
        wizard = self._import(BAD, is_good_only=True)
        self.assertEqual(
            [row[:2] for row in self._report(wizard)[1:]], [['2', 'A1'], ['3', 'D1'], ['4', 'S1'], ['5', 'S2']])

    def test_template_can_be_imported_as_it_is(self):
        wizard = self._wizard("x")
        self._import(base64.b64decode(wizard.template_file))
        self.assertEqual(self._members('A0001', 'S0001')['S0001'].upstream_id.code, 'A0001')

    def test_workbook_with_a_far_cell(self):
        book = Workbook()
        for row in csv.reader(io.StringIO(GOOD)):
            book.active.append(row)
        book.active['XFD1048576'] = 'far'
        file = io.BytesIO()
        book.save(file)
        wizard = self._import(file.getvalue())
        self.assertEqual(wizard.create_count, 3)

    def test_gbk_file_with_chinese_headers(self):
        self._import("编码,名称,层级,上级,地址,电话\nA1,广东总代理,agent,,深圳市南山区,0755-55500100\n".encode('gbk'))
        agent = self._members()['A1']
        self.assertEqual((agent.name, agent.partner_id.street), ("广东总代理", "深圳市南山区"))

    def test_other_files_are_refused_in_words(self):
        for content, words in (
            (b'\x89PNG\r\n\x1a\n\x00\x00', "no CSV, XLSX or ODS file"),
            (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00', "Save it as XLSX"),
            (b'\n\n', "The file is empty"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._wizard(content).action_preview()

    def test_tier_may_be_named_as_the_user_reads_it(self):
        self.env.ref('distributor_portal.channel_tier_agent').name = "Provincial Agent"
        self._import("code,name,tier\nA1,Great South Agent,provincial agent\n")
        self.assertEqual(self._members()['A1'].tier_id.code, 'agent')

    def test_street_that_is_not_loaded_stands_for_its_district(self):
        self._import("code,name,tier,street_code\nA1,Great South Agent,agent,440305001\n")
        self.assertTrue(self._members()['A1'].street_id.code.startswith('440305'))

    def test_promotion_and_what_follows_in_one_file(self):
        self._import(GOOD)
        self._import("code,name,tier,upstream\nD9,New Dealer,dealer,D1\nD1,Sunrise,agent,\n")
        members = self._members('D1', 'D9')
        self.assertEqual((members['D1'].tier_id.code, members['D9'].upstream_id.code), ('agent', 'D1'))

    def test_only_managers_import(self):
        with self.assertRaises(AccessError):
            self._wizard(GOOD, self.desk)
        wizard = self._wizard(GOOD)
        with self.assertRaises(AccessError):
            wizard.with_user(self.desk).action_import()
