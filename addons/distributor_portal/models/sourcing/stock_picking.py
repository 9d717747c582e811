from odoo import api, fields, models


class StockPicking(models.Model):
    """A delivery and the parcel that it was planned as."""

    _inherit = 'stock.picking'

    channel_parcel_id = fields.Many2one('channel.parcel', "Parcel", compute='_compute_channel_parcel_id')
    channel_tracking_ref = fields.Char("Tracking Reference", copy=False, help="As the carrier names this delivery.")

    # === COMPUTE METHODS === #

    @api.depends('sale_id', 'picking_type_id')
    def _compute_channel_parcel_id(self):
        parcels = {
            (parcel.order_id.id, parcel.warehouse_id.id): parcel
            for parcel in self.env['channel.parcel'].sudo().search([('order_id', 'in', self.sale_id.ids)])
        } if self.sale_id else {}
        for picking in self:
            key = (picking.sale_id.id, picking.picking_type_id.warehouse_id.id)
            picking.channel_parcel_id = parcels.get(key, False) if picking.picking_type_code == 'outgoing' else False

    # === BUSINESS METHODS === #

    def action_cancel(self):
        """Override of `stock`: an order whose last open delivery is called off has shipped all that it will."""
        result = super().action_cancel()
        self.sale_id.sudo().filtered('channel_member_id')._channel_refresh_shipping()
        return result

    def _channel_get_tracking_link(self):
        """Where to follow this delivery, or False."""
        self.ensure_one()
        return self.channel_parcel_id.carrier_id._get_tracking_link(
            self.channel_tracking_ref) if self.channel_parcel_id.carrier_id else False
