import json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_connect import ConnectCommon


@tagged('post_install', '-at_install')
class TestConnectOrders(ConnectCommon):
    """What headquarters tells the warehouse, and what comes of what the warehouse says."""

    def test_delivery_is_told_with_all_that_the_warehouse_needs(self):
        picking = self._order(lines=[('YOG-1', 24), ('MLK-1', 10)])
        message = self._messages()
        self.assertEqual((message.kind, message.state, message.direction), ('shipment_order', 'waiting', 'out'))
        self.assertEqual((message.res_model, message.res_id), ('stock.picking', picking.id))
        body = message.payload['body']
        self.assertEqual((body['ref'], body['warehouse'], body['member']), (picking.name, 'SOU', 'D1'))
        self.assertEqual(
            sorted((line['sku'], line['qty']) for line in body['lines']), [('MLK-1', '10'), ('YOG-1', '24')])
        self.assertIn("Company D1", body['ship_to']['name'])
        self.assertEqual(picking.channel_connector_id, self.connector)

    def test_nothing_is_said_before_the_transaction_holds(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._order()
            self.assertTrue(self._messages())
            raise ZeroDivisionError
        self._work()
        self.assertFalse(self.side.orders)

    def test_delivery_is_told_once(self):
        picking = self._order()
        picking.do_unreserve()
        picking.action_assign()
        self.assertEqual(len(self._messages()), 1)

    def test_other_warehouses_are_not_told(self):
        self.connector.warehouse_ids = self.west
        self._order()
        self.assertFalse(self._messages())

    def test_shipped_in_full(self):
        picking = self._order(lines=[('YOG-1', 24), ('MLK-1', 10)])
        self._work()
        self.side.say(**self._said(self._confirm(picking, ('YOG-1', 24), ('MLK-1', 10), tracking='HY 7')))
        self._work()
        self.assertEqual((picking.state, picking.channel_tracking_ref), ('done', 'HY 7'))
        self.assertFalse(picking.backorder_ids)
        self.assertEqual(picking.sale_id.channel_state, 'shipped')
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual(sorted(stock.mapped('in_transit')), [10, 24])
        self.assertEqual(self._messages(direction='in').answer, "Shipped in full.")

    def test_short_for_good_is_a_backorder_that_is_ordered_anew(self):
        picking = self._order(lines=[('YOG-1', 24)])
        self._push(self._confirm(picking, ('YOG-1', 12)))
        self._work()
        rest = picking.backorder_ids
        self.assertEqual((picking.state, picking.move_ids.quantity, rest.move_ids.product_uom_qty), ('done', 12, 12))
        orders = self._messages(kind='shipment_order')
        self.assertEqual(orders.mapped('res_id'), (picking | rest).sorted('id').ids)

    def test_more_to_come_is_not_ordered_anew(self):
        picking = self._order(lines=[('YOG-1', 36)])
        self._push(self._confirm(picking, ('YOG-1', 12), is_final=False))
        self._work()
        self._push(self._confirm(picking, ('YOG-1', 24), key='second'))
        self._work()
        self.assertEqual(picking.backorder_ids.state, 'done')
        self.assertEqual(len(self._messages(kind='shipment_order')), 1)
        self.assertEqual(sum((picking | picking.backorder_ids).move_ids.mapped('quantity')), 36)

    def test_parts_may_come_in_any_sequence(self):
        picking = self._order(lines=[('YOG-1', 36)])
        self._push(self._confirm(picking, ('YOG-1', 24), key='last', part=2, is_final=True))
        self._work()
        last = self._messages(key='last')
        self.assertEqual((picking.state, last.state, last.failure), ('assigned', 'failed', 'not_yet'))
        self._push(self._confirm(picking, ('YOG-1', 12), key='first', part=1, is_final=False))
        self._work()
        self._work()
        self.assertEqual(sum((picking | picking.backorder_ids).move_ids.mapped('quantity')), 36)
        self.assertEqual(set(self._messages(direction='in').mapped('state')), {'answered'})
        self.assertEqual(len(self._messages(kind='shipment_order')), 1)

    def test_nothing_left_is_told_to_the_desk(self):
        picking = self._order()
        self._push(self._confirm(picking))
        self._work()
        self.assertEqual((picking.state, self._messages(direction='in').state), ('assigned', 'answered'))
        self.assertTrue(picking.sale_id.activity_ids)

    def test_lots_are_booked_as_they_left(self):
        self.milk.tracking = 'lot'
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.milk.id} for name in ("A", "B")])
        self._set_stock(self.milk, self.south, 0)
        for lot in lots:
            self.env['stock.quant']._update_available_quantity(self.milk, self.south.lot_stock_id, 20, lot_id=lot)
        picking = self._order(lines=[('MLK-1', 10)])
        self.assertEqual(picking.move_line_ids.lot_id.name, "A")
        self._push(self._confirm(picking, ('MLK-1', 4, 'A'), ('MLK-1', 6, 'B')))
        self._work()
        self.assertEqual(picking.state, 'done')
        self.assertEqual({line.lot_id.name: line.quantity for line in picking.move_line_ids}, {'A': 4, 'B': 6})
        left = self.env['stock.quant']._gather(self.milk, self.south.lot_stock_id).filtered('lot_id')
        self.assertEqual({quant.lot_id.name: quant.quantity for quant in left}, {'A': 16, 'B': 14})
        self.assertFalse(any(left.mapped('reserved_quantity')))

    def test_what_cannot_be_is_a_dead_letter_that_says_why(self):
        self.milk.tracking = 'lot'
        picking = self._order(lines=[('YOG-1', 12), ('MLK-1', 10)])
        cases = {
            "NOPE is not in": self._confirm(picking, ('NOPE', 1)),
            "more left than was ordered": self._confirm(picking, ('YOG-1', 13)),
            "kept by lot": self._confirm(picking, ('MLK-1', 1)),
            "There is no lot Z": self._confirm(picking, ('MLK-1', 1, 'Z')),
        }
        for number, (reason, message) in enumerate(cases.items()):
            self._push({**message, 'key': f'bad-{number}'})
            self._work()
            found = self._messages(key=f'bad-{number}')
            self.assertEqual(found.state, 'dead', reason)
            self.assertIn(reason, found.reason)
            found._drop("tested")
        self.assertEqual(picking.state, 'assigned')
        self._push({**self._confirm(picking, ('YOG-1', 12)), 'key': 'x', 'body': {
            'ref': 'SOU/OUT/404', 'shipped_at': '2026-11-22T14:00:00Z'}})
        self._work()
        self.assertIn("is not known in the warehouses", self._messages(key='x').reason)

    def test_said_again_under_another_key_ships_nothing_twice(self):
        picking = self._order()
        self._push(self._confirm(picking, ('YOG-1', 12)))
        self._push(self._confirm(picking, ('YOG-1', 12), key='again'))
        self._work()
        again = self._messages(key='again')
        self.assertEqual((picking.state, again.state), ('done', 'dead'))
        self.assertIn("is done here already", again.reason)
        self.assertFalse(picking.backorder_ids)

    def test_a_short_confirmation_said_again_does_not_ship_the_backorder(self):
        picking = self._order(lines=[('YOG-1', 24)])
        self._push(self._confirm(picking, ('YOG-1', 12)))
        self._work()
        rest = picking.backorder_ids
        self._push(self._confirm(picking, ('YOG-1', 12), key='again'))
        self._work()
        again = self._messages(key='again')
        self.assertEqual((rest.state, again.state), ('assigned', 'dead'))
        self.assertIn(rest.name, again.reason)
        self._push(self._confirm(rest, ('YOG-1', 12)))
        self._work()
        self.assertEqual(rest.state, 'done', "It is said under its own name.")

    def test_the_last_part_said_again_does_not_ship_the_backorder(self):
        picking = self._order(lines=[('YOG-1', 36)])
        self._push(self._confirm(picking, ('YOG-1', 12), key='first', is_final=False))
        self._push(self._confirm(picking, ('YOG-1', 12), key='last'))
        self._work()
        second = picking.backorder_ids
        self.assertEqual((second.state, second.backorder_ids.state), ('done', 'assigned'))
        self._push(self._confirm(picking, ('YOG-1', 12), key='again'))
        self._work()
        self.assertEqual(self._messages(key='again').state, 'dead')
        self.assertEqual(second.backorder_ids.state, 'assigned')

    def test_a_short_arrival_said_again_does_not_receive_the_backorder(self):
        arrival = self._arrive(30)
        body = {'ref': arrival.name, 'received_at': '2026-11-22', 'lines': [{'sku': 'MLK-1', 'qty': 28}]}
        for key in ('r', 'again'):
            self._push({'kind': 'receipt_confirm', 'key': key, 'at': '2026-11-22', 'body': body})
            self._work()
        rest = arrival.backorder_ids
        self.assertEqual((arrival.state, rest.state, rest.move_ids.product_uom_qty), ('done', 'assigned', 2))
        again = self._messages(key='again')
        self.assertEqual(again.state, 'dead')
        self.assertIn(rest.name, again.reason)

    def test_said_again_without_a_key_at_another_time_is_the_same(self):
        picking = self._order()
        message = self._confirm(picking, ('YOG-1', 12))
        del message['key']
        acks = [self._push({**message, 'at': f'2026-11-22T15:0{minute}:00Z'})[1]['acks'][0] for minute in range(2)]
        self.assertEqual([ack.status for ack in acks], ['accepted', 'duplicate'])

    def test_what_another_connector_runs_is_not_shipped_by_this_one(self):
        west = self._create_connector(name="West WMS", warehouse_ids=self.west.ids)
        picking = self._order()
        self._push(self._confirm(picking, ('YOG-1', 12)), connector=west)
        self._work(west)
        message = self.env['channel.connector.message'].search([('connector_id', '=', west.id)])
        self.assertEqual((picking.state, message.state), ('assigned', 'dead'))

    def test_called_off_after_the_order_was_told(self):
        picking = self._order()
        picking.sale_id._action_cancel()
        order, cancel = self._messages()
        self.assertEqual((order.kind, cancel.kind), ('shipment_order', 'order_cancel'))
        self._work()
        self._work()
        self.assertEqual([kind for kind, _ref in self.side.effects], ['shipment_order', 'order_cancel'])

    def test_called_off_after_a_part_names_what_the_warehouse_knows(self):
        picking = self._order(lines=[('YOG-1', 36)])
        self._work()
        self._push(self._confirm(picking, ('YOG-1', 12), is_final=False))
        self._work()
        rest = picking.backorder_ids
        rest.action_cancel()
        cancel = self._messages(kind='order_cancel')
        self.assertEqual((cancel.payload['body']['ref'], cancel.res_id), (picking.name, rest.id))
        self.assertEqual(cancel.thread, self._messages(kind='shipment_order').thread)
        self._work()
        self.assertEqual(cancel.state, 'answered', cancel.reason)

    def test_an_arrival_called_off_after_a_part_names_what_the_warehouse_knows(self):
        arrival = self._arrive(30)
        arrival.action_channel_connect_again()
        self._push({'kind': 'receipt_confirm', 'key': 'r', 'at': '2026-11-22', 'body': {
            'ref': arrival.name, 'received_at': '2026-11-22', 'is_final': False,
            'lines': [{'sku': 'MLK-1', 'qty': 20}]}})
        self._work()
        rest = arrival.backorder_ids
        self.assertEqual(rest.channel_connector_round, 1)
        rest.action_cancel()
        self.assertEqual(self._messages(kind='order_cancel').payload['body']['ref'], arrival.name)

    def test_messages_of_a_document_keep_their_sequence_behind_a_dead_letter(self):
        picking = self._order()
        self.side.faults.append('reject')
        self._work()
        picking.sale_id._action_cancel()
        other = self._order('C-2')
        self._work()
        order, cancel = self._messages(res_id=picking.id)
        self.assertEqual((order.state, cancel.state), ('dead', 'waiting'))
        self.assertIn(other.name, self.side.orders, "Other documents go on.")
        order.action_resend()
        self._work()
        self._work()
        self.assertEqual((order.state, cancel.state), ('answered', 'answered'))

    def test_given_anew_is_a_message_of_its_own(self):
        picking = self._order()
        self._work()
        picking.action_channel_connect_again()
        self._work()
        self.assertEqual(len(set(self.side.seen_keys)), 2)
        self.assertEqual(self.side.effects['shipment_order', picking.name], 2)

    def test_arrival_is_announced_and_booked_with_its_lots(self):
        self.milk.tracking = 'lot'
        self.milk.use_expiration_date = True
        arrival = self._arrive(30)
        self.assertEqual(self._messages().kind, 'arrival_order')
        self._push({'kind': 'receipt_confirm', 'key': 'r', 'at': '2026-11-22', 'body': {
            'ref': arrival.name, 'received_at': '2026-11-22', 'lines': [
                {'sku': 'MLK-1', 'qty': 20, 'lot': 'N1', 'expires': '2027-03-01'},
                {'sku': 'MLK-1', 'qty': 8, 'lot': 'N2'}]}})
        self._work()
        self.assertEqual(arrival.state, 'done', self._messages(key='r').reason)
        self.assertEqual({line.lot_id.name: line.quantity for line in arrival.move_line_ids}, {'N1': 20, 'N2': 8})
        first = arrival.move_line_ids.lot_id.filtered(lambda lot: lot.name == 'N1')
        self.assertEqual(str(first.expiration_date.date()), '2027-03-01')
        self.assertEqual(arrival.backorder_ids.move_ids.product_uom_qty, 2)

    def test_what_an_arrival_makes_ready_is_told_also_where_more_comes(self):
        arrival = self._arrive(5)
        self._set_stock(self.milk, self.south, 0)
        self._set_stock(self.milk, self.west, 0)
        waiting = self.env['stock.picking'].create({
            'picking_type_id': self.south.out_type_id.id, 'location_id': self.south.lot_stock_id.id,
            'location_dest_id': self.env.ref('stock.stock_location_customers').id, 'move_ids': [fields.Command.create({
                'product_id': self.milk.id, 'product_uom_qty': 3, 'product_uom': self.milk.uom_id.id,
                'location_id': self.south.lot_stock_id.id, 'reservation_date': fields.Date.today(),
                'location_dest_id': self.env.ref('stock.stock_location_customers').id})]})
        waiting.action_confirm()
        self.assertFalse(waiting.channel_connector_id)
        self._push({'kind': 'receipt_confirm', 'key': 'r', 'at': '2026-11-22', 'body': {
            'ref': arrival.name, 'received_at': '2026-11-22', 'is_final': False,
            'lines': [{'sku': 'MLK-1', 'qty': 3}]}})
        self._work()
        self.assertEqual(arrival.state, 'done')
        waiting.action_assign()
        self.assertEqual(waiting.channel_connector_id, self.connector)
        self.assertEqual(len(self._messages(kind='arrival_order')), 1, "The rest of it is awaited there already.")

    def test_queries_do_not_grow_with_the_deliveries(self):
        pickings = self.env['stock.picking']
        for number in range(12):
            pickings |= self._order(f'Q-{number}')
        def count(some):
            some.channel_connector_id = False
            some.channel_connector_round = some[:1].channel_connector_round + 1
            self.env.flush_all()
            some.mapped('move_ids.product_id.default_code')
            before = self.env.cr.sql_log_count
            some._connect_tell()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
        count(pickings)
        self.assertLessEqual(count(pickings[:11]), count(pickings[11:]) + 2)

    def test_without_connectors_no_move_asks_for_any(self):
        picking = self._order()
        self.connector.role = 'tms'
        self.env['channel.connector']._get_places('wms')
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        picking._connect_tell()
        self.assertEqual(self.env.cr.sql_log_count, before)

    def _arrive(self, qty):
        """So much milk is on its way to the southern warehouse."""
        suppliers = self.env.ref('stock.stock_location_suppliers')
        arrival = self.env['stock.picking'].create({
            'picking_type_id': self.south.in_type_id.id, 'partner_id': self.agent.partner_id.id,
            'location_id': suppliers.id, 'location_dest_id': self.south.lot_stock_id.id,
            'move_ids': [fields.Command.create({
                'product_id': self.milk.id, 'product_uom_qty': qty, 'product_uom': self.milk.uom_id.id,
                'location_id': suppliers.id, 'location_dest_id': self.south.lot_stock_id.id})]})
        arrival.action_confirm()
        return arrival

    def _said(self, message):
        return {'kind': message['kind'], 'key': message['key'], **message['body']}


@tagged('post_install', '-at_install')
class TestConnectMending(ConnectCommon):
    """Dead letters: read, mended, resent, dropped. Who may, and what must not."""

    def _dead(self):
        self._order()
        self.side.faults.append('reject')
        self._work()
        return self._messages(direction='out')

    def test_mended_goes_on_under_a_new_key(self):
        message = self._dead()
        raw = json.loads(message.payload_text)
        raw['body']['ship_to']['street'] = "Road 7"
        message.payload_text = json.dumps(raw)
        self.assertEqual(message.state, 'waiting')
        self._work()
        self.assertEqual(message.state, 'answered')
        self.assertTrue(message.key.endswith('~2'))
        self.assertEqual(self.side.seen_keys, [message.key])

    def test_mending_is_checked(self):
        message = self._dead()
        raw = json.loads(message.payload_text)
        raw['body']['lines'][0]['qty'] = 'many'
        raw['body']['ref'] = ''
        told = r"body\.ref: is missing\.\nbody\.lines\[0\]\.qty: 'many' is no number\."
        with self.assertRaisesRegex(UserError, told):
            message.payload_text = json.dumps(raw)
        with self.assertRaisesRegex(UserError, "no JSON"):
            message.payload_text = '{'
        self.assertEqual(message.state, 'dead')

    def test_what_may_have_been_taken_is_not_said_with_other_words(self):
        self.connector.max_attempts = 1
        self._order()
        self.side.faults.append('lost')
        self._work()
        message = self._messages(direction='out')
        self.assertEqual((message.state, message.is_unsure), ('dead', True))
        raw = json.loads(message.payload_text)
        raw['body']['note'] = "quick"
        with self.assertRaisesRegex(UserError, "may have acted"):
            message.payload_text = json.dumps(raw)
        message.action_resend()
        self._work()
        self.assertEqual(message.state, 'answered')
        self.assertEqual(sum(self.side.effects.values()), 1)

    def test_many_are_resent_together(self):
        for number in range(3):
            self._order(f'M-{number}')
        self.side.faults.extend(['reject'] * 3)
        self._work()
        messages = self._messages(direction='out')
        self.assertEqual(set(messages.mapped('state')), {'dead'})
        messages.action_resend()
        self._work()
        self.assertEqual(set(messages.mapped('state')), {'answered'})
        with self.assertRaises(UserError):
            messages.action_resend()

    def test_dropped_with_a_reason_and_what_follows_goes_on(self):
        message = self._dead()
        picking = self.env['stock.picking'].browse(message.res_id)
        picking.sale_id._action_cancel()
        wizard = self.env['channel.connector.drop'].create({'message_ids': message.ids, 'reason': "  "})
        with self.assertRaises(UserError):
            wizard.action_drop()
        wizard.reason = "told by telephone"
        wizard.action_drop()
        self.assertEqual((message.state, message.drop_reason), ('dropped', "told by telephone"))
        self._work()
        cancel = self._messages(kind='order_cancel')
        self.assertIn("no order", cancel.reason)
        with self.assertRaises(UserError):
            self.env['channel.connector.drop'].create({'message_ids': message.ids, 'reason': "again"}).action_drop()

    def test_what_is_under_way_is_left_alone(self):
        self._order()
        message = self._messages()
        self.env['channel.connector.message']._claim(self.connector, 'out', 10)
        self.assertEqual(message.state, 'sent')
        self.assertFalse(message._drop("now"))
        raw = json.loads(message.payload_text)
        raw['body']['note'] = "x"
        with self.assertRaises(UserError):
            message.payload_text = json.dumps(raw)
        self.assertFalse(self.env['channel.connector.message']._claim(self.connector, 'out', 10), "It is somebody's.")

    def test_what_cannot_be_read_is_kept_and_mended(self):
        picking = self._order()
        bad = self._confirm(picking, ('YOG-1', 12), key='k')
        bad['body']['lines'][0]['qty'] = 'twelve'
        _status, answer = self._push(bad, {'kind': 'nonsense'}, 7)
        self.assertEqual([ack.status for ack in answer['acks']], ['rejected'] * 3)
        self.assertIn("'twelve' is no number", answer['acks'][0].reason)
        kept = self._messages(direction='in')
        self.assertEqual(kept.mapped('state'), ['dead'] * 3)
        with self.assertRaises(UserError):
            kept[0].action_resend()
        raw = json.loads(kept[0].payload_text)
        raw['body']['lines'][0]['qty'] = 12
        kept[0].payload_text = json.dumps(raw)
        self._work()
        self.assertEqual((kept[0].state, picking.state), ('answered', 'done'))

    def test_what_no_database_keeps_is_kept_as_it_can_be(self):
        """NULs, halves of characters in keys, names and values, numbers that are none: as JSON lets them be sent."""
        odd = [
            {'kind': 'x', 'key': '\ud800'}, {'kind': 'x', 'key': 'low', 'body': '\udc00'}, {'kind': 'x', '\udfff': 1},
            {'kind': 'x', 'key': 'nul', 'body': '\x00'}, {'kind': 'x', 'key': 'nan', 'body': [float('nan')]}]
        _status, answer = self._push(*odd)
        self.assertEqual([ack.status for ack in answer['acks']], ['rejected'] * 5)
        self.env.flush_all()
        self.assertEqual(len(self._messages(kind='unreadable', state='dead')), 5)
        _status, answer = self._push({'kind': 'x', 'key': 'smile', 'body': '\U0001f600'})
        self.assertEqual(self._messages(key='smile').payload['body'], '\U0001f600', "a whole character")

    def test_the_sender_may_mend_it_himself(self):
        picking = self._order()
        right = self._confirm(picking, ('YOG-1', 12), key='k')
        wrong = json.loads(json.dumps(right))
        wrong['body']['lines'][0]['qty'] = 'twelve'
        self._push(wrong)
        _status, answer = self._push(right)
        self.assertEqual(answer['acks'][0].status, 'accepted')
        self._work()
        self.assertEqual(picking.state, 'done')
        self.assertEqual(sorted(self._messages(direction='in').mapped('state')), ['answered', 'dropped'])

    def test_who_may_what(self):
        message = self._dead()
        desk = new_test_user(self.env, 'desk9', groups='distributor_portal.group_channel_user')
        manager = new_test_user(self.env, 'boss9', groups='distributor_portal.group_channel_manager')
        portal = self._create_portal_user(self.dealer, 'dealer9')
        self.assertIn("street", message.with_user(desk).reason)
        for act in (
                lambda: message.with_user(desk).action_resend(), lambda: message.with_user(desk).action_drop(),
                lambda: message.with_user(desk).write({'payload_text': '{}'}),
                lambda: self.connector.with_user(desk).action_test(),
                lambda: self.connector.with_user(desk).action_pause(),
                lambda: self.connector.with_user(portal).name, lambda: message.with_user(portal).key,
                lambda: self.connector.with_user(manager).push_token,
                lambda: self.connector.with_user(manager).write({'new_secret': 'x'})):
            with self.assertRaises(AccessError):
                act()
        other = self._create_connector(name="West WMS", warehouse_ids=self.west.ids)
        for values in (
                {'connector_id': other.id}, {'payload': {}}, {'state': 'waiting'}, {'direction': 'in'},
                {'payload_text': '{}', 'is_unsure': False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                message.with_user(manager).write(values)
        raw = json.loads(message.payload_text)
        raw['body']['ship_to']['street'] = "Road 7"
        message.with_user(manager).payload_text = json.dumps(raw)
        self.assertEqual((message.state, message.payload['body']['ship_to']['street']), ('waiting', "Road 7"))
        message.sudo().state = 'dead'
        message.with_user(manager).action_resend()
        self.assertEqual(message.state, 'waiting')

    def test_other_companies_see_nothing_of_it(self):
        message = self._dead()
        other = self.env['res.company'].create({'name': "Other"})
        stranger = new_test_user(
            self.env, 'other9', groups='distributor_portal.group_channel_manager', company_id=other.id,
            company_ids=[fields.Command.set(other.ids)])
        for model in ('channel.connector', 'channel.connector.message', 'channel.connector.snapshot'):
            self.assertFalse(self.env[model].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            message.with_user(stranger).action_resend()

    def test_names_and_addresses_go_after_half_a_year_the_key_stays(self):
        self._order()
        self._work()
        message = self._messages(direction='out')
        message.sudo().done_at = fields.Datetime.subtract(fields.Datetime.now(), days=181)
        self.env['channel.connector.message']._gc_payloads()
        self.assertFalse(message.payload)
        self.assertTrue(message.key)
