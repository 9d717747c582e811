from odoo import models


class SaleOrder(models.Model):
    """Where a channel order goes: the place that is judged is the one that is shipped to."""

    _inherit = 'sale.order'

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: goods that go to another address go to another place."""
        if 'channel_ship_code' in vals or not {'partner_id', 'partner_shipping_id'} & set(vals):
            return super().write(vals)
        before = {order: order.partner_shipping_id for order in self}
        result = super().write(vals)
        self.filtered(lambda order: (
            order.channel_member_id and order.state in ('draft', 'sent')
            and order.partner_shipping_id != before[order]))._channel_find_place()
        return result

    # === BUSINESS METHODS === #

    def _channel_find_place(self):
        """Take the division and the point from the address of delivery; one without a division is nowhere known."""
        codes = {order: order.partner_shipping_id.sudo().channel_division_code for order in self}
        places = self.env['channel.territory'].sudo()._find_by_codes(codes.values())
        for order, code in codes.items():
            latitude = longitude = 0.0
            if code in places:
                latitude, longitude = places[code]._channel_get_point(code)
            elif not code and (member := order._channel_get_member_there()):
                code, latitude, longitude = member.street_code, member.latitude, member.longitude
            order.write({'channel_ship_code': code, 'channel_latitude': latitude, 'channel_longitude': longitude})

    def _channel_get_member_there(self):
        """The member whose own company the goods go to, or none: its place is known without a division."""
        address = self.partner_shipping_id.sudo()
        # Odoo keeps the address of a person the same as that of the company.
        home = address.parent_id if address.type == 'contact' and address.parent_id else address
        return home.channel_member_ids.filtered(lambda member: member.company_id == self.company_id)[:1]
