from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..engine import parse_order
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestChannelSubmit(ChannelCommon):

    def test_clean_order_of_a_dealer_is_confirmed_and_reserved(self):
        answer, order = self._submit_one(lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(answer['name'], order.name)
        self.assertEqual(answer['verdicts'], [])
        self.assertEqual((order.state, order.channel_state), ('sale', 'confirmed'))
        self.assertEqual(order.amount_total, 135)
        self.assertEqual(order.picking_ids.state, 'assigned')
        self.assertEqual(order.client_order_ref, 'X-1')

    def test_nearest_warehouse_ships(self):
        answer, order = self._submit_one()
        self.assertEqual(order.warehouse_id, self.south)
        self.assertEqual(answer['sourcing'][0]['warehouse'], "South")
        self.assertEqual(answer['sourcing'][0]['lines'], [['YOG-1', 12.0]])
        self.assertLess(answer['sourcing'][0]['distance_km'], 60)

    def test_nearest_warehouse_that_has_everything_ships(self):
        self._set_stock(self.milk, self.south, 2)
        _answer, order = self._submit_one(lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual(order.warehouse_id, self.west)
        reasons = {option['warehouse']: option['reason'] for option in order.channel_sourcing}
        self.assertEqual((reasons["South"], reasons["West"]), ('lacks_dearer', 'nearest_complete'))
        why = {row['warehouse']: row['why'] for row in order._channel_get_sourcing_rows()}
        self.assertTrue(why["South"].startswith("Lacks MLK-1 × 1; a plan with it would take "), why["South"])

    def test_preferred_warehouse_that_has_everything_ships(self):
        self.dealer.warehouse_id = self.west
        _answer, order = self._submit_one()
        self.assertEqual(order.warehouse_id, self.west)

    def test_order_goes_to_the_address_sent(self):
        answer, order = self._submit_one(ship_to={
            'name': "Site", 'street': "1 Keyuan Road", 'street_code': '440305001', 'phone': "0755-1234"})
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(order.partner_shipping_id.name, "Site")
        self.assertEqual(order.partner_shipping_id.parent_id, self.dealer.partner_id)
        _answer, second = self._submit_one('X-2', ship_to={
            'name': "Site", 'street': "1 Keyuan Road", 'street_code': '440305001', 'phone': "0755-1234"})
        self.assertEqual(second.partner_shipping_id, order.partner_shipping_id, "the same address is one contact")

    def test_same_order_twice_is_one_order(self):
        first, order = self._submit_one()
        second = self._submit(self._prepare_order('X-1'))[0]
        self.assertEqual(second, {**first, 'status': 'duplicate'})
        twins = self._submit(self._prepare_order('X-9'), self._prepare_order('X-9'))
        self.assertEqual([twin['status'] for twin in twins], ['accepted', 'duplicate'])
        self.assertEqual(twins[0]['order_id'], twins[1]['order_id'])
        self.assertEqual(self.env['sale.order'].search_count([('channel_external_id', '=', 'X-1')]), 1)
        self.assertEqual(order.channel_run, 1)

    def test_same_number_with_other_content_keeps_the_first(self):
        first, order = self._submit_one()
        second = self._submit(self._prepare_order('X-1', lines=[('YOG-1', 24)]))[0]
        self.assertEqual((second['status'], second['order_id']), ('duplicate', first['order_id']))
        self.assertTrue(second['differs'])
        self.assertIn("with other content", second['verdicts'][0]['message'])
        self.assertEqual(order.order_line.product_uom_qty, 12)

    def test_bad_order_does_not_hurt_the_others(self):
        answers = self._submit(
            self._prepare_order('B-1'), self._prepare_order('B-2', member='NOBODY'), "rubbish",
            self._prepare_order('B-4', lines=[('YOG-1', 12), ('NO-SUCH', 1)]), self._prepare_order('B-5'))
        self.assertEqual([answer['status'] for answer in answers],
                         ['accepted', 'rejected', 'rejected', 'rejected', 'accepted'])
        self.assertFalse(answers[1]['order_id'])
        self.assertEqual(answers[1]['external_id'], 'B-2')
        self.assertEqual((answers[3]['verdicts'][0]['rule'], answers[3]['verdicts'][0]['line']), ('product', 1))

    def test_unread_line_stays_visible_on_the_order(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 12), ('NO-SUCH', 1)])
        note = order.order_line.filtered('display_type')
        self.assertEqual((note.channel_line_no, note.name), (1, "There is no product NO-SUCH."))

    def test_each_bad_field_is_named(self):
        cases = [
            ({'requested_date': 'tomorrow'}, "must be a date"),
            ({'requested_date': '2020-01-01'}, "is over"),
            ({'lines': []}, "no lines"),
            ({'lines': 'YOG-1'}, "must be a list"),
            ({'quantity': 3}, "not a field we know"),
            ({'ship_to': {'street_code': '999999'}}, "not a division code"),
            ({'ship_to': {'street_code': 'abc'}}, "not a division code"),
            ({'ship_to': 'here'}, "must be an object"),
            ({'source': 'nowhere'}, "no source"),
            ({'member': ''}, "member is missing"),
            ({'external_id': 'x' * 300}, "too long"),
        ]
        for i, (values, text) in enumerate(cases):
            with self.subTest(values=values):
                answer = self._submit({**self._prepare_order(f'F-{i}'), **values})[0]
                self.assertEqual(answer['status'], 'rejected')
                self.assertIn(text, " ".join(verdict['message'] for verdict in answer['verdicts']))

    def test_each_bad_line_is_named_with_its_index(self):
        cases = [
            ({'sku': 'YOG-1', 'qty': 'a dozen'}, "must be a number"),
            ({'sku': 'YOG-1', 'qty': float('nan')}, "must be a number"),
            ({'sku': 'YOG-1', 'qty': '1e400'}, "must be a number"),
            ({'sku': 'YOG-1', 'qty': True}, "must be a number"),
            ({'sku': 'YOG-1'}, "qty is missing"),
            ({'qty': 12}, "names no product"),
            ({'sku': 'YOG-1', 'gtin': '1', 'qty': 12}, "twice"),
            ({'sku': 'YOG-1', 'qty': 12, 'uom': 'barrel'}, "not sold in the unit barrel"),
            ({'sku': 'YOG-1', 'qty': 12, 'prise': 3}, "not a field we know"),
            ("YOG-1", "must be an object"),
        ]
        for i, (line, text) in enumerate(cases):
            with self.subTest(line=line):
                order = {**self._prepare_order(f'L-{i}'), 'lines': [{'sku': 'MLK-1', 'qty': 1}, line]}
                answer = self._submit(order)[0]
                self.assertEqual(answer['status'], 'rejected')
                verdict = next(verdict for verdict in answer['verdicts'] if text in verdict['message'])
                self.assertEqual(verdict['line'], 1)

    def test_full_width_digits_are_digits(self):
        answer, order = self._submit_one(lines=[('YOG-1', '１２')])
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(order.order_line.product_uom_qty, 12)

    def test_product_is_found_by_each_kind_of_code(self):
        self.yoghurt.barcode = '6901234567892'
        self.env['channel.member.sku'].create({
            'member_id': self.dealer.id, 'code': 'OUR-7', 'product_id': self.yoghurt.id})
        for i, line in enumerate(({'gtin': '06901234567892'}, {'gtin': '6901234567892'}, {'member_sku': 'OUR-7'})):
            answer = self._submit({**self._prepare_order(f'C-{i}'), 'lines': [{**line, 'qty': 12}]})[0]
            self.assertEqual(answer['status'], 'accepted', answer)
        foreign = self._submit({
            **self._prepare_order('C-9', member='D2'), 'lines': [{'member_sku': 'OUR-7', 'qty': 12}]})[0]
        self.assertEqual(self._rules_broken(foreign), ['product'], "another member's code means nothing")

    def test_case_is_counted_in_pieces(self):
        case = self.env['uom.uom'].create({
            'name': "Case of 12", 'channel_code': 'case',
            'relative_factor': 12, 'relative_uom_id': self.yoghurt.uom_id.id})
        self.yoghurt.uom_ids = case
        answer = self._submit({
            **self._prepare_order('U-1'), 'lines': [{'sku': 'YOG-1', 'qty': 2, 'uom': 'case'}]})[0]
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual((order.order_line.product_uom_qty, order.amount_total), (2, 240))
        self.assertEqual(answer['sourcing'][0]['lines'], [['YOG-1', 24.0]])

    def test_dry_run_answers_and_keeps_nothing(self):
        before = self.env['sale.order'].search_count([])
        answer = self._submit(self._prepare_order('Y-1'), dry_run=True)[0]
        self.assertEqual((answer['status'], answer['order_id']), ('accepted', False))
        self.assertEqual(self.env['sale.order'].search_count([]), before)

    def test_suspended_member_cannot_order(self):
        self.dealer.state = 'suspended'
        answer, _order = self._submit_one()
        self.assertEqual(answer['status'], 'rejected')
        self.assertIn("may not order", answer['verdicts'][0]['message'])

    def test_order_that_fails_by_itself_leaves_the_others(self):
        def fail(orders):
            if 'FAIL' in orders.mapped('channel_external_id'):
                raise ZeroDivisionError
            return process(orders)
        process = self.env.registry['sale.order']._channel_process
        self.patch(self.env.registry['sale.order'], '_channel_process', fail)
        with mute_logger('odoo.addons.distributor_portal.models.sale_order_intake'):
            answers = self._submit(*(self._prepare_order(name) for name in ('OK-1', 'FAIL', 'OK-2')))
        self.assertEqual([answer['status'] for answer in answers], ['accepted', 'rejected', 'accepted'])
        self.assertIn("could not be processed", answers[1]['verdicts'][0]['message'])

    def test_only_integrators_and_the_desk_submit(self):
        clerk = new_test_user(self.env, 'clerk', groups='base.group_user')
        portal = self._create_portal_user(self.dealer, 'dealer_user')
        for user in (clerk, portal):
            with self.assertRaises(AccessError):
                self.env['sale.order'].with_user(user).channel_submit([self._prepare_order('Z-1')])
        integrator = new_test_user(self.env, 'machine', groups='distributor_portal.group_channel_integrator')
        answer = self.env['sale.order'].with_user(integrator).channel_submit([self._prepare_order('Z-1')])[0]
        self.assertEqual(answer['status'], 'accepted')
        with self.assertRaises(AccessError):
            self.env['sale.order'].with_user(integrator).browse(answer['order_id']).write({'note': "mine"})

    def test_nonsense_around_the_orders_is_refused(self):
        for orders in ("A-1", {'external_id': 'A-1'}, [{}] * 1001):
            with self.assertRaises(UserError):
                self.env['sale.order'].channel_submit(orders)
        with self.assertRaises(UserError):
            self._submit(self._prepare_order('A-1'), confirm=True)

    def test_queries_of_the_checks_do_not_grow_with_orders_or_lines(self):
        products = [self._create_goods(f'P-{i}', 3) for i in range(12)]
        self.patch(self.env.registry['sale.order'], '_channel_confirm', lambda orders: None)

        def count(orders, lines):
            raws = [
                self._prepare_order(f'Q-{orders}-{lines}-{i}', lines=[(p.default_code, 1) for p in products[:lines]])
                for i in range(orders)]
            with self.env.cr.savepoint():
                parsed = [parse_order(raw) for raw in raws]
                lookup = self.env['sale.order']._channel_look_up(parsed)
                created = self.env['sale.order'].sudo().create([
                    self.env['sale.order']._channel_prepare_values(order, '', lookup)[0] for order in parsed])
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                statuses = created._channel_process()
                self.env.flush_all()
                self.assertEqual(set(statuses.values()), {'accepted'})
                return self.env.cr.sql_log_count - before

        count(2, 2)  # warm the caches
        few, more_lines, more_orders = count(10, 2), count(10, 12), count(40, 2)
        self.assertLessEqual(more_lines, few + 2)
        self.assertLessEqual(more_orders, few + 2)
        self.assertLessEqual(few, 45)
