import json

from odoo import fields

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from .counterpart import Counterpart

SECRET = 'signing secret of both'


class ConnectCommon(ChannelCommon):
    """The southern warehouse is run by another system, the counterpart."""

    kind = 'rest'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.side = Counterpart()
        cls.enterClassContext(cls.side)
        cls.env['ir.config_parameter'].set_param('channel.connect.hosts', f'127.0.0.1:{cls.side.port}')
        cls.connector = cls._create_connector()

    def setUp(self):
        super().setUp()
        self.side.clear()
        self.side.faults.clear()
        Connector = type(self.env['channel.connector'])
        # A test is one transaction; tests/faults has real ones.
        self.patch(Connector, '_commit', lambda connector, done=0, remaining=None: None)
        self.patch(Connector, '_rollback', lambda connector: None)

    @classmethod
    def _create_connector(cls, **values):
        kind = values.get('kind', cls.kind)
        return cls.env['channel.connector'].create({
            'name': "South WMS", 'kind': kind, 'role': 'wms', 'warehouse_ids': cls.south.ids, 'auth': 'none',
            'endpoint': cls.side.url + ('/soap' if kind == 'soap' else ''), 'timeout_seconds': 1, 'is_paused': False,
            'new_push_secret': SECRET, **values})

    def _order(self, external_id='C-1', **values):
        """The delivery of a new order of the dealer, from the southern warehouse."""
        order = self._submit_one(external_id, **values)[1]
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, self.south)
        return order.picking_ids

    def _messages(self, **values):
        return self.env['channel.connector.message'].search(
            [('connector_id', '=', self.connector.id), *((name, '=', value) for name, value in values.items())],
            order='id')

    def _work(self, connector=None):
        """A round, as if everything that waits for its time were due."""
        connector = connector or self.connector
        now = fields.Datetime.now()
        connector.write({'next_try_at': False, 'next_poll_at': False})
        self.env['channel.connector.message'].sudo().search([('state', 'in', ('failed', 'sent'))]).next_try_at = now
        connector._work()

    def _push(self, *messages, secret=SECRET, body=None, connector=None, mime='application/json', **headers):
        """As the counterpart calls us; without HTTP. :return: (status, answer)"""
        body = body if body is not None else json.dumps({'messages': messages}).encode()
        connector, refusal = self.env['channel.connector']._find_pusher(
            (connector or self.connector).push_token, body, headers.get('signature', self.side.sign(secret, body)))
        return refusal or connector._take_push(body, mime.endswith('xml'))

    def _confirm(self, picking, *lines, key=None, **values):
        """What the warehouse says of a delivery. :param lines: (sku, qty) or (sku, qty, lot)"""
        return {
            'kind': 'shipment_confirm', 'key': key or f'done-{picking.name}', 'at': '2026-11-22T15:00:00Z', 'body': {
                'ref': picking.name, 'shipped_at': '2026-11-22T14:00:00Z', **values,
                'lines': [dict(zip(('sku', 'qty', 'lot'), line, strict=False)) for line in lines]}}
