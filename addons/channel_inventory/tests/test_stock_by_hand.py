import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .test_stock_states import StatesCommon


@tagged('-at_install', 'post_install')
class TestStockByHand(StatesCommon):
    """Movements that headquarters writes down, opening stock from a file, check and rebuild."""

    def _stock(self, product=None):
        return self.env['channel.stock'].search([
            ('member_id', '=', self.dealer.id), ('product_id', '=', (product or self.yoghurt).id)])

    def _move(self, user=None, **values):
        wizard = self.env['channel.stock.movement'].with_user(user or self.boss).create({
            'member_id': self.dealer.id, 'product_id': self.yoghurt.id, 'reason': "Sample", **values})
        wizard.action_post()
        return wizard

    # --- movements

    def test_movements_and_their_reason(self):
        self._move(kind='opening', qty=10)
        self._move(kind='more', qty=2)
        self._move(kind='less', qty=3)
        self._move(kind='state', qty=4, from_state='available', to_state='damaged')
        stock = self._stock()
        self.assertEqual((stock.available, stock.damaged, stock.physical), (5, 4, 9))
        entries = self.env['channel.stock.entry'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual(set(entries.mapped('note')), {"Sample"})
        self.assertEqual(set(entries.mapped('external_key')), {self.boss.login})
        self._assert_true()

    def test_nothing_is_taken_that_is_not_there(self):
        self._move(kind='opening', qty=10)
        service = self.env['product.product'].create({'name': "Service", 'type': 'service'})
        for values in (
                {'kind': 'less', 'qty': 11}, {'kind': 'less', 'qty': 0}, {'kind': 'less', 'qty': -1},
                {'kind': 'more', 'qty': 1, 'reason': " "}, {'kind': 'state', 'qty': 1, 'to_state': 'available'},
                {'kind': 'more', 'qty': 1, 'product_id': service.id},
                {'kind': 'more', 'qty': 1, 'lot_id': self.soon.id}, {'kind': 'found', 'qty': 1}):
            with self.subTest(values=values), self.assertRaises(UserError), self.env.cr.savepoint():
                self._move(**values)
        self.assertEqual(self._stock().physical, 10)

    def test_only_managers_write_movements_down(self):
        for user in (self.desk, self.owner, self.robot):
            with self.assertRaises(AccessError):
                self._move(user, kind='opening', qty=1)

    # --- opening stock from a file

    def _import(self, *rows, header="member,sku,qty,lot,state,date", good_only=False):
        content = "\n".join([header, *rows]).encode()
        wizard = self.env['channel.stock.import'].with_user(self.boss).create({
            'file': base64.b64encode(content), 'filename': 'opening.csv', 'is_good_only': good_only})
        wizard.action_preview()
        return wizard

    def test_opening_stock_is_looked_at_and_posted_once(self):
        rows = ("D1,YOG-1,48,,,2026-01-05", "D1,MLK-1,6,SOON,damaged,", "S1,YOG-1,12,,可用,")
        wizard = self._import(*rows)
        self.assertEqual((wizard.good_count, wizard.bad_count), (3, 0))
        self.assertFalse(self._stock(), "only looked at")
        wizard.action_import()
        self.assertEqual((self._stock().available, self._stock(self.milk).damaged), (48, 6))
        self.assertEqual(self._stock().first_at.date().isoformat(), '2026-01-05')
        again = self._import(*rows)
        self.assertEqual((again.good_count, again.bad_count), (0, 3))
        with self.assertRaises(UserError):
            again.action_import()
        self._assert_true()

    def test_bad_rows_say_what_is_wrong(self):
        wizard = self._import(
            "X,YOG-1,1", "D1,X,1", "D1,YOG-1,x", "D1,YOG-1,-1", "D1,MLK-1,1,NONE", "D1,YOG-1,1,,gone",
            "D1,MLK-1,1,,,soon", "D1,YOG-1,7", "D1,YOG-1,8", ",,")
        self.assertEqual((wizard.good_count, wizard.bad_count), (0, 9))
        wizard = self._import("D1,YOG-1,5", "X,YOG-1,1")
        with self.assertRaises(UserError):
            wizard.action_import()
        wizard.is_good_only = True
        wizard.action_import()
        self.assertEqual(self._stock().available, 5)
        self.assertEqual(self._import("1,2", header="a,b").bad_count, 1)

    # --- check and rebuild

    def _plant(self, **values):
        """An error that nothing but a broken disk or a person with a shell can make."""
        for column, value in values.items():
            self.env.cr.execute(SQL(
                "UPDATE channel_stock SET %(column)s = %(column)s + %(value)s, physical = physical + %(value)s "
                "WHERE id = %(stock)s", column=SQL.identifier(column), value=value, stock=self._stock().id))
        self.env['channel.stock'].invalidate_model()

    def test_button_finds_and_mends(self):
        self._move(kind='opening', qty=10)
        self._open(4, lot_id=self.soon.id)
        self._plant(available=3)
        wizard = self.env['channel.stock.check'].with_user(self.boss).create({})
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.wrong_count), ('wrong', 1))
        self.assertIn("D1", wizard.wrong_text)
        wizard.action_rebuild()
        self.assertEqual((self._stock().available, self._stock(self.milk).available), (10, 4))
        wizard.action_check()
        self.assertEqual(wizard.state, 'right')

    def test_check_of_chosen_members_only(self):
        self._move(kind='opening', qty=10)
        self._plant(available=3)
        wizard = self.env['channel.stock.check'].with_user(self.boss).create({
            'member_ids': [Command.set(self.store.ids)]})
        wizard.action_check()
        self.assertEqual(wizard.state, 'right')
        for user in (self.desk, self.owner):
            with self.assertRaises(AccessError):
                self.env['channel.stock.check'].with_user(user).create({})

    def test_rebuild_mends_no_more_than_what_is_wrong(self):
        self._move(kind='opening', qty=10)
        self._open(4, lot_id=self.soon.id)
        self._open(2, lot_id=self.later.id)
        kept = self.env['channel.stock'].search([('lot_id', '=', self.later.id)]).id
        self.env.cr.execute("DELETE FROM channel_stock WHERE lot_id = %s", [self.soon.id])
        self._plant(damaged=1)
        self.assertEqual(self.env['channel.stock']._rebuild(), 2)
        self.assertEqual(self._lots(), {"": 10, "SOON": 4, "LATER": 2})
        self.assertTrue(self.env['channel.stock'].browse(kept).exists(), "what was right is not touched")
        self._assert_true()
