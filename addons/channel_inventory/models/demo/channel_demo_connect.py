from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine.connect import messages

# What the carrier said of a delivery: hours ago, status, place, note. Some have only come to the first of these.
JOURNEY = (
    (22, 'picked_up', "分拣中心 Sorting centre", ''),
    (15, 'in_transit', "转运中心 Line-haul hub", ''),
    (11, 'exception', "高速服务区 Motorway services", "道路拥堵 Road jammed"),
    (2, 'out_for_delivery', "营业部 Local branch", "司机 138 0000 0000"),
)


class ChannelDemo(models.AbstractModel):
    """A warehouse that another company runs, its carrier, a letter to mend, and deliveries that can be followed."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_connect_story()
        return result

    @api.model
    def _load_connect_story(self):
        warehouse = self.env['stock.warehouse'].search(
            [('company_id', '=', self.env.company.id)], order='id desc', limit=1)
        common = {'company_id': self.env.company.id, 'warehouse_ids': warehouse.ids, 'auth': 'none', 'is_paused': True,
                  'user_id': self.env.ref('base.user_admin').id}
        wms, tms = self.env['channel.connector'].create([
            {**common, 'name': "第三方仓 Third-Party Warehouse", 'role': 'wms', 'kind': 'soap',
             'endpoint': 'https://wms.example.com/soap'},
            {**common, 'name': "合运物流 Heyun Logistics", 'role': 'tms', 'kind': 'rest',
             'endpoint': 'https://tms.example.com/api'}])
        self._load_tracking_events(tms)
        self._load_wms_letters(wms, warehouse)

    @api.model
    def _load_tracking_events(self, connector):
        """The carrier has said where the latest deliveries are."""
        left = self.env['stock.picking'].search([
            ('state', '=', 'done'), ('sale_id.channel_member_id', '!=', False), ('channel_tracking_ref', '!=', False),
            ('picking_type_code', '=', 'outgoing')], order='id desc', limit=12)
        now = fields.Datetime.now()
        told = [messages.Envelope('tracking_event', f'{picking.name}/{number}', now, messages.TrackingEvent(
            status, now - timedelta(hours=hours), picking.name, place=place, note=note))
            for turn, picking in enumerate(left)
            for number, (hours, status, place, note) in enumerate(JOURNEY[:1 + turn % len(JOURNEY)])]
        # It carries for other warehouses, too: by hand, as its connector would.
        connector.warehouse_ids |= left.picking_type_id.warehouse_id
        self._take_demo_messages(connector, told)
        connector.warehouse_ids = connector.warehouse_ids[-1:]

    @api.model
    def _load_wms_letters(self, connector, warehouse):
        """Its stock of last night, with differences; and what it has shipped of something that nobody knows."""
        now = fields.Datetime.now()
        held = self.env['stock.quant'].search([
            ('location_id', 'child_of', warehouse.view_location_id.id), ('quantity', '>', 0)])
        lines = tuple(
            messages.StockLine(
                quant.product_id.default_code, to_decimal(max(quant.quantity - (7 if number % 9 == 4 else 0), 0)))
            for number, quant in enumerate(held) if quant.product_id.default_code)
        lines += (messages.StockLine('OLD-CARTON-12', 40),)
        self._take_demo_messages(connector, [
            messages.Envelope('stock_snapshot', 'night-1', now, messages.StockSnapshot(warehouse.code, now, lines)),
            messages.Envelope('shipment_confirm', 'OUT-778', now, messages.ShipmentConfirm(
                f'{warehouse.code}/OUT/99999', now, (messages.Line('YOG-B-200', 48),)))])

    @api.model
    def _take_demo_messages(self, connector, envelopes):
        Message = self.env['channel.connector.message']
        Message._take_in(connector, [messages.write_envelope(one) for one in envelopes])
        for message in Message.search([('connector_id', '=', connector.id), ('state', '=', 'waiting')], order='id'):
            message._take_now()
