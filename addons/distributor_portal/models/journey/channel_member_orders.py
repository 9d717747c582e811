from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.fields import Domain

SORTS = {
    'newest': 'date_order desc, id desc', 'oldest': 'date_order, id', 'amount': 'amount_total desc, id desc',
}
LATE_STATES = ('accepted', 'confirmed', 'shipped')
CHUNK = 1000


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see in the list of orders; everything is checked already."""

    search: str = ''
    whose: str = ''  # own, below, or the id of a member
    tier: int = 0
    date_from: date | None = None
    date_to: date | None = None
    differs: bool = False
    late: bool = False
    sort: str = 'newest'


class ChannelMember(models.Model):
    """The list of orders in the dealer centre. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_list_domain(self, asked):
        """Of the orders of these members and of those below: what `asked` wants."""
        domain = self._portal_get_orders_domain()
        if asked.whose == 'own':
            domain = Domain('channel_member_id', 'in', self.ids)
        elif asked.whose == 'below':
            domain &= Domain('channel_member_id', 'not in', self.ids)
        elif asked.whose:
            # Beside the members' own line: another's id finds nothing.
            domain &= Domain('channel_member_id', '=', int(asked.whose))
        if asked.tier:
            domain &= Domain('channel_tier_id', '=', asked.tier)
        for word in asked.search.split()[:4]:
            domain &= self._portal_get_order_search_domain(word)
        if asked.date_from:
            domain &= Domain('date_order', '>=', self._portal_get_moment(asked.date_from))
        if asked.date_to:
            domain &= Domain('date_order', '<', self._portal_get_moment(asked.date_to + timedelta(days=1)))
        if asked.differs:
            domain &= Domain('channel_receipt_ids', 'any!', [('has_difference', '=', True)])
        if asked.late:
            domain &= Domain('channel_state', 'in', LATE_STATES) & Domain(
                'channel_parcel_ids', 'any!', [('arrival_date', '<', self[:1].company_id._channel_get_today())])
        return domain

    def _portal_get_order_search_domain(self, word):
        """A number, a reference of one's own, a member, a product."""
        # The products are looked up once: the list asks with this for each of its tabs.
        products_sudo = self.env['product.product'].sudo().with_context(active_test=False).search(
            Domain('name', 'ilike', word) | Domain('default_code', 'ilike', word) | Domain('barcode', '=', word))
        return (
            Domain('name', 'ilike', word) | Domain('client_order_ref', 'ilike', word)
            | Domain('channel_member_id', 'any!', Domain('name', 'ilike', word) | Domain('code', 'ilike', word))
            | Domain('order_line', 'any!', Domain('product_id', 'in', products_sudo.ids)))

    def _portal_get_moment(self, day):
        """The beginning of a day where the user is, as Odoo stores moments."""
        zone = pytz.timezone(self.env.user.tz or 'UTC')
        return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

    def _portal_get_list_members(self, limit=200):
        """Members right below these, to choose from."""
        return self.search([('upstream_id', 'in', self.ids)], order='code', limit=limit)

    def _portal_export_orders(self, orders, sees_money_of) -> Iterator[list]:
        """The rows of a file of these orders, what the list shows and no more; read in chunks.

        :param sees_money_of: whether the user may know what a member pays; None: nobody's
        """
        _ = self.env._
        states = dict(orders._fields['channel_state']._description_selection(self.env))
        yield [
            _("Order"), _("Date"), _("Own Reference"), _("Code"), _("Member"), _("Status"), _("Products"),
            _("Promised For"), *([_("Amount"), _("Currency")] if sees_money_of else [])]
        for start in range(0, len(orders), CHUNK):
            some = orders.browse(orders.ids[start:start + CHUNK]).sudo()
            counts = dict(self.env['sale.order.line'].sudo()._read_group(
                [('order_id', 'in', some.ids), ('display_type', '=', False)], ['order_id'], ['__count']))
            promises = some._channel_get_promises()
            for order in some:
                yield [
                    order.name, fields.Datetime.context_timestamp(order, order.date_order).date(),
                    order.client_order_ref, order.channel_member_id.code, order.channel_member_id.name,
                    states.get(order.channel_state), counts.get(order, 0), promises.get(order),
                    *([order.amount_total, order.currency_id.name]
                      if sees_money_of and sees_money_of(order.channel_member_id) else [])]
            some.invalidate_recordset()
