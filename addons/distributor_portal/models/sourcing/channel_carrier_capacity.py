from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import sourcing
from ...utils import to_decimal


class ChannelCarrierCapacity(models.Model):
    """For how many parcels a day a carrier has room at a warehouse. Without a record there is always room."""

    _name = 'channel.carrier.capacity'
    _description = "Room of a Carrier"
    _inherit = ['channel.kept.setup']
    _order = 'carrier_id, warehouse_id'
    _check_company_auto = True

    carrier_id = fields.Many2one('channel.carrier', required=True, index=True, ondelete='cascade', check_company=True)
    company_id = fields.Many2one(related='carrier_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    warehouse_id = fields.Many2one(
        'stock.warehouse', required=True, index=True, ondelete='cascade', check_company=True)
    daily_parcels = fields.Integer("Parcels a Day", required=True, default=100)
    urgent_parcels = fields.Integer("Kept for Urgent Orders", default=0, help="So many of these no other order takes.")
    busy_from = fields.Integer("Busy From", default=0, help="Each parcel beyond so many a day costs the surcharge.")
    busy_surcharge = fields.Monetary("Surcharge", default=0)
    day_ids = fields.One2many('channel.carrier.day', 'capacity_id', "Days")

    _one_per_warehouse = models.Constraint(
        'UNIQUE (carrier_id, warehouse_id)', "This carrier's room at the warehouse is entered already.")
    _sensible = models.Constraint(
        'CHECK (urgent_parcels >= 0 AND urgent_parcels <= daily_parcels AND busy_from >= 0 AND busy_surcharge >= 0)',
        "What is kept for urgent orders is part of the parcels of a day.")

    # === COMPUTE METHODS === #

    @api.depends('carrier_id', 'warehouse_id')
    def _compute_display_name(self):
        for capacity in self:
            capacity.display_name = f"{capacity.carrier_id.name or ''} · {capacity.warehouse_id.name or ''}"

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {'daily_parcels', 'urgent_parcels'} & set(vals):
            self._refresh_days()
        return result

    # === BUSINESS METHODS === #

    def _refresh_days(self):
        """Days to come follow a new capacity, but never fall below what is booked already."""
        self.flush_recordset()
        self.env['channel.carrier.day'].flush_model()
        self.env.cr.execute(SQL("""
            UPDATE channel_carrier_day day
               SET max_parcels = GREATEST(room.daily_parcels, day.used_parcels),
                   max_normal = GREATEST(
                       room.daily_parcels - room.urgent_parcels, day.used_parcels - day.urgent_parcels)
              FROM channel_carrier_capacity room
             WHERE room.id = day.capacity_id AND room.id = ANY(%s) AND day.day >= CURRENT_DATE - 1
        """, self.ids))
        self.day_ids.invalidate_recordset()

    def _to_engine(self):
        self.ensure_one()
        return sourcing.Slot(
            self.id, self.daily_parcels, self.urgent_parcels, self.busy_from,
            int(to_decimal(self.busy_surcharge, 2) * 100))
