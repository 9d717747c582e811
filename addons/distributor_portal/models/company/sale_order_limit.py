from odoo import models

from ...engine import approvals as engine
from ...utils import to_decimal

OPTIONS = {
    'is_four_eyes': True, 'asks_again': True, 'skips_repeat': False, 'on_deadline': 'nothing', 'deadline': 0.0,
    'deadline_unit': 'hours', 'remind_before': 0.0, 'escalation_group_id': False, 'escalation_user_ids': (),
}
FIRST = 0  # before all steps of chains


class SaleOrder(models.Model):
    """An order over its buyer's limit waits for an owner of the same member; where it goes if it names no address."""

    _inherit = 'sale.order'

    def _channel_plan_approvals(self):
        """Override: an owner's yes comes first where a buyer has ordered more than it may alone."""
        asked = super()._channel_plan_approvals()
        for order, limit in self._channel_get_limits_passed().items():
            step = engine.Step(0, FIRST, 'member', 'owner', options=OPTIONS)
            parts = [engine.Part('order_limit', {'limit': str(limit)})]
            asked[order] = [
                engine.Asked(step, 'member', member=order.channel_member_id.id, reasons=[(0, parts)]), *asked[order]]
        return asked

    def _channel_get_limits_passed(self):
        """{order: the limit of who entered it, which it passes}"""
        people = self.create_uid.filtered('share')
        if not people:
            return {}
        links = self.env['channel.member.user'].sudo().search([
            ('user_id', 'in', people.ids), ('member_id', 'in', self.channel_member_id.ids), ('order_limit', '>', 0)])
        limits = {(link.member_id.id, link.user_id.id): to_decimal(link.order_limit, 2) for link in links}
        found = {}
        for order in self:
            limit = limits.get((order.channel_member_id.id, order.create_uid.id))
            if limit and order._channel_get_company_amount_decimal() > limit:
                found[order] = limit
        return found

    def _channel_prepare_place(self, order, member, lookup, problems):
        """Override: an order that names no address goes where its member has chosen, else to the company itself.

        Odoo would take any delivery address of it, and the member may keep several.
        """
        values = super()._channel_prepare_place(order, member, lookup, problems)
        if not order.ship_to:
            places = lookup.get('chosen_places')
            if places is None:
                members = self.env['channel.member'].union(*lookup['members'].values())
                places = lookup['chosen_places'] = self.env['channel.member']._get_delivery_places(members)
            address, code, latitude, longitude = places.get(member) or (
                member.partner_id, values['channel_ship_code'], values['channel_latitude'],
                values['channel_longitude'])
            values |= {
                'partner_shipping_id': address.id, 'channel_ship_code': code, 'channel_latitude': latitude,
                'channel_longitude': longitude}
        return values
