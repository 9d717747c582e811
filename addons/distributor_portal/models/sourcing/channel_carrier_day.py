import logging

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class ChannelCarrierDay(models.Model):
    """How much of a carrier's room at a warehouse is taken on a day.

    Counters that change in the transaction of the parcel they count; the CHECKs refuse what does not fit, and two
    transactions that take the last room at once cannot both win.
    """

    _name = 'channel.carrier.day'
    _description = "Carrier's Day"
    _order = 'day desc, capacity_id'

    capacity_id = fields.Many2one('channel.carrier.capacity', "Room", required=True, ondelete='cascade', readonly=True)
    carrier_id = fields.Many2one(related='capacity_id.carrier_id', store=True)
    warehouse_id = fields.Many2one(related='capacity_id.warehouse_id', store=True)
    company_id = fields.Many2one(related='capacity_id.company_id', store=True)
    day = fields.Date(required=True, readonly=True)
    max_parcels = fields.Integer("Parcels", required=True, readonly=True, aggregator='sum')
    max_normal = fields.Integer("Not Kept for Urgent", required=True, readonly=True)
    used_parcels = fields.Integer("Taken", required=True, default=0, readonly=True)
    urgent_parcels = fields.Integer("Of These Urgent", required=True, default=0, readonly=True)
    left_parcels = fields.Integer("Left", compute='_compute_left')
    used_rate = fields.Float("Used Share", compute='_compute_left')

    _one_per_day = models.Constraint('UNIQUE (capacity_id, day)', "This day is counted already.")
    _fits = models.Constraint(
        'CHECK (used_parcels >= 0 AND used_parcels <= max_parcels)', "The carrier has no room left on this day.")
    _urgent_fits = models.Constraint(
        'CHECK (urgent_parcels >= 0 AND used_parcels - urgent_parcels <= max_normal)',
        "The carrier's room that is left on this day is kept for urgent orders.")

    # === COMPUTE METHODS === #

    @api.depends('max_parcels', 'used_parcels')
    def _compute_left(self):
        for day in self:
            day.left_parcels = day.max_parcels - day.used_parcels
            day.used_rate = day.used_parcels / day.max_parcels if day.max_parcels else 1.0

    @api.depends('capacity_id', 'used_parcels', 'max_parcels')
    def _compute_display_name(self):
        for day in self:
            day.display_name = f"{day.capacity_id.display_name}: {day.used_parcels}/{day.max_parcels}"

    # === BUSINESS METHODS === #

    @api.model
    def _add(self, deltas):
        """Take room, or give it back.

        :param deltas: {(id of the capacity, day, is urgent): parcels, negative to release}
        :raise psycopg2.errors.CheckViolation: there is no room
        """
        rows = {}
        for (capacity, day, is_urgent), count in deltas.items():
            all_, urgent = rows.get((capacity, day), (0, 0))
            rows[capacity, day] = (all_ + count, urgent + count * is_urgent)
        keys = sorted(key for key, counts in rows.items() if any(counts))
        if not keys:
            return
        self.flush_model()
        columns = (
            [capacity for capacity, _day in keys], [day for _capacity, day in keys],
            [rows[key][0] for key in keys], [rows[key][1] for key in keys])
        self.env.cr.execute(SQL("""
            INSERT INTO channel_carrier_day (capacity_id, carrier_id, warehouse_id, company_id, day, max_parcels,
                                             max_normal, used_parcels, urgent_parcels,
                                             create_uid, write_uid, create_date, write_date)
            SELECT room.id, room.carrier_id, room.warehouse_id, room.company_id, new.day, room.daily_parcels,
                   room.daily_parcels - room.urgent_parcels, 0, 0,
                   %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM unnest(%(rooms)s, %(days)s::date[]) AS new(room, day)
              JOIN channel_carrier_capacity room ON room.id = new.room
             ORDER BY room.id, new.day
                ON CONFLICT (capacity_id, day) DO NOTHING
        """, uid=self.env.uid, rooms=columns[0], days=columns[1]))
        self.env.cr.execute(SQL("""
            UPDATE channel_carrier_day day
               SET used_parcels = day.used_parcels + new.parcels, urgent_parcels = day.urgent_parcels + new.urgent
              FROM unnest(%s, %s::date[], %s, %s) AS new(room, day, parcels, urgent)
             WHERE day.capacity_id = new.room AND day.day = new.day
        """, *columns))
        self.invalidate_model()
        self.env['channel.carrier.capacity'].invalidate_model(['day_ids'])

    # === CRON === #

    @api.model
    def _cron_check(self):
        """Recount every day that is not over from the parcels; put right and report what differs."""
        counted = self._find_days()
        parcels = dict.fromkeys(counted, (0, 0))
        for capacity, day, is_urgent, count in self.env['channel.parcel'].sudo()._read_group(
                [('is_booked', '=', True), ('ship_date', '>=', 'today -1d')],
                ['capacity_id', 'ship_date:day', 'is_urgent'], ['__count']):
            all_, urgent = parcels.get((capacity.id, day), (0, 0))
            parcels[capacity.id, day] = (all_ + count, urgent + count * bool(is_urgent))
        deltas = {}
        for (capacity, day), (all_, urgent) in parcels.items():
            was, was_urgent = counted.get((capacity, day), (0, 0))
            deltas[capacity, day, True] = urgent - was_urgent
            deltas[capacity, day, False] = (all_ - urgent) - (was - was_urgent)
        deltas = {key: count for key, count in deltas.items() if count}
        if deltas:
            _logger.warning("Room of carriers: %s counters corrected: %s", len(deltas), deltas)
            self._widen(deltas)
            self._add(deltas)
        return len(deltas)

    @api.model
    def _find_days(self):
        """{(capacity, day): (parcels, of these urgent)} of the days that are not over."""
        return {
            (row.capacity_id.id, row.day): (row.used_parcels, row.urgent_parcels)
            for row in self.sudo().search([('day', '>=', 'today -1d')])
        }

    @api.model
    def _widen(self, deltas):
        """What is booked is booked: a recount never fails because it finds more than fits."""
        for (capacity, day, _is_urgent), count in deltas.items():
            self.env.cr.execute(SQL("""
                UPDATE channel_carrier_day SET max_parcels = GREATEST(max_parcels, used_parcels + %(more)s),
                       max_normal = GREATEST(max_normal, used_parcels - urgent_parcels + %(more)s)
                 WHERE capacity_id = %(room)s AND day = %(day)s
            """, more=max(count, 0), room=capacity, day=day))
