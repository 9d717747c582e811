from odoo import models
from odoo.fields import Domain


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_approvals_domain(self):
        """Override: orders that wait for the user itself, in person or for whom it stands in."""
        return Domain('channel_approval_ids', 'any', self.env.user._channel_get_waiting_domain())

    def _portal_get_order_types(self):
        """What the order pad offers besides plain orders: types with the fields that the member fills in."""
        self.ensure_one()
        OrderType = self.env['channel.order.type']
        types = OrderType.search(OrderType._get_usable_domain(self) & Domain('is_in_portal', '=', True))
        return [{
            'code': order_type.code,
            'name': order_type.name,
            'note': order_type.note or "",
            'fields': [{
                'name': field.name,
                'label': field.label,
                'type': field.type,
                'required': field.is_required,
                'choices': [[value, label] for value, label in field.options.items()],
            } for field in order_type._get_form('edit')],
        } for order_type in types]
