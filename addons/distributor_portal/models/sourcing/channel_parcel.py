from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models

from ...engine import sourcing

NOTES = [
    ('past_cut_off', "Accepted after the cut-off"), ('closed', "Closed that day"), ('full', "Carrier was full"),
    ('wanted_later', "Wanted later")]


class ChannelParcel(models.Model):
    """One delivery of an order as planned: from which warehouse, by whom, when it leaves and when it arrives."""

    _name = 'channel.parcel'
    _description = "Planned Parcel"
    _order = 'order_id desc, number'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='cascade', readonly=True)
    member_id = fields.Many2one(related='order_id.channel_member_id')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    number = fields.Integer(required=True, readonly=True, help="Counts the parcels of an order from 1.")
    warehouse_id = fields.Many2one('stock.warehouse', required=True, index=True, ondelete='restrict', readonly=True)
    carrier_id = fields.Many2one('channel.carrier', index='btree_not_null', ondelete='restrict', readonly=True)
    capacity_id = fields.Many2one('channel.carrier.capacity', "Room", ondelete='set null', readonly=True)
    is_booked = fields.Boolean("Room Taken", readonly=True, help="It counts in its carrier's room of that day.")
    distance_km = fields.Float("Distance", digits=(10, 1), readonly=True)
    cost = fields.Monetary(readonly=True)
    ship_date = fields.Date("Leaves", readonly=True)
    arrival_date = fields.Date("Promised For", readonly=True)
    note = fields.Selection(NOTES, "Why Not Earlier", readonly=True)
    is_urgent = fields.Boolean("Urgent", readonly=True)
    ship_by = fields.Datetime("Must Leave By", readonly=True)
    alarmed_at = fields.Datetime("Alarm Given", readonly=True)
    allocation_ids = fields.One2many('channel.allocation', 'parcel_id', "Goods", readonly=True)
    picking_ids = fields.Many2many('stock.picking', compute='_compute_picking_ids', string="Deliveries")
    state = fields.Selection(
        [('planned', "Planned"), ('preparing', "Being Prepared"), ('part', "Part Shipped"), ('shipped', "Shipped"),
         ('received', "Received"), ('cancelled', "Cancelled")],
        "Status", compute='_compute_picking_ids')

    _one_per_number = models.Constraint('UNIQUE (order_id, number)', "The order has this parcel already.")
    _to_be_watched = models.Index('(ship_by) WHERE is_urgent AND alarmed_at IS NULL')

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'number')
    def _compute_display_name(self):
        for parcel in self:
            parcel.display_name = f"{parcel.order_id.name}/{parcel.number}"

    @api.depends(
        'order_id.state', 'order_id.picking_ids.state', 'order_id.picking_ids.channel_receipt_ids', 'warehouse_id')
    def _compute_picking_ids(self):
        for parcel in self:
            pickings = parcel.order_id.picking_ids.filtered(lambda picking, parcel=parcel: (
                picking._channel_is_delivery() and picking.picking_type_id.warehouse_id == parcel.warehouse_id))
            parcel.picking_ids = pickings
            parcel.state = parcel._get_state(pickings)

    # === BUSINESS METHODS === #

    def _get_state(self, pickings):
        states = set(pickings.mapped('state'))
        if not states:
            return 'cancelled' if self.order_id.state == 'cancel' else 'planned'
        if states == {'cancel'}:
            return 'cancelled'
        done = pickings.filtered(lambda picking: picking.state == 'done')
        if not done:
            return 'preparing'
        if states - {'done', 'cancel'}:
            return 'part'
        return 'received' if all(picking.channel_receipt_ids for picking in done) else 'shipped'

    def _prepare_procurement_values(self):
        """What a procurement of this parcel's goods says; dates stay Odoo's own unless somebody waits by the clock."""
        self.ensure_one()
        values = {'warehouse_id': self.warehouse_id}
        if self.is_urgent and self.ship_by:
            values |= {'date_planned': self.ship_by, 'date_deadline': self.ship_by}
        return values

    def _find_stale(self, company, now):
        """Those of these parcels, all of `company`, that cannot leave any more as promised."""
        hours = self.env['stock.warehouse']._channel_get_setup(company.id)[0]
        first = {
            warehouse: sourcing.first_day(hours[warehouse], pytz.utc.localize(now))[0]
            for warehouse in self.warehouse_id.ids if warehouse in hours}
        promised_before = now + timedelta(hours=company.channel_urgent_hours, minutes=-1)
        return self.filtered(lambda parcel: parcel.ship_date and (
            parcel.ship_by < promised_before if parcel.is_urgent
            else parcel.ship_date < (first.get(parcel.warehouse_id.id) or parcel.ship_date)))

    def _release(self):
        """Give back the room that these parcels take."""
        deltas = defaultdict(int)
        for parcel in self.filtered('is_booked'):
            deltas[parcel.capacity_id.id, parcel.ship_date, parcel.is_urgent] -= 1
        if deltas:
            self.filtered('is_booked').is_booked = False
            self.env['channel.carrier.day'].sudo()._add(deltas)

    # === CRON === #

    @api.model
    def _cron_alarm(self):
        """Tell the desk, once, of urgent parcels that should be leaving and have not."""
        now = fields.Datetime.now()
        for company in self.env['res.company'].sudo().search([('active', '=', True)]):
            soon = now + timedelta(minutes=company.channel_urgent_alarm_minutes)
            late = self.sudo().search([
                ('company_id', '=', company.id), ('is_urgent', '=', True), ('alarmed_at', '=', False),
                ('ship_by', '<=', soon), ('order_id.channel_state', '=', 'confirmed')])
            late = late.filtered(lambda parcel: parcel.state in ('planned', 'preparing', 'part'))
            for parcel in late:
                parcel._alarm()
            late.alarmed_at = now

    def _alarm(self):
        self.ensure_one()
        user = self.warehouse_id.channel_urgent_user_id or self.order_id.user_id
        local = fields.Datetime.context_timestamp(self.with_context(tz=self.warehouse_id.channel_tz), self.ship_by)
        self.order_id.activity_schedule(
            'mail.mail_activity_data_todo', user_id=(user or self.env.ref('base.user_admin')).id,
            summary=self.env._("Urgent: %(warehouse)s ships by %(time)s",
                               warehouse=self.warehouse_id.name, time=local.strftime('%H:%M')))
