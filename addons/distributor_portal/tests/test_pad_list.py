import csv
import io
import json

from openpyxl import Workbook, load_workbook

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestPadList(ChannelCommon, HttpCase):
    """Lists that a member pastes or uploads, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.warehouse_user = cls._create_portal_user(cls.store, 'warehouse_user', role='warehouse')
        cls.yoghurt.barcode = '4006381333931'
        cls.case = cls.env['uom.uom'].create({
            'name': "Tray of 12", 'relative_factor': 12, 'relative_uom_id': cls.yoghurt.uom_id.id})
        cls.yoghurt.uom_ids = cls.case
        cls.env['product.uom'].create({
            'product_id': cls.yoghurt.id, 'uom_id': cls.case.id, 'barcode': '14006381333938'})

    def setUp(self):
        super().setUp()
        self.authenticate('store_user', 'store_user')

    def _read(self, text='', **more):
        return self.make_jsonrpc_request('/my/channel/pad/read', {'text': text, **more})

    def _upload(self, content, name='list.xlsx', **data):
        return self.url_open('/my/channel/pad/upload', data={'csrf_token': http.Request.csrf_token(self), **data},
                             files={'file': (name, content)})

    def _workbook(self, *rows):
        book, file = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(file)
        return file.getvalue()

    def _lines(self, answer):
        return {line['product_id']: line['qty'] for line in answer['lines']}

    def _reasons(self, answer):
        return [(trouble['code'], trouble['reason']) for trouble in answer['troubles']]

    # --- codes and quantities

    def test_each_kind_of_code_is_understood(self):
        self.milk.channel_extension_code = 'EX-000009'
        self.env['channel.member.sku'].create({
            'member_id': self.store.id, 'code': 'MINE', 'product_id': self.yoghurt.id})
        for code, product, qty in (
                ('YOG-1', self.yoghurt, 24), ('yog-1', self.yoghurt, 24), ('4006381333931', self.yoghurt, 24),
                ('04006381333931', self.yoghurt, 24), ('MINE', self.yoghurt, 24), ('EX-000009', self.milk, 24),
                ('14006381333938', self.yoghurt, 288)):
            with self.subTest(code=code):
                self.assertEqual(self._lines(self._read(f'{code}\t24')), {product.id: qty})

    def test_a_name_is_the_last_resort(self):
        self.milk.name = "Fresh Milk, 1 l"
        self.assertEqual(self._lines(self._read('fresh milk, 1 l\t3')), {self.milk.id: 3})

    def test_units_count(self):
        self.assertEqual(self._lines(self._read('YOG-1\t2\ttray of 12')), {self.yoghurt.id: 24})
        (trouble,) = self._read('YOG-1\t2\tbarrel')['troubles']
        self.assertEqual((trouble['reason'], trouble['units']), (
            'unknown_unit', [self.yoghurt.uom_id.name, "Tray of 12"]))

    def test_what_is_wrong_is_named_in_its_row_with_proposals(self):
        answer = self._read('YOG-1\t13\nYOG-2\t12\nMLK-1\t-4\nMLK-1\tx\nMLK-1\t0\nMLK-1\t')
        self.assertFalse(answer['lines'])
        self.assertEqual(self._reasons(answer), [
            ('YOG-1', 'not_whole_packs'), ('YOG-2', 'unknown_code'), ('MLK-1', 'qty_negative'),
            ('MLK-1', 'qty_not_number'), ('MLK-1', 'qty_zero'), ('MLK-1', 'qty_missing')])
        packs, unknown = answer['troubles'][:2]
        self.assertEqual(packs['quantities'], [12, 24])
        self.assertEqual([product['id'] for product in unknown['products']][:1], [self.yoghurt.id])
        self.assertEqual([trouble['rows'] for trouble in answer['troubles']], [[n] for n in range(1, 7)])

    def test_same_product_twice_is_added_up_before_packs_are_judged(self):
        answer = self._read('YOG-1\t6\nMLK-1\t1\n4006381333931\t6')
        self.assertEqual(self._lines(answer), {self.yoghurt.id: 12, self.milk.id: 1})
        self.assertEqual([line['rows'] for line in answer['lines']], [[1, 3], [2]])

    def test_limits_of_the_member_hold(self):
        self.env['channel.pack.rule'].create({
            'member_id': self.store.id, 'product_id': self.milk.id, 'min_qty': 10, 'max_qty': 50})
        reasons = {qty: self._read(f'MLK-1\t{qty}')['troubles'] for qty in (5, 60)}
        self.assertEqual([(one[0]['reason'], one[0]['quantities']) for one in reasons.values()], [
            ('below_minimum', [10]), ('above_maximum', [50])])

    def test_code_with_two_meanings_is_asked_about(self):
        self.env['channel.member.sku'].create({
            'member_id': self.store.id, 'code': 'MLK-1', 'product_id': self.yoghurt.id})
        (trouble,) = self._read('MLK-1\t12')['troubles']
        self.assertEqual(trouble['reason'], 'ambiguous_code')
        self.assertEqual({product['id'] for product in trouble['products']}, {self.milk.id, self.yoghurt.id})

    def test_discontinued_is_said_to_those_who_could_order_it(self):
        self.milk.sale_ok = False
        self.assertEqual(self._reasons(self._read('MLK-1\t1')), [('MLK-1', 'discontinued')])
        self.milk.active = False
        self.assertEqual(self._reasons(self._read('MLK-1\t1')), [('MLK-1', 'discontinued')])

    def test_product_of_others_is_like_a_missing_one(self):
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        foreign = self._read('MLK-1\t1')['troubles'][0]
        missing = self._read('MLX-1\t1')['troubles'][0]
        for trouble in (foreign, missing):
            self.assertEqual(
                trouble.pop('message'), f"There is no product {trouble.pop('code')} that you can order.")
        self.assertEqual(foreign, missing)
        self.assertNotIn(self.milk.id, [product['id'] for product in foreign['products']])

    def test_who_has_ordered_it_before_is_told_that_the_licence_is_gone(self):
        self._submit_one('O-1', member='S1', lines=[('MLK-1', 5)])
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertEqual(self._reasons(self._read('MLK-1\t1')), [('MLK-1', 'not_licensed')])

    def test_a_code_of_another_member_says_nothing(self):
        self.env['channel.member.sku'].create({
            'member_id': self.rival_store.id, 'code': 'THEIRS', 'product_id': self.milk.id})
        self.assertEqual(self._reasons(self._read('THEIRS\t1')), [('THEIRS', 'unknown_code')])

    # --- files

    def test_file_with_a_header_is_read(self):
        answer = self._upload(self._workbook(
            ["Order of May"], ["品名", "货号", "数量", "单位"], ["Yoghurt", "YOG-1", 2, "Tray of 12"],
            ["Milk", "MLK-1", None, None])).json()
        self.assertEqual(self._lines(answer), {self.yoghurt.id: 24})
        self.assertEqual(answer['columns'], {'codes': [1, 0], 'qty': 2, 'unit': 3, 'header': 2})
        self.assertEqual(answer['passed_over'], [4])

    def test_column_of_codes_is_found_without_a_header(self):
        answer = self._upload(b'1;Something;YOG-1;12\n2;Other;MLK-1;7\n', 'list.csv').json()
        self.assertEqual(self._lines(answer), {self.yoghurt.id: 12, self.milk.id: 7})

    def test_columns_can_be_chosen(self):
        content = b'12;YOG-1;24\n24;MLK-1;12\n'
        columns = json.dumps({'codes': [1], 'qty': 0, 'unit': None, 'header': 0})
        self.assertEqual(self._lines(self._upload(content, columns=columns).json()), {
            self.yoghurt.id: 12, self.milk.id: 24})
        for odd in ('x', '{}', '{"codes": ["a"]}', '{"codes": [-1]}', '{"codes": [0], "qty": "x"}', '[' * 5000):
            self.assertIn('lines', self._upload(content, columns=odd).json())

    def test_5001_rows_are_refused_with_their_count(self):
        answer = self._upload(b'sku,qty\n' + b'MLK-1,1\n' * 5001, 'list.csv').json()
        self.assertIn('5001', answer['error'])
        self.assertNotIn('lines', answer)
        answer = self._upload(b'sku,qty\n' + b'MLK-1,1\n' * 5000 + b'MLK-1,\n' * 100, 'list.csv').json()
        self.assertEqual(self._lines(answer), {self.milk.id: 5000}, "rows without a quantity are no rows of an order")
        self.assertIn('5001', self._read('MLK-1\t1\n' * 5001)['error'])

    def test_other_files_are_refused_with_what_to_do(self):
        for content, word in (
                (b'', "empty"), (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 600, "XLSX"),
                (b'<html><table></table></html>', "CSV"), (b'PK\x03\x04rubbish', "CSV"), (b'a,"b\n1,2\n', "quotation")):
            self.assertIn(word, self._upload(content).json()['error'])

    def test_template_comes_back_as_it_was_filled_in(self):
        self.milk.name = '=HYPERLINK("http://x")'
        content = self.url_open('/my/channel/pad/list.xlsx')
        self.assertIn('attachment', content.headers['Content-Disposition'])
        self.assertEqual(content.headers['X-Content-Type-Options'], 'nosniff')
        book = load_workbook(io.BytesIO(content.content))
        sheet = book.active
        rows = {row[0].value: row for row in sheet.iter_rows()}
        self.assertEqual(rows['MLK-1'][3].data_type, 's', "no formula")
        head = {cell.value: place for place, cell in enumerate(rows['SKU'])}
        rows['YOG-1'][head['Quantity']].value = 36
        file = io.BytesIO()
        book.save(file)
        answer = self._upload(file.getvalue()).json()
        self.assertEqual(self._lines(answer), {self.yoghurt.id: 36})
        plain = self.url_open('/my/channel/pad/list.csv').content.decode('utf-8-sig')
        self.assertIn("'=HYPERLINK", next(row for row in csv.reader(io.StringIO(plain)) if row[0] == 'MLK-1')[3])

    def test_troubles_are_given_out_as_text(self):
        response = self.url_open('/my/channel/pad/troubles', data={
            'csrf_token': http.Request.csrf_token(self),
            'rows': json.dumps([['3', '=1+1', 'x', '', "Not a quantity"]])})
        sheet = load_workbook(io.BytesIO(response.content)).active
        self.assertEqual(
            [(cell.value, cell.data_type) for cell in sheet[2]][:3], [('3', 's'), ('=1+1', 's'), ('x', 's')])
        with mute_logger('odoo.http'):
            for rows in ('x', '{}', json.dumps([[]] * 5001)):
                self.assertEqual(self.url_open('/my/channel/pad/troubles', data={
                    'csrf_token': http.Request.csrf_token(self), 'rows': rows}).status_code, 404)

    # --- remembering

    def _remember(self, code, product):
        return self.make_jsonrpc_request(
            '/my/channel/pad/remember', {'code': code, 'product_id': product.id})['is_kept']

    def test_a_code_mended_once_is_remembered(self):
        self.assertTrue(self._remember('my yog', self.yoghurt))
        self.assertEqual(self._lines(self._read('my yog\t12')), {self.yoghurt.id: 12})
        self.assertTrue(self._remember('my yog', self.yoghurt), "twice is like once")
        self.assertEqual(self.env['channel.member.sku'].search_count([('member_id', '=', self.store.id)]), 1)

    def test_remembering_never_changes_what_stands(self):
        self.env['channel.member.sku'].create({
            'member_id': self.store.id, 'code': 'OURS', 'product_id': self.milk.id})
        self.assertFalse(self._remember('OURS', self.yoghurt))
        self.assertFalse(self._remember('MLK-1', self.yoghurt), "headquarters' own code")
        self.assertFalse(self._remember('', self.yoghurt))
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertFalse(self._remember('new', self.milk), "a product that it may not order")
        self.assertEqual(self.env['channel.member.sku'].search([('member_id', '=', self.store.id)]).code, 'OURS')

    # --- who may, and rubbish

    def test_only_buyers_read_lists(self):
        self.authenticate('warehouse_user', 'warehouse_user')
        self.assertIn('error', self._read('MLK-1\t1'))
        self.assertIn('error', self._upload(b'MLK-1,1').json())
        self.assertFalse(self._remember('x-1', self.milk))
        with mute_logger('odoo.http'):
            self.assertEqual(self.url_open('/my/channel/pad/list.csv').status_code, 404)

    def test_rubbish_is_no_error_of_ours(self):
        for params in ({'text': ['x']}, {'text': None}, {'text': 'x' * (3 * 2**20)}, {'rows': ['x']},
                       {'rows': [[1, 'a', 'b']]}, {'rows': [[1, 'a', 2, '']]}, {'rows': [[1, 'x' * 300, '1', '']]},
                       {'text': 'MLK-1\t1', 'columns': 'x'}, {'text': '\0\u202e\t1'}, {'text': ''}):
            with self.subTest(params=str(params)[:60]):
                answer = self.make_jsonrpc_request('/my/channel/pad/read', params)
                self.assertTrue('error' in answer or 'lines' in answer)
        self.assertIn('error', self._upload(b'').json())
        self.assertIn('error', self.url_open('/my/channel/pad/upload', data={
            'csrf_token': http.Request.csrf_token(self), 'file': 'x'}).json())
        with mute_logger('odoo.http'):
            self.assertEqual(self.url_open('/my/channel/pad/list.exe').status_code, 404)
            self.assertEqual(self.url_open('/my/channel/pad/upload', data={}, files={'file': b'x'}).status_code, 400)

    def test_rows_are_mended_one_by_one(self):
        answer = self._read(rows=[[7, 'YOG-1', '24', '']])
        self.assertEqual(answer['lines'], [{'product_id': self.yoghurt.id, 'qty': 24, 'rows': [7]}])

    def test_reading_costs_the_same_for_more_rows(self):
        for number in range(30):
            self._create_goods(f'MORE-{number}', 3, stock=())
        counts = []
        for text in ('MORE-1\t1\nx\t2', '\n'.join(f'MORE-{number}\t{number + 1}' for number in range(30)) + '\nx\t2'):
            self._read(text)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._read(text)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)
        self.assertLessEqual(counts[1], 45)
