from datetime import timedelta

from odoo import api, fields, models

from ...engine.iot import payload, simulate
from ..iot.channel_device_take import Message

FRIDGE = {'kind': 'temperature', 'has_low': True, 'low': 2, 'has_high': True, 'high': 8, 'minutes': 30}
# code: (store, product it is about, values); nobody sends on: but for one, nobody waits for them
DEVICES = {
    'DEMO-FRIDGE-1': ('S00001', None, {
        **FRIDGE, 'name': "冷藏柜 Fridge 1", 'place': "收银台旁 By the till"}),
    'DEMO-SCALE-1': ('S00001', 'YOG-C-200', {
        'kind': 'weight', 'name': "酸奶货架秤 Yoghurt scale", 'place': "货架 3 Shelf 3", 'unit_weight': 215,
        'tare': 1200, 'has_low': True, 'low': 4, 'minutes': 0, 'count_policy': 'propose'}),
    'DEMO-DOOR-1': ('S00001', None, {
        'kind': 'door', 'name': "冷库门 Cold room door", 'has_high': True, 'high': .5, 'minutes': 5}),
    'DEMO-FACES-1': ('S00051', 'YOG-P-200', {
        'kind': 'shelf', 'name': "货架摄像头 Shelf camera", 'place': "端架 End of the aisle", 'facings': 12,
        'has_low': True, 'low': 30, 'minutes': 30}),
    'DEMO-GATE-1': ('D0001', None, {'kind': 'gateway', 'name': "冷库网关 Gateway of the cold store"}),
    'DEMO-FRIDGE-2': ('D0001', None, {**FRIDGE, 'name': "冷库 Cold store", 'place': "1 号库 Room 1"}),
    'DEMO-FRIDGE-3': ('S00051', None, {**FRIDGE, 'name': "旧冷藏柜 Old fridge", 'silent_minutes': 60}),
}


class ChannelDemo(models.AbstractModel):
    """A fridge that was too warm for a while, shelves that run empty, a device that says nothing any more."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of devices."""
        result = super()._load_stories(members)
        self._load_devices(members)
        return result

    @api.model
    def _load_devices(self, members):
        products = {product.default_code: product for product in self.env['product.product'].search(
            [('default_code', 'in', [sku for _store, sku, _values in DEVICES.values() if sku])])}
        devices = dict(zip(DEVICES, self.env['channel.device'].create([{
            'silent_minutes': 0, **values, 'code': code, 'member_id': members[store].id,
            'product_id': products[sku].id if sku else False,
        } for code, (store, sku, values) in DEVICES.items()]), strict=True))
        devices['DEMO-FRIDGE-2'].gateway_id = devices['DEMO-GATE-1']
        self._send_demo_readings(devices)
        self._end_demo_excursion(devices['DEMO-FRIDGE-1'])

    @api.model
    def _send_demo_readings(self, devices):
        now = fields.Datetime.now().replace(microsecond=0)
        for code, points in {
            'DEMO-FRIDGE-1': simulate.fridge(now, 72, (9.2, 3.1, 14.5)),
            'DEMO-SCALE-1': simulate.scale(now - timedelta(minutes=45), 215, 1200, 14, 3),
            'DEMO-DOOR-1': simulate.door(now),
            'DEMO-FACES-1': simulate.facings(now, 12, 2),
            'DEMO-FRIDGE-2': simulate.fridge(now, 72),
            'DEMO-FRIDGE-3': simulate.fridge(now - timedelta(hours=7), 48),
        }.items():
            devices[code]._take_points(points)
        batteries = {'DEMO-FRIDGE-1': 82, 'DEMO-FRIDGE-3': 9, 'DEMO-FACES-1': 64}
        company = self.env.company.id
        devices['DEMO-FRIDGE-1']._take([
            (payload.Said(code, battery=value, at=now - timedelta(hours=8)), company, code, False)
            for code, value in batteries.items()])
        self.env.cr.execute(
            "UPDATE channel_device SET last_seen_at = %s WHERE id = %s",
            [now - timedelta(hours=7), devices['DEMO-FRIDGE-3'].id])
        devices['DEMO-FRIDGE-3'].invalidate_recordset()
        devices['DEMO-FRIDGE-3']._open_silence(now)
        # A sensor that nobody has written down yet.
        self.env['channel.device']._take_messages([Message(
            f'channel/{company}/DEMO-NEW-1/temperature', b'{"value": 5.1, "id": "1"}', now)])

    @api.model
    def _end_demo_excursion(self, fridge):
        """Somebody has looked at it."""
        excursion = fridge.excursion_ids.filtered('ended_at')[:1]
        excursion.note = "门未关严，货品已检查并移至冷库。 The door stood ajar; goods checked and moved."
