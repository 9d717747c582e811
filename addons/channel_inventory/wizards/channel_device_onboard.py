import base64
import json

from odoo import api, fields, models


class ChannelDeviceOnboard(models.TransientModel):
    """Shows the secret of a device, once. Never saved: it has no button that would."""

    _name = 'channel.device.onboard'
    _description = "Secret of a Device"

    device_id = fields.Many2one('channel.device', required=True, readonly=True)
    code = fields.Char(related='device_id.code')
    topic = fields.Char(related='device_id.topic')
    secret = fields.Char(store=False, readonly=True)
    url = fields.Char("Address", compute='_compute_texts')
    command = fields.Text("Try It", compute='_compute_texts')
    qr = fields.Binary("To Scan", compute='_compute_texts')

    # === COMPUTE METHODS === #

    @api.depends('device_id', 'secret')
    def _compute_texts(self):
        for one in self:
            one.url = f'{self.get_base_url()}/channel/iot/readings'
            told = {'code': one.code, 'secret': one.secret, 'url': one.url, 'topic': one.topic}
            one.command = (
                f"mosquitto_pub -h BROKER -p 8883 --cafile ca.crt -u {one.code} -P {one.secret} -q 1 "
                f"-t {one.topic} -m '{{\"value\": 4.5}}'")
            one.qr = one.secret and base64.b64encode(self.env['ir.actions.report'].barcode(
                'QR', json.dumps(told), width=400, height=400))
