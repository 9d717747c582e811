import json
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...engine.iot import goods, payload, simulate, watch

# Something that stays as it is says nothing: what it has said last still holds.
ON_CHANGE = ('weight', 'shelf', 'door')
GRACE = timedelta(minutes=2)  # what is under way may still come in
CHUNK = 500


class ChannelDevice(models.Model):
    """What readings come to: excursions, silence, counts."""

    _inherit = 'channel.device'

    # === BUSINESS METHODS === #

    def _get_level(self, value):
        """What is held against the limits: of a scale pieces and parts of them, so that it can come to rest."""
        self.ensure_one()
        if self.kind == 'weight' and self.unit_weight:
            return (value - self.tare) / self.unit_weight
        return self._measure(value)[0]

    def _follow(self, points):
        """Go on with new readings. The devices are locked. :param points: {device: [`watch.Point`]}"""
        watches = self._read_watches()
        followed = {
            device: watch.follow(watches[device.id], points[device], device._get_limits()) for device in self}
        self._keep_followed(followed)
        self._end_silence()

    def _settle(self, now):
        """Go on without readings."""
        watches = self._read_watches()
        self._keep_followed({
            device: watch.settle(watches[device.id], now, device._get_limits()) for device in self})

    def _read_watches(self):
        """{id: watch}, from the database itself: it is written there."""
        return {id_: watch.restore(kept) for id_, kept in self.env.execute_query(SQL(
            "SELECT id, watch FROM channel_device WHERE id = ANY(%s)", self.ids))}

    @api.model
    def _keep_followed(self, followed):
        """:param followed: {device: `watch.Followed`}"""
        if not followed:
            return
        self.env.cr.execute(SQL(
            """UPDATE channel_device d SET watch = t.watch::jsonb FROM unnest(%s::int4[], %s::text[]) t (id, watch)
                WHERE d.id = t.id""",
            [device.id for device in followed], [json.dumps(watch.dump(one.watch)) for one in followed.values()]))
        for device, one in followed.items():
            if one.excursions:
                self.env['channel.excursion']._note(device, [device._prepare_excursion(it) for it in one.excursions])
        scales = self.union(*followed).filtered(lambda device: device.kind == 'weight' and device.unit_weight)
        for device in scales:
            device._note_steady(followed[device].steady)
        scales._propose_due()

    def _prepare_excursion(self, found):
        return {
            'kind': found.kind, 'started_at': found.started_at.replace(microsecond=0),
            'last_at': found.last_at.replace(microsecond=0),
            'ended_at': found.ended_at.replace(microsecond=0) if found.ended_at else False, 'peak': found.peak,
            'beyond': found.beyond, 'has_kinetic': found.kinetic is not None, 'kinetic': found.kinetic or 0,
            'limit': (self.low if found.kind == 'low' else self.high)}

    def _retire(self):
        """These are taken out of use: what is going on at them is over, and back in use they begin anew."""
        self.sudo().watch = False
        excursions = self.env['channel.excursion'].sudo().search([
            ('device_id', 'in', self.ids), ('ended_at', '=', False)])
        for excursion in excursions:
            excursion.ended_at = max(fields.Datetime.now(), excursion.started_at)
        if excursions:
            excursions._on_closed()

    # --- counts

    def _note_steady(self, steady):
        """Remember what has come to rest on a scale; a weight that no number of pieces explains is none."""
        self.ensure_one()
        scale = goods.Scale(1.0)  # The levels are pieces already.
        sure = [(point.at, pieces.count) for point in steady
                for pieces in [goods.count_pieces(point.value, scale)] if pieces.is_sure]
        if sure:
            at, count = sure[-1]
            self.write({'steady_qty': count, 'steady_at': at.replace(microsecond=0)})

    def _propose_due(self):
        """Propose, or count, where something else has come to rest and the last time is long enough ago."""
        due = self.filtered(lambda device: device.count_policy != 'none' and device.steady_at and (
            not device.counted_at or device.steady_qty != device.counted_qty
            and device.steady_at >= device.counted_at + timedelta(minutes=max(device.count_minutes, 1))))
        if due:
            self.env['channel.device.count']._propose(due)

    # --- silence

    def _end_silence(self):
        """These have said something."""
        silent = self.env['channel.excursion'].search([
            ('device_id', 'in', self.ids), ('kind', '=', 'silent'), ('ended_at', '=', False)])
        for excursion in silent:
            excursion.ended_at = max(excursion.device_id.last_seen_at, excursion.started_at)
        if silent:
            silent._on_closed()

    @api.model
    def _find_silent(self, now):
        """Devices that should have said something, and whose silence is not known yet."""
        self.flush_model()
        self.env['channel.excursion'].flush_model()
        return self.browse(id_ for id_, in self.env.execute_query(SQL(
            """SELECT d.id FROM channel_device d
                WHERE d.active AND d.silent_minutes > 0 AND d.last_seen_at < %s - d.silent_minutes * interval '1 minute'
                  AND NOT EXISTS (SELECT 1 FROM channel_excursion e
                                   WHERE e.device_id = d.id AND e.kind = 'silent' AND e.ended_at IS NULL)
             ORDER BY d.id LIMIT %s""", now, CHUNK)))

    # --- demo

    def _simulate(self):
        """An hour and a half of readings that devices of this kind would send."""
        now = fields.Datetime.now()
        for device in self:
            since = device.last_at or now - timedelta(hours=1, minutes=30)
            device._take_points([point for point in device._prepare_simulation(now) if point.at > since])

    def _prepare_simulation(self, now):
        self.ensure_one()
        if self.kind == 'temperature':
            return simulate.fridge(now, 2, (1.2, 1.1, (self.high if self.has_high else 8) + 6))
        if self.kind == 'weight':
            count = max(int(self.last_measure), 3)
            return simulate.scale(now, self.unit_weight or 100, self.tare, count, count - 3, 1)
        if self.kind == 'shelf':
            return simulate.facings(now, self.facings or 10, 1, 1)
        return simulate.door(now, 1) if self.kind == 'door' else ()

    def _take_points(self, points):
        """As if the device had sent them."""
        self.ensure_one()
        self._take([(payload.Said(self.code, self.kind, point.value, point.at), self.company_id.id, self.code, False)
                    for point in points])

    # === CRON === #

    @api.model
    def _cron_follow(self):
        """Every few minutes: what has come to rest without a further reading, and who says nothing any more."""
        self = self.with_user(SUPERUSER_ID)
        now = fields.Datetime.now()
        self._find_silent(now)._open_silence(now)
        resting = self.search([('kind', 'in', ON_CHANGE), ('last_at', '!=', False)])
        for start in range(0, len(resting), CHUNK):
            chunk = self.browse(resting.ids[start:start + CHUNK])
            self.union(*self._lock_devices(chunk.mapped('code')).values())._settle(now - GRACE)
            if len(resting) > CHUNK:
                # Whoever has readings of these need not wait for all the others.
                self.env['ir.cron']._commit_progress(len(chunk), remaining=len(resting) - start - len(chunk))

    def _open_silence(self, now):
        # Back in use and still silent: the silence before has ended, and is not the same.
        ends = dict(self.env['channel.excursion']._read_group(
            [('device_id', 'in', self.ids), ('kind', '=', 'silent')], ['device_id'], ['ended_at:max']))
        for device in self:
            seen_at = device.last_seen_at.replace(microsecond=0)
            self.env['channel.excursion']._note(device, [{
                'kind': 'silent', 'started_at': max(seen_at, ends.get(device) or seen_at), 'last_at': seen_at,
                'ended_at': False}])
