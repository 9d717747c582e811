import base64
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..engine import codes as engine


class CodesCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Code = cls.env['channel.code']

    def _load(self, *rows):
        """Codes of (code, parent) with what they hold: one of the milk each, containers what is in them."""
        self.Code._load_codes([
            (code, 'other', parent, self.milk.id, None, 1.0) for code, parent in rows], self.company)
        return [self._code(code) for code, _parent in rows]

    def _code(self, code):
        return self.Code.search([('code', '=', code), ('company_id', '=', self.company.id)])

    def _deliver(self, member='D1', qty=10, ships=True):
        """A delivery of milk. :param ships: it has left"""
        self.number = getattr(self, 'number', 0) + 1
        order = self._submit_one(f'C-{self.number}', member=member, lines=[('MLK-1', qty)])[1]
        if order.channel_state == 'upstream':
            order.sudo()._channel_decide('upstream', True)
        if order.channel_state == 'hq':
            order.action_channel_approve()
        return self._ship(order) if ships else order.picking_ids

    def _send(self, *codes, member=None, when=None):
        """These codes go to a member, without a delivery."""
        self.Code.browse([code.id for code in codes])._act('ship', member or self.dealer, when)


@tagged('-at_install', 'post_install')
class TestCodes(CodesCommon):
    """Codes: made, loaded, packed, shipped, received, sold; refusals."""

    # --- made and loaded

    def test_own_codes_are_made_with_cases_and_pallets(self):
        made = self.Code._make(self.milk, 24, per_case=6, cases_per_pallet=2)
        pallets, cases, items = (made.filtered(lambda code, level=level: code.level == level) for level in (3, 2, 1))
        self.assertEqual((len(pallets), len(cases), len(items)), (2, 4, 24))
        self.assertEqual((set(cases.mapped('qty')), set(pallets.mapped('qty'))), ({6}, {12}))
        self.assertEqual(set(pallets.mapped('n_leaf')), {12})
        self.assertEqual(items.top_id, pallets)
        self.assertEqual(items[0].top_id, items[0].parent_id.parent_id)
        self.assertTrue(all(map(engine.is_own, made.mapped('code'))))
        self.assertEqual(len(set(made.mapped('code'))), 30)
        self.assertFalse(any(made.mapped('member_id.id')))
        self.assertEqual(self.Code._read_text(items[0].url)[0].key, items[0].code)

    def test_gs1_serials_need_a_gtin(self):
        with self.assertRaisesRegex(UserError, "has no GTIN"):
            self.Code._make(self.milk, 1, 'sgtin')
        self.milk.barcode = '6901234567892'
        made = self.Code._make(self.milk, 2, 'sgtin', per_case=2)
        item = made.filtered(lambda code: code.level == 1)[0]
        self.assertTrue(item.code.startswith('010690123456789221'))
        self.assertIn('/01/06901234567892/21/', item.url)
        self.assertEqual(self.Code._read_text(item.url)[0].key, item.code)
        self.assertEqual(made[0].kind, 'own', "a case has a code of its own")
        self.company.channel_code_prefix = 'ZZZZZZZZ'
        item = self.Code._make(self.milk, 1, 'sgtin')
        self.assertEqual(self.Code._read_text(item.url)[0].key, item.code, "whatever the prefix")
        self.env.cr.execute("UPDATE res_company SET channel_code_prefix = '£' WHERE id = %s", [self.company.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(ValidationError, "1 to 8 capital"):
            self.Code._make(self.milk, 1, 'sgtin')

    def test_numbers_that_make_no_sense(self):
        for count, per_case in ((0, 0), (-1, 0), (10**9, 0), (5, -1), (5, 10**9)):
            with self.assertRaises(UserError):
                self.Code._make(self.milk, count, per_case=per_case)
        with self.assertRaises(ValidationError):
            self.company.channel_code_prefix = 'oil'

    def test_lists_are_taken_whole_or_not_at_all(self):
        pallet, case, item = self._load(('PAL-001', ''), ('CASE-001', 'PAL-001'), ('ITEM-001', 'CASE-001'))
        self.assertEqual((item.top_id, item.parent_id, case.parent_id, pallet.top_id), (pallet, case, pallet, pallet))
        self.assertEqual((pallet.level, case.level, item.level), (3, 2, 1))
        for rows, message in (
                ([('ITEM-001', '')], "there already"), ([('NEW-001', 'NOBODY')], "not there"),
                ([('RING-A', 'RING-B'), ('RING-B', 'RING-A')], "lies in itself"),
                ([('TWICE-1', ''), ('TWICE-1', '')], "there already")):
            with self.subTest(rows=rows), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._load(*rows)
        self._load(('ITEM-002', 'CASE-001'))
        self.assertEqual((case.qty, pallet.qty, pallet.n_leaf), (2, 2, 2))
        self._send(pallet)
        with self.assertRaisesRegex(UserError, "not there or has left"), self.env.cr.savepoint():
            self._load(('ITEM-003', 'CASE-001'))

    def test_same_code_of_another_company_is_another_code(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._load(('SAME-001', ''))
        self.Code._load_codes([('SAME-001', 'other', '', None, None, 1.0)], other)
        self.assertEqual(self.Code.search_count([('code', '=', 'SAME-001')]), 2)

    def _import(self, text, **values):
        return self.env['channel.code.import'].create({
            'file': base64.b64encode(text.encode()), 'file_name': 'codes.csv', **values})

    def test_file_with_what_lies_in_what(self):
        self.milk.tracking = 'lot'
        wizard = self._import(
            "code,parent,product,lot,qty\nCASE-100,,MLK-1,L1,\nITEM-100,CASE-100,MLK-1,L1,2\nITEM-101,CASE-100,MLK-1,L1,2\n")
        wizard.action_check()
        self.assertIn("3 codes", wizard.result)
        self.assertFalse(self._code('CASE-100') or wizard.is_done)
        wizard.action_load()
        case = self._code('CASE-100')
        self.assertEqual((case.qty, case.lot_id.name, case.product_id, wizard.is_done), (4, 'L1', self.milk, True))

    def test_file_that_is_not_in_order_changes_nothing(self):
        wizard = self._import(
            "code,parent,product,qty\nGOOD-100,,MLK-1,1\nBAD-1001,,NOSUCH,1\nBAD-1002,,MLK-1,x\n?,,MLK-1,1\nGOOD-100,,MLK-1,1\n")
        wizard.action_load()
        for text in ("Row 5", "Row 6"):
            self.assertIn(text, wizard.result)
        self.assertFalse(self._code('GOOD-100'))
        wizard = self._import("code,product,qty\nGOOD-100,MLK-1,1\nBAD-1001,NOSUCH,1\nBAD-1002,MLK-1,x\n")
        wizard.action_load()
        for text in ("Row 3", "Row 4", "no product bears", "no quantity"):
            self.assertIn(text, wizard.result)
        self.assertFalse(self._code('GOOD-100'))
        wizard = self._import("what,ever\n1,2\n")
        wizard.action_load()
        self.assertIn("Missing: code", wizard.result)
        with self.assertRaises(UserError):
            self._import("").action_load()

    def test_file_that_says_what_left_with_which_delivery(self):
        picking = self._deliver()
        self._load(('CASE-200', ''), ('CASE-201', ''))
        wizard = self._import(f"code,delivery\nCASE-200,{picking.name}\nCASE-201,WH/OUT/NOSUCH\n", use='delivery')
        wizard.action_load()
        self.assertIn("no such delivery", wizard.result)
        self.assertFalse(picking.channel_code_count)
        wizard = self._import(f"code,delivery\nCASE-200,{picking.name}\nCASE-201,{picking.name}\n", use='delivery')
        wizard.action_load()
        self.assertIn("2 codes", wizard.result)
        case = self._code('CASE-200')
        self.assertEqual((case.state, case.member_id), ('shipped', self.dealer))

    # --- what lies in what

    def test_pack_and_take_out(self):
        case, one, two = self._load(('CASE-300', ''), ('ITEM-300', ''), ('ITEM-301', ''))
        (one | two)._pack_into(case)
        self.assertEqual((one.parent_id, one.top_id, case.qty, case.n_leaf), (case, case, 2, 2))
        with self.assertRaisesRegex(UserError, "take it out first"):
            one._pack_into(self._load(('CASE-301', ''))[0])
        with self.assertRaisesRegex(UserError, "cannot lie in itself"):
            case._pack_into(one)
        one._take_out()
        self.assertEqual((one.parent_id, one.top_id, case.qty, case.is_opened), (self.Code, one, 1, True))
        self.assertEqual([pack.to_at and True for pack in one.pack_ids], [True])
        self.assertEqual(one._get_history().mapped('kind'), ['unpack', 'pack'])
        case._unpack()
        self.assertEqual((case.qty, case.n_leaf, len(case.child_ids)), (0, 0, 0))

    def test_what_is_elsewhere_is_not_packed(self):
        case, item = self._load(('CASE-310', ''), ('ITEM-310', ''))
        self._send(item)
        with self.assertRaisesRegex(UserError, "is not where"):
            item._pack_into(case)

    def test_what_is_packed_for_a_delivery_is_not_put_into_what_goes_elsewhere(self):
        picking, other = self._deliver(ships=False), self._deliver(ships=False)
        pallet, bound, case, free = self._load(('PAL-350', ''), ('PAL-351', ''), ('CASE-350', ''), ('CASE-351', ''))
        picking._channel_add_codes(['CASE-350'])
        other._channel_add_codes(['PAL-351'])
        for code, container in ((case, pallet), (case, bound), (free, bound)):
            with self.assertRaisesRegex(UserError, "not packed for the same"):
                code._pack_into(container)
        self.assertEqual(picking.channel_code_ids, case)
        case.action_take_out()
        (case | free)._pack_into(pallet)
        self.assertTrue(picking._channel_add_codes(['PAL-350'])[0]['verdict'].is_good)
        self._ship(picking.sale_id)
        self.assertEqual((case | free).mapped('holder_id'), self.dealer)
        other.channel_code_ids.action_take_out()
        self._send(bound, member=self.dealer)
        (pallet | bound)._act('receive', self.dealer)
        pallet._pack_into(bound)
        self.assertEqual(pallet.parent_id, bound, "once it has arrived nobody minds with which delivery")

    def test_pallet_of_two_products_is_packed_whole(self):
        self.number = 0
        order = self._submit_one('C-MIX', lines=[('MLK-1', 3), (self.yoghurt.default_code, 24)])[1]
        if order.channel_state == 'upstream':
            order.sudo()._channel_decide('upstream', True)
        if order.channel_state == 'hq':
            order.action_channel_approve()
        picking = order.picking_ids
        self.Code._load_codes([
            ('PAL-360', 'other', '', None, None, 0.0), ('PAL-361', 'other', '', None, None, 0.0),
            *((f'{product.default_code}-36{i}', 'other', f'PAL-36{i}', product.id, None, qty)
              for i in range(2) for product, qty in ((self.milk, 2.0), (self.yoghurt, 12.0)))], self.company)
        found = picking._channel_add_codes(['PAL-360', 'PAL-361'])
        self.assertEqual([one['verdict'].key for one in found], ['good', 'over_quantity'], "only three of the milk")
        self._ship(order)
        self.assertEqual(self._code('MLK-1-360').holder_id, self.dealer)

    def test_a_pallet_moves_in_one_row_and_all_inside_follow(self):
        pallet, case, item = self._load(('PAL-320', ''), ('CASE-320', 'PAL-320'), ('ITEM-320', 'CASE-320'))
        before = self.env['channel.code.event'].search_count([])
        self._send(pallet)
        self.assertEqual(self.env['channel.code.event'].search_count([]), before + 1)
        self.assertEqual((item.state, item.current_state, item.holder_id), ('new', 'shipped', self.dealer))
        self.assertEqual(item._get_history().mapped('kind'), ['ship'])
        self.assertEqual(self.Code.search([('current_state', 'in', ['shipped']), ('code', '=', 'ITEM-320')]), item)
        self.assertFalse(self.Code.search([('current_state', 'in', ['new']), ('code', '=', 'ITEM-320')]))
        self.assertEqual(pallet._explode(), pallet | case | item)
        self.assertEqual(case._explode(), case | item)

    def test_what_was_told_late_lay_there_from_the_start(self):
        now = fields.Datetime.now()
        pallet, item = self._load(('PAL-340', ''), ('ITEM-340', 'PAL-340'))
        self._send(pallet, when=now - timedelta(days=9))
        found = self.Code._judge_texts(['ITEM-340'], self._asker())
        scan = self.env['channel.code.scan']._record(found, 'store', 'look', when=now - timedelta(days=8))
        self.assertEqual(self.Code._get_holders_at(scan.ids), {scan.id: self.dealer.id})
        self.assertEqual(item._get_history().mapped('kind'), ['ship'])

    def test_what_is_sold_out_of_a_pallet_leaves_it(self):
        pallet, case, item, other = self._load(
            ('PAL-330', ''), ('CASE-330', 'PAL-330'), ('ITEM-330', 'CASE-330'), ('ITEM-331', 'CASE-330'))
        self._send(pallet)
        item._act('sell', self.dealer)
        self.assertEqual((item.current_state, item.parent_id, item.top_id), ('sold', self.Code, item))
        self.assertEqual((case.qty, pallet.qty, case.is_opened, pallet.is_opened), (1, 1, True, True))
        self.assertEqual(other.current_state, 'shipped')
        self.assertEqual(pallet._count_contents(), {pallet.id: {self.milk.id: 1}})
        case._take_out()
        self.assertEqual((other.top_id, other.holder_id, case.state), (case, self.dealer, 'shipped'))
        pallet._act('void')
        self.assertEqual((item.current_state, other.current_state), ('sold', 'shipped'))

    # --- what can happen

    def test_nothing_happens_out_of_its_turn(self):
        item, = self._load(('ITEM-400', ''))
        for kind in ('receive', 'transfer', 'sell', 'sell_return', 'return'):
            with self.subTest(kind=kind), self.assertRaisesRegex(UserError, "ITEM-400"):
                item._act(kind, self.dealer)
        for kind, state in (('ship', 'shipped'), ('receive', 'received'), ('transfer', 'shipped'), ('sell', 'sold'),
                            ('sell_return', 'received'), ('return', 'returned'), ('ship', 'shipped')):
            item._act(kind, None if kind == 'return' else self.dealer)
            self.assertEqual(item.current_state, state)
        item._act('void')
        with self.assertRaises(UserError):
            item._act('ship', self.dealer)
        self.assertEqual(len(item._get_history()), 8)

    @mute_logger('odoo.sql_db')
    def test_facts_stay(self):
        item, = self._load(('ITEM-410', ''))
        self._send(item)
        self.env['channel.code.scan']._record(self.Code._judge_texts(['ITEM-410'], self._asker()), 'hq', 'look')
        with self.assertRaises(UserError):
            item.unlink()
        for model in ('channel.code.event', 'channel.code.scan'):
            with self.assertRaises(UserError):
                self.env[model].search([], limit=1).unlink()
            with self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(model.replace('.', '_'))))

    def _asker(self, **values):
        from ..engine import code_checks
        return code_checks.Asker(**{
            'who': 'hq', 'purpose': 'look', 'today': fields.Date.today(), **values})

    def test_order_desk_reads_and_changes_nothing_by_hand(self):
        user = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        item, = self._load(('ITEM-420', ''))
        self.assertTrue(item.with_user(user).code)
        for change in (lambda: item.with_user(user).write({'state': 'sold'}),
                       lambda: self.Code.with_user(user).create({'code': 'X', 'kind': 'other', 'level': 1,
                               'state': 'new'})):
            with self.assertRaises(AccessError):
                change()
        item.with_user(user).action_void()
        self.assertEqual(item.state, 'void')
        inspector = new_test_user(self.env, 'inspector', groups='channel_inventory.group_channel_inspector')
        with self.assertRaises(AccessError):
            self.Code.with_user(inspector).search([])
        with self.assertRaises(AccessError):
            item.with_user(inspector).action_void()

    # --- deliveries

    def test_codes_scanned_at_packing_leave_with_the_delivery(self):
        picking = self._deliver(qty=3, ships=False)
        case, one, two, more = self._load(('CASE-500', ''), ('ITEM-500', 'CASE-500'), ('ITEM-501', 'CASE-500'),
            ('ITEM-502', ''))
        foreign, = self._load(('ITEM-503', ''))
        self.env.cr.execute("UPDATE channel_code SET product_id = %s WHERE id = %s", [self.yoghurt.id, foreign.id])
        foreign.invalidate_recordset()
        found = picking._channel_add_codes([
            'CASE-500', 'CASE-500', 'ITEM-500', 'ITEM-502', 'ITEM-503', 'NOBODY-1', '6901234567892'])
        self.assertEqual([one['verdict'].key for one in found], [
            'good', 'twice', 'inside', 'good', 'wrong_product', 'unknown', 'product_code'])
        self.assertEqual(picking.channel_code_ids, case | more)
        self._load(('ITEM-504', ''))
        self.assertEqual(picking._channel_add_codes(['ITEM-504'])[0]['verdict'].key, 'over_quantity')
        self._ship(picking.sale_id)
        self.assertEqual({code.current_state for code in case | one | two | more}, {'shipped'})
        self.assertEqual(one.holder_id, self.dealer)
        self.assertEqual(self.env['channel.code.scan'].search_count([('who', '=', 'hq')]), 8)

    def test_codes_of_a_delivery_that_is_cancelled_go_with_another(self):
        picking = self._deliver(qty=3, ships=False)
        code, case, item = self._load(('ITEM-505', ''), ('CASE-506', ''), ('ITEM-506', 'CASE-506'))
        picking._channel_add_codes(['ITEM-505', 'CASE-506'])
        self.assertEqual(picking.channel_code_ids, code | case)
        picking.action_cancel()
        self.assertFalse(picking.channel_code_ids)
        self.assertEqual((code | case).event_ids.filtered(lambda event: event.kind == 'unpack').mapped('ref_id'),
                         [picking.id] * 2)
        other = self._deliver(qty=3, ships=False)
        self.assertEqual(
            {one['verdict'].key for one in other._channel_add_codes(['ITEM-505', 'CASE-506'])}, {'good'})
        self._ship(other.sale_id)
        self.assertEqual((code.current_state, item.current_state), ('shipped', 'shipped'))

    def test_code_that_was_scanned_by_mistake_is_taken_out_of_a_delivery(self):
        packer = new_test_user(
            self.env, 'packer', groups='distributor_portal.group_channel_user,stock.group_stock_user')
        picking = self._deliver(qty=3, ships=False)
        code, _case, item = self._load(('ITEM-507', ''), ('CASE-508', ''), ('ITEM-508', 'CASE-508'))
        picking._channel_add_codes(['ITEM-507', 'CASE-508'])
        item.with_user(packer).action_take_out()
        self.assertFalse(item.parent_id)
        self.assertEqual(item.picking_id, picking, "out of the case, and still to be packed with it")
        desk = new_test_user(self.env, 'desk-only', groups='distributor_portal.group_channel_user')
        if not self.env['stock.picking'].with_user(desk).has_access('write'):
            with self.assertRaises(AccessError):
                code.with_user(desk).action_take_out()
        (code | item).with_user(packer).action_take_out()
        self.assertFalse((code | item).picking_id)
        event = code.event_ids[:1]
        self.assertEqual(
            (event.kind, event.ref_model, event.ref_id, event.user_id), ('unpack', 'stock.picking', picking.id, packer))
        picking._channel_add_codes(['ITEM-507'])
        self._ship(picking.sale_id)
        code.with_user(packer).action_take_out()
        self.assertEqual((code.picking_id, code.current_state), (picking, 'shipped'), "what has left, has left")

    def test_code_that_is_still_at_a_member_is_taken_back_before_it_goes_to_another(self):
        code, packed = self._load(('ITEM-560', ''), ('ITEM-561', ''))
        self._send(code, member=self.rival_dealer)
        picking = self._deliver(qty=2, ships=False)
        self.assertEqual(picking._channel_add_codes(['ITEM-560'])[0]['verdict'].key, 'at_member')
        code._act('receive', self.rival_dealer)
        self.assertEqual(picking._channel_add_codes(['ITEM-560'])[0]['verdict'].key, 'at_member')
        code._act('return')
        self.assertEqual(
            {one['verdict'].key for one in picking._channel_add_codes(['ITEM-560', 'ITEM-561'])}, {'good'})
        other = self._deliver(qty=2, ships=False)
        self.assertEqual(other._channel_add_codes(['ITEM-560'])[0]['verdict'].key, 'other_delivery')
        self._ship(picking.sale_id)
        self.assertEqual((code | packed).member_id, self.dealer)

    def test_delivery_does_not_leave_with_a_code_that_cannot_be_shipped(self):
        picking = self._deliver(qty=2, ships=False)
        code, lost = self._load(('ITEM-562', ''), ('ITEM-563', ''))
        picking._channel_add_codes(['ITEM-562', 'ITEM-563'])
        self.env.cr.execute("UPDATE channel_code SET state = 'received' WHERE id = %s", [code.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "cannot be shipped: ITEM-562"), self.env.cr.savepoint():
            self._ship(picking.sale_id)
        self.env.invalidate_all()
        code.action_take_out()
        lost._act('void')
        self.assertFalse(picking.channel_code_ids, "what is void goes nowhere")
        self.assertEqual(self._ship(picking.sale_id).state, 'done')

    def test_delivery_in_part_leaves_with_no_more_codes_than_goods(self):
        picking = self._deliver(qty=3, ships=False)
        self._load(*((f'ITEM-57{i}', '') for i in range(3)))
        picking._channel_add_codes([f'ITEM-57{i}' for i in range(3)])
        self._move(picking, 2)
        with self.assertRaisesRegex(UserError, "codes of 3 .* scanned into it, and 2 leave"), self.env.cr.savepoint():
            picking._action_done()
        self.env.invalidate_all()
        rest = self._code('ITEM-572')
        rest.action_take_out()
        self._move(picking, 2)
        picking._action_done()
        self.assertEqual(set(picking.channel_code_ids.mapped('state')), {'shipped'})
        self.assertEqual(rest.state, 'new')
        backorder = picking.backorder_ids
        self.assertTrue(backorder._channel_add_codes(['ITEM-572'])[0]['verdict'].is_good)
        self._move(backorder, 1)
        backorder._action_done()
        self.assertEqual((rest.state, rest.picking_id), ('shipped', backorder))

    def test_codes_of_another_lot_than_leaves_do_not_leave(self):
        picking = self._deliver(qty=2, ships=False)
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.milk.id} for name in ("A", "B")])
        self.Code._load_codes([
            (f'ITEM-58{i}', 'other', '', self.milk.id, lot.id, 1.0) for i, lot in enumerate(lots)], self.company)
        picking._channel_add_codes(['ITEM-580', 'ITEM-581'])
        self._move(picking, 2)
        self.milk.tracking = 'lot'
        picking.move_line_ids.lot_id = lots[0]
        with self.assertRaisesRegex(UserError, "codes of 1 .* B are scanned into it, and 0 leave"):
            picking._action_done()

    def _move(self, picking, qty):
        picking.move_ids.quantity = qty
        picking.move_ids.picked = True

    def test_code_of_another_delivery_or_lot_is_refused(self):
        self.milk.tracking = 'lot'
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.milk.id} for name in ("A", "B")])
        first, second = self._deliver(ships=False), self._deliver(ships=False)
        self.Code._load_codes([
            (f'LOT-00{i}', 'other', '', self.milk.id, lot.id, 1.0) for i, lot in enumerate(lots)], self.company)
        for picking in (first, second):
            picking.move_line_ids.lot_id = lots[0]
        asker = first._channel_get_asker()
        self.assertEqual(asker.lots, frozenset(lots[0].ids) if first.move_line_ids else frozenset())
        self.assertTrue(first._channel_add_codes(['LOT-000'])[0]['verdict'].is_good)
        self.assertEqual(second._channel_add_codes(['LOT-000'])[0]['verdict'].key, 'other_delivery')
        if first.move_line_ids:
            self.assertEqual(first._channel_add_codes(['LOT-001'])[0]['verdict'].key, 'wrong_lot')

    def test_full_receipt_receives_all_codes(self):
        picking = self._deliver(qty=2)
        case, item, _other = self._load(('CASE-510', ''), ('ITEM-510', 'CASE-510'), ('ITEM-511', 'CASE-510'))
        picking._channel_add_codes(['CASE-510'])
        self.assertEqual(item.current_state, 'shipped')
        picking._channel_receive({self.milk.id: 2})
        self.assertEqual((case.state, item.current_state), ('received', 'received'))

    def test_short_receipt_receives_what_was_scanned(self):
        picking = self._deliver(qty=3)
        case, one, two, loose = self._load(('CASE-520', ''), ('ITEM-520', 'CASE-520'), ('ITEM-521', 'CASE-520'),
            ('ITEM-522', ''))
        picking._channel_add_codes(['CASE-520', 'ITEM-522'])
        self.assertEqual(
            {code.code for code in picking._channel_get_item_codes()[self.milk.id]},
            {'CASE-520', 'ITEM-520', 'ITEM-521', 'ITEM-522'})
        foreign, = self._load(('ITEM-529', ''))
        self._send(foreign, member=self.rival_dealer)
        picking._channel_receive({self.milk.id: 1},
            details={self.milk.id: {'codes': ['ITEM-520', 'ITEM-529', 'NOSUCH-1']}})
        self.assertEqual((one.current_state, one.parent_id), ('received', self.Code))
        self.assertEqual((case.state, two.current_state, loose.state), ('shipped', 'shipped', 'shipped'))
        self.assertEqual(foreign.state, 'shipped', "codes of another delivery are not received with this one")

    def test_case_and_item_scanned_both_are_the_case(self):
        picking = self._deliver(qty=3)
        case, item, _two, _more = self._load(('CASE-530', ''), ('ITEM-530', 'CASE-530'), ('ITEM-531', 'CASE-530'),
            ('ITEM-532', ''))
        picking._channel_add_codes(['CASE-530', 'ITEM-532'])
        picking._channel_receive({self.milk.id: 2}, details={self.milk.id: {'codes': ['ITEM-530', 'CASE-530']}})
        self.assertEqual((case.state, item.parent_id, case.is_opened), ('received', case, False))

    def test_codes_come_back_with_a_return(self):
        picking = self._deliver(qty=2)
        item, = self._load(('ITEM-540', ''))
        picking._channel_add_codes(['ITEM-540'])
        picking._channel_receive({self.milk.id: 2})
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 1
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        foreign, = self._load(('ITEM-541', ''))
        self._send(foreign, member=self.rival_dealer)
        found = back._channel_add_codes(['ITEM-541', 'ITEM-540'])
        self.assertEqual([one['verdict'].key for one in found], ['other_member', 'good'])
        self.assertEqual((item.state, item.member_id, foreign.state),
            ('returned', self.env['channel.member'], 'shipped'))

    def test_what_is_no_delivery_of_the_channel_takes_no_codes(self):
        picking = self.env['stock.picking'].create({
            'picking_type_id': self.south.in_type_id.id,
                'location_id': self.env.ref('stock.stock_location_suppliers').id,
            'location_dest_id': self.south.lot_stock_id.id})
        with self.assertRaisesRegex(UserError, "no delivery"):
            picking._channel_add_codes(['X'])

    def test_packing_wizard_says_what_it_took(self):
        case, _one = self._load(('CASE-550', ''), ('ITEM-550', ''))
        wizard = self.env['channel.code.packing'].create({'container_id': case.id, 'texts': "ITEM-550\n\nNOBODY-2\n"})
        wizard.action_add()
        self.assertEqual((case.n_leaf, wizard.texts), (1, False))
        self.assertIn("NOBODY-2", wizard.result)
        picking = self._deliver(ships=False)
        wizard = self.env['channel.code.packing'].create({'picking_id': picking.id, 'texts': "CASE-550\nNOBODY-2"})
        wizard.action_add()
        self.assertIn("1 of 2", wizard.result)
        self.assertEqual(picking.channel_code_ids, case)

    def test_recall_is_one_row(self):
        lot = self.env['stock.lot'].create({'name': "L9", 'product_id': self.milk.id})
        self.Code._load_codes([('LOT-900', 'other', '', self.milk.id, lot.id, 1.0)], self.company)
        self._send(self._code('LOT-900'))
        lot.channel_is_recalled = True
        found = self.Code._judge_texts(['LOT-900'], self._asker(who='store', members=frozenset(self.dealer.ids)))
        self.assertEqual(found[0]['verdict'].key, 'recalled')
        self.assertEqual(lot.channel_code_count, 1)

    def _verdict(self, code, **values):
        return self.Code._judge_texts([code], self._asker(**values))[0]['verdict'].key

    def test_recalled_and_frozen_are_one(self):
        lot, early = self.env['stock.lot'].create([
            {'name': "L10", 'product_id': self.milk.id},
            {'name': "L11", 'product_id': self.milk.id, 'channel_is_recalled': True}])
        self.assertTrue(early.channel_is_frozen, "before any of it has arrived")
        self.Code._load_codes([('LOT-910', 'other', '', self.milk.id, lot.id, 1.0)], self.company)
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'lot_id': lot.id, 'owner_id': None,
            'kind': 'opening', 'from_state': None, 'to_state': 'available', 'qty': 4, 'source': 'hq', 'note': "x"}])
        stock = self.env['channel.stock'].search([('lot_id', '=', lot.id)])
        lot.channel_is_recalled = True
        self.env.invalidate_all()
        self.assertEqual((lot.channel_is_frozen, stock.available, stock.frozen), (True, 0, 4))
        lot.channel_is_recalled = False
        self.env.invalidate_all()
        self.assertEqual((lot.channel_is_frozen, stock.available, self._verdict('LOT-910')), (False, 4, 'good'))
        self.env['channel.stock']._change_lots(lot, 'freeze', "Seal not tight")
        self.assertEqual((lot.channel_is_recalled, self._verdict('LOT-910')), (True, 'recalled'))
        self.env['channel.stock']._change_lots(lot, 'release', "It is")
        self.assertEqual((lot.channel_is_recalled, self._verdict('LOT-910')), (False, 'good'))

    def test_only_managers_recall(self):
        lot = self.env['stock.lot'].create({'name': "L12", 'product_id': self.milk.id})
        groups = 'stock.group_stock_manager,distributor_portal.group_channel_'
        desk = new_test_user(self.env, 'lot-desk', groups=groups + 'user')
        for vals in ({'channel_is_recalled': True}, {'channel_is_recalled': True, 'channel_is_frozen': True}):
            with self.assertRaises(AccessError):
                lot.with_user(desk).write(vals)
        with self.assertRaises(AccessError):
            lot.with_user(desk).create({'name': "L13", 'product_id': self.milk.id, 'channel_is_recalled': True})
        lot.with_user(desk).write({'channel_is_recalled': False, 'note': "seen"})
        lot.with_user(new_test_user(self.env, 'lot-manager', groups=groups + 'manager')).channel_is_recalled = True
        self.assertTrue(lot.channel_is_frozen)

    def test_case_of_several_lots_is_no_better_than_the_worst_of_them(self):
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.milk.id} for name in ("A", "B")])
        self.Code._load_codes([
            ('PAL-920', 'other', '', None, None, 0.0), ('CASE-920', 'other', 'PAL-920', self.milk.id, None, 0.0),
            *((f'ITEM-92{i}', 'other', 'CASE-920', self.milk.id, lot.id, 1.0) for i, lot in enumerate(lots))],
            self.company)
        self.assertFalse(self._code('CASE-920').lot_id)
        lots[1].channel_is_recalled = True
        for purpose in ('pack', 'transfer', 'sell'):
            found = [self._verdict(code, purpose=purpose) for code in ('PAL-920', 'CASE-920', 'ITEM-921')]
            self.assertEqual(found, ['recalled'] * 3)
        self.assertNotEqual(self._verdict('ITEM-920', purpose='sell'), 'recalled')
        lots[1].channel_is_recalled = False
        lots[0].expiration_date = '2020-01-01'
        self.assertEqual(self._verdict('PAL-920'), 'expired')

    def test_what_is_recalled_comes_back(self):
        picking = self._deliver(qty=2)
        lot = self.env['stock.lot'].create({'name': "L14", 'product_id': self.milk.id})
        self.Code._load_codes([('LOT-930', 'other', '', self.milk.id, lot.id, 1.0)], self.company)
        picking._channel_add_codes(['LOT-930'])
        lot.channel_is_recalled = True
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 1
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        verdict = back._channel_add_codes(['LOT-930'])[0]['verdict']
        self.assertEqual((verdict.level, verdict.key, self._code('LOT-930').state), ('warn', 'recalled', 'returned'))

    # --- figures

    def test_verdicts_cost_the_same_queries_for_one_and_for_many(self):
        self._load(*((f'MANY-{i:04}', '') for i in range(200)))
        def count(number):
            before = self.cr.sql_log_count
            self.Code._judge_texts([f'MANY-{i:04}' for i in range(number)], self._asker())
            return self.cr.sql_log_count - before
        count(1)
        self.assertEqual(count(1), count(200))

    def test_labels(self):
        made = self.Code._make(self.milk, 2)
        html = self.env['ir.actions.report']._render_qweb_html('channel_inventory.report_code_labels',
            made.ids)[0].decode()
        self.assertEqual(html.count('<svg'), 2)
        self.assertIn(engine.show_own(made[0].code), html)
        self.assertEqual(made.action_print()['report_name'], 'channel_inventory.report_code_labels_document')

    def test_wizard_makes_codes(self):
        wizard = self.env['channel.code.make'].create({'product_id': self.milk.id, 'count': 4, 'per_case': 2})
        action = wizard.action_make()
        self.assertEqual(self.Code.search_count(action['domain']), 6)
        wizard.count = 5000
        with self.assertRaisesRegex(UserError, "At most"):
            wizard.action_print()

    def test_time_goes_by(self):
        """As-of: what lay in what, and who held it, at a moment."""
        now = fields.Datetime.now()
        pallet, item = self._load(('PAL-600', ''), ('ITEM-600', ''))
        item._pack_into(pallet, now - timedelta(days=10))
        self._send(pallet, member=self.dealer, when=now - timedelta(days=8))
        item._take_out(now - timedelta(days=5))
        item._act('transfer', self.rival_dealer, now - timedelta(days=4))
        Scan = self.env['channel.code.scan']
        found = self.Code._judge_texts(['ITEM-600'], self._asker())
        scans = [Scan._record(found, 'store', 'look', when=now - timedelta(days=days)) for days in (9, 7, 4.5, 3)]
        holders = self.Code._get_holders_at([scan.id for scan in scans])
        self.assertEqual([holders.get(scan.id) for scan in scans], [
            None, self.dealer.id, self.dealer.id, self.rival_dealer.id])
        history = item._get_history()
        self.assertEqual(history.mapped('kind'), ['transfer', 'unpack', 'ship', 'pack'])
