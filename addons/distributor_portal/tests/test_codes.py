import base64

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon

ITEM = '6900000000014'


@tagged('-at_install', 'post_install')
class TestCodes(ChannelCommon):
    """GTINs, packs, extension codes, members' own codes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unit = cls.env.ref('uom.product_uom_unit')
        cls.case = cls.env['uom.uom'].create({
            'name': "Case of 12", 'relative_uom_id': unit.id, 'relative_factor': 12, 'channel_code': 'case'})
        cls.pallet = cls.env['uom.uom'].create({
            'name': "Pallet of 20 cases", 'relative_uom_id': cls.case.id, 'relative_factor': 20,
            'channel_code': 'pallet'})
        cls.tea = cls._create_goods('TEA-1', 3, barcode=ITEM)
        cls.tea.uom_ids = cls.case | cls.pallet

    # === GTIN === #

    def test_wrong_check_digit_is_refused_and_the_right_one_named(self):
        with self.assertRaisesRegex(ValidationError, "must be 1, so 6900000000021"), self.env.cr.savepoint():
            self.milk.barcode = '6900000000022'
        with self.assertRaisesRegex(ValidationError, "16900000000011"), self.env.cr.savepoint():
            self.env['product.uom'].create({
                'product_id': self.tea.id, 'uom_id': self.case.id, 'barcode': '16900000000012'})

    def test_other_barcodes_pass_unless_only_gtins_will_do(self):
        self.milk.barcode = 'SHELF-7'
        self.assertEqual(self.milk.channel_gtin_state, 'own')
        self.milk.barcode = '2100001000000'  # a scale's own number
        self.company.channel_requires_gtin = True
        for code in ('SHELF-8', '12345'):
            with self.assertRaises(ValidationError):
                self.milk.barcode = code

    def test_state_follows_the_barcode(self):
        self.assertEqual(self.tea.channel_gtin_state, 'good')
        self.tea.barcode = False
        self.assertEqual(self.tea.channel_gtin_state, 'missing')
        self.assertIn(self.tea, self.env['product.product'].search([('channel_gtin_state', '=', 'missing')]))

    def test_one_number_with_and_without_zeros_is_one_product(self):
        for model, values in (
                ('product.product', {'name': "Twin", 'barcode': f'0{ITEM}'}),
                ('product.uom', {'product_id': self.milk.id, 'uom_id': self.case.id, 'barcode': f'0{ITEM}'})):
            with (self.subTest(model=model), self.assertRaisesRegex(ValidationError, "same number"),
                  self.env.cr.savepoint()):
                self.env[model].create(values)

    # === PACKS === #

    def test_packs_get_valid_gtins_of_their_own(self):
        self.tea.action_channel_generate_pack_gtins()
        found = {pack.uom_id: pack.barcode for pack in self.tea.product_uom_ids}
        self.assertEqual(found, {self.case: '16900000000011', self.pallet: '26900000000018'})
        self.assertEqual(set(self.tea.product_uom_ids.mapped('channel_gtin_state')), {'good'})
        self.assertEqual(self.tea.product_uom_ids.mapped('channel_item_qty'), [12, 240])
        with self.assertRaisesRegex(UserError, "Every pack has its barcode"), self.env.cr.savepoint():
            self.tea.action_channel_generate_pack_gtins()

    def test_indicator_in_use_is_passed_over(self):
        self.milk.barcode = '16900000000011'
        self.tea.action_channel_generate_pack_gtins()
        self.assertEqual(self.tea.product_uom_ids.mapped('barcode'), ['26900000000018', '36900000000015'])

    def test_packs_need_the_items_gtin(self):
        self.milk.uom_ids = self.case
        for code in (False, 'SHELF-7', '16900000000011'):
            self.milk.barcode = code
            with self.subTest(code=code), self.assertRaisesRegex(UserError, "needs the GTIN"), self.env.cr.savepoint():
                self.milk.action_channel_generate_pack_gtins()

    def test_pallet_holds_whole_cases(self):
        odd = self.env['uom.uom'].create({
            'name': "Pallet of 250", 'relative_uom_id': self.env.ref('uom.product_uom_unit').id,
            'relative_factor': 250, 'channel_code': 'pallet'})
        with self.assertRaisesRegex(ValidationError, "no whole cases of 12"), self.env.cr.savepoint():
            self.tea.uom_ids |= odd
        with self.assertRaisesRegex(ValidationError, "whole items"), self.env.cr.savepoint():
            self.case.relative_factor = 2.5
        with self.assertRaisesRegex(ValidationError, "no whole cases"), self.env.cr.savepoint():
            self.pallet.write({'relative_uom_id': self.env.ref('uom.product_uom_unit').id, 'relative_factor': 100})

    def test_order_by_a_pallets_gtin_is_for_a_pallet(self):
        self.tea.action_channel_generate_pack_gtins()
        self._create_credit(self.dealer, 10**6)
        answer = self._submit({
            'external_id': 'P-1', 'member': 'D1', 'lines': [
                {'gtin': '26900000000018', 'qty': 2}, {'gtin': '16900000000011', 'qty': 1}, {'gtin': ITEM, 'qty': 1}]})
        line, case, item = self.env['sale.order'].browse(answer[0]['order_id']).order_line
        self.assertEqual((line.product_uom_id, line._channel_get_qty()), (self.pallet, 480))
        self.assertEqual((case.product_uom_id, case._channel_get_qty()), (self.case, 12))
        self.assertEqual((item.product_uom_id, item._channel_get_qty()), (self.tea.uom_id, 1))

    @mute_logger('odoo.sql_db')
    def test_measures_are_not_negative(self):
        self.tea.action_channel_generate_pack_gtins()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.tea.product_uom_ids[0].channel_weight = -1
            self.env.flush_all()

    # === EXTENSION CODES === #

    def test_extension_codes_are_numbered_past_those_in_use(self):
        sequence = self.env['ir.sequence'].search([('code', '=', 'channel.extension.code')])
        self.milk.channel_extension_code = f'EX-{sequence.number_next_actual:06}'
        self.tea.product_tmpl_id.action_channel_generate_extension_codes()
        self.assertRegex(self.tea.channel_extension_code, r'^EX-\d{6}$')
        self.assertNotEqual(self.tea.channel_extension_code, self.milk.channel_extension_code)
        before = self.tea.channel_extension_code
        self.tea.action_channel_generate_extension_codes()
        self.assertEqual(self.tea.channel_extension_code, before)

    def test_extension_code_has_the_companys_shape(self):
        with self.assertRaisesRegex(ValidationError, "EX-######"), self.env.cr.savepoint():
            self.tea.channel_extension_code = 'EX-1'
        self.company.channel_extension_mask = 'T@-##'
        self.tea.channel_extension_code = 'TA-01'
        with self.assertRaisesRegex(UserError, "cannot be numbered"), self.env.cr.savepoint():
            self.milk.action_channel_generate_extension_codes()
        with self.assertRaises(ValidationError):
            self.company.channel_extension_mask = 'no good *'

    def test_extension_code_names_one_product(self):
        self.company.channel_extension_mask = False
        self.tea.channel_extension_code = 'X-1'
        for code in ('X-1', 'TEA-1'):
            with self.subTest(code=code), self.assertRaisesRegex(ValidationError, "TEA-1"), self.env.cr.savepoint():
                self.milk.channel_extension_code = code

    def test_companies_number_their_own_products(self):
        self.company.channel_extension_mask = False
        other = self.env['res.company'].create({'name': "Other", 'channel_extension_mask': False})
        self.tea.company_id = self.company
        self.tea.channel_extension_code = 'X-1'
        theirs = self.env['product.product'].create({'name': "Theirs", 'company_id': other.id})
        theirs.channel_extension_code = 'X-1'
        with self.assertRaises(ValidationError):
            self.milk.channel_extension_code = 'X-1'  # sold by both

    def test_order_names_a_product_by_its_extension_code(self):
        self.tea.channel_extension_code = 'EX-000777'
        _answer, order = self._submit_one(lines=[('EX-000777', 1)])
        self.assertEqual(order.order_line.product_id, self.tea)

    # === MEMBERS' OWN CODES === #

    def _import(self, text, **values):
        wizard = self.env['channel.sku.import'].create({'file': base64.b64encode(text.encode()), **values})
        wizard.action_preview()
        return wizard

    def test_codes_are_imported_after_a_look(self):
        wizard = self._import(f"member,code,product\nD1,4711,YOG-1\nd1,4712,{ITEM}\n")
        self.assertEqual((wizard.create_count, wizard.bad_count), (2, 0))
        self.assertFalse(self.dealer.sku_ids)
        wizard.action_import()
        self.assertEqual(
            {sku.code: sku.product_id for sku in self.dealer.sku_ids}, {'4711': self.yoghurt, '4712': self.tea})
        self.assertEqual(self._import(f"member,code,product\nD1,4712,{ITEM}\n").same_count, 1)

    def test_conflicts_are_named_and_nothing_is_overwritten(self):
        self.env['channel.member.sku'].create({'member_id': self.dealer.id, 'code': '4711', 'product_id': self.milk.id})
        wizard = self._import("member,code,product\nD1,4711,YOG-1\nD1,4713,YOG-1\n")
        self.assertIn("MLK-1", wizard.line_ids.filtered('errors').errors)
        with self.assertRaises(UserError):
            wizard.action_import()
        wizard.is_good_only = True
        wizard.action_import()
        self.assertEqual(self.dealer.sku_ids.filtered(lambda sku: sku.code == '4711').product_id, self.milk)
        self.assertIn('4713', self.dealer.sku_ids.mapped('code'))
        report = base64.b64decode(wizard.report_file).decode('utf-8-sig').splitlines()
        self.assertEqual(report[0], "Row,Member,Its Code,Our Product,Outcome,What Is Wrong")
        self.assertIn("D1,4713,YOG-1,New", report[2])

    def test_bad_files_say_why(self):
        for content in ("", "nothing,known\n1,2\n"):
            with self.subTest(content=content):
                if content:
                    self.assertIn("columns", self._import(content).line_ids.errors)
                else:
                    with self.assertRaises(UserError):
                        self._import(content)

    def test_export_is_what_the_import_takes(self):
        self.env['channel.member.sku'].create({'member_id': self.dealer.id, 'code': '=1', 'product_id': self.milk.id})
        text = self.env['channel.member.sku']._get_export().decode('utf-8-sig')
        self.assertIn("D1,'=1,MLK-1", text)

    def test_desk_does_not_import(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            self.env['channel.sku.import'].with_user(desk).create({})

    def test_learning_never_overwrites(self):
        Sku = self.env['channel.member.sku']
        self.assertEqual(Sku._learn(self.dealer, ' 99 ', self.milk), self.milk)
        self.assertEqual(Sku._learn(self.dealer, '99', self.yoghurt), self.milk)
        self.assertFalse(Sku._learn(self.dealer, ' ', self.milk))
        self.assertEqual(self.dealer.sku_ids.mapped('code'), ['99'])

    def test_pad_knows_how_many_a_pack_holds(self):
        self.tea.action_channel_generate_pack_gtins()
        found = self.dealer._portal_get_products('26900000000018')['products']
        self.assertEqual([one['sku'] for one in found], ['TEA-1'])
        self.assertIn({'code': '26900000000018', 'name': self.pallet.name, 'qty': 240.0}, found[0]['packs'])

    def test_codes_are_set_by_those_who_may_write_products(self):
        clerk = new_test_user(self.env, 'clerk', groups='base.group_user')
        for name in ('action_channel_generate_pack_gtins', 'action_channel_generate_extension_codes'):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(self.tea.with_user(clerk), name)()

    def test_variants_have_codes_of_their_own(self):
        attribute = self.env['product.attribute'].create({
            'name': "Size", 'value_ids': [Command.create({'name': "S"}), Command.create({'name': "L"})]})
        template = self.env['product.template'].create({
            'name': "Shirt", 'attribute_line_ids': [Command.create({
                'attribute_id': attribute.id, 'value_ids': [Command.set(attribute.value_ids.ids)]})]})
        template.action_channel_generate_extension_codes()
        self.assertEqual(len(set(template.product_variant_ids.mapped('channel_extension_code'))), 2)
        self.assertFalse(template.channel_extension_code)
