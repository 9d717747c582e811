from datetime import timedelta

from odoo import api, fields, models

STATUSES = [
    ('picked_up', "Picked up"), ('in_transit', "On its way"), ('out_for_delivery', "Being delivered"),
    ('delivered', "Delivered"), ('exception', "Held up"), ('returned', "On its way back")]


class ChannelTrackingEvent(models.Model):
    """Where a delivery was, as its carrier says: facts, in the sequence in which they happened."""

    _name = 'channel.tracking.event'
    _description = "Tracking of a Delivery"
    _inherit = ['channel.append.only']
    _order = 'happened_at desc, id desc'
    _rec_name = 'status'

    picking_id = fields.Many2one('stock.picking', "Delivery", required=True, index=True, ondelete='restrict')
    order_id = fields.Many2one('sale.order', index='btree_not_null', ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    status = fields.Selection(STATUSES, required=True)
    happened_at = fields.Datetime("When", required=True)
    place = fields.Char()
    note = fields.Char()
    eta = fields.Date("Expected On")
    message_id = fields.Many2one('channel.connector.message', "Said By", ondelete='restrict')

    _once = models.UniqueIndex('(picking_id, status, happened_at)', "This is known already.")

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, picking, body, message):
        """Note what a carrier says, once, and what follows from it. :param body: a `TrackingEvent`"""
        at = message._get_moment(body.happened_at)
        known = self.search([
            ('picking_id', '=', picking.id), ('status', '=', body.status), ('happened_at', '=', at)], limit=1)
        if known:
            return known
        is_latest = not self.search_count([('picking_id', '=', picking.id), ('happened_at', '>', at)], limit=1)
        event = self.create({
            'picking_id': picking.id, 'order_id': picking.sale_id.id, 'company_id': picking.company_id.id,
            'status': body.status, 'happened_at': at, 'place': body.place or False, 'note': body.note or False,
            'eta': body.eta, 'message_id': message.id})
        if body.tracking and not picking.channel_tracking_ref:
            picking.channel_tracking_ref = body.tracking
        if is_latest:
            event._follow()
        return event

    def _follow(self):
        """A new day is a new promise; what is held up is somebody's task."""
        self.ensure_one()
        order, parcel = self.order_id, self.picking_id.channel_parcel_id
        if not order.channel_member_id:
            return
        if self.status in ('exception', 'returned'):
            what = dict(self._fields['status']._description_selection(self.env))[self.status]
            order._channel_tell_desk(self.env._(
                "%(delivery)s: %(what)s %(note)s", delivery=self.picking_id.name, what=what, note=self.note or ''))
        today = order.company_id._channel_get_today()
        if self.eta and parcel and parcel.arrival_date != self.eta and self.eta >= today - timedelta(days=1):
            before = order._channel_get_promises()
            parcel.arrival_date = self.eta
            order._channel_note_promises(before, 'announced', self.note or self.place or None)
