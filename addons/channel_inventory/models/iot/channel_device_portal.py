from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.iot import curve

DEVICE_ROLES = ('owner', 'warehouse')


class ChannelDevice(models.Model):
    """What a member sees of the devices that stand at its places. The callers have checked who asks."""

    _inherit = 'channel.device'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members, show='all'):
        domain = Domain('member_id', 'in', members.ids)
        return domain & Domain('state', 'in', ('out', 'silent')) if show == 'out' else domain

    def _portal_prepare(self):
        """What the page shows of each."""
        open_ones = {}
        for excursion in self.env['channel.excursion'].search([
                ('device_id', 'in', self.ids), ('ended_at', '=', False)], order='started_at'):
            open_ones.setdefault(excursion.device_id.id, []).append(excursion)
        return [{'device': device, 'excursions': open_ones.get(device.id, [])} for device in self]

    def _portal_get_curve(self):
        """What it has measured in the last day, drawn; None where that is less than two readings."""
        self.ensure_one()
        now = fields.Datetime.now()
        rows = self.env.execute_query(SQL(
            """SELECT date_bin('10 minutes', at, '2020-01-01') AS slot, AVG(measure) FROM channel_reading
                WHERE device_id = %s AND at > %s AND at <= %s AND measure IS NOT NULL GROUP BY slot ORDER BY slot""",
            self.id, now - timedelta(days=1), now))
        return curve.draw(
            [(at, float(value)) for at, value in rows], self.low if self.has_low else None,
            self.high if self.has_high else None)
