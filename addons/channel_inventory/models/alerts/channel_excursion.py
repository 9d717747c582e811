from odoo import fields, models

# A device that says nothing, or what it measures: what its alert is called.
ALERT_KINDS = {'silent': 'silent', 'temperature': 'temperature'}


class ChannelExcursion(models.Model):
    """What a device at a member tells is an alert until it is over."""

    _inherit = 'channel.excursion'

    # === BUSINESS METHODS === #

    def _on_opened(self):
        """Override of ours to raise an alert."""
        result = super()._on_opened()
        at_members = self.filtered('member_id')
        for kind, some in at_members.grouped(lambda excursion: excursion._get_alert_kind()).items():
            self.env['channel.alert'].sudo()._raise(kind, [excursion._prepare_alert() for excursion in some])
        return result

    def _on_closed(self):
        """Override of ours to clear the alert."""
        result = super()._on_closed()
        at_members = self.filtered('member_id')
        for kind, some in at_members.grouped(lambda excursion: excursion._get_alert_kind()).items():
            self.env['channel.alert'].sudo()._settle(kind, some.mapped('device_id.code'))
        return result

    def _get_alert_kind(self):
        self.ensure_one()
        return ALERT_KINDS.get('silent' if self.kind == 'silent' else self.device_kind, 'device')

    def _prepare_alert(self):
        """As `channel.alert._raise` takes it; at stake is what lies there of the goods it watches."""
        self.ensure_one()
        device = self.device_id
        products = device.product_ids | device.product_id
        stock = dict(self.env['channel.stock'].sudo()._read_group(
            [('member_id', '=', self.member_id.id), ('product_id', 'in', products.ids)],
            ['product_id'], ['available:sum'])) if products else {}
        return {
            'member_id': self.member_id.id, 'product_id': device.product_id.id, 'key': device.code,
            'value': sum(
                max(qty, 0) * product.with_company(self.company_id).standard_price for product, qty in stock.items()),
            'inputs': {
                'device': device.display_name, 'measures': device.kind, 'side': self.kind,
                'at': fields.Datetime.to_string(self.started_at), 'peak': self.peak, 'limit_at': self.limit}}
