from decimal import Decimal

from odoo import fields, models

from ...engine import journey
from ...utils import to_decimal

LINES_AT_ONCE = 50
# Nothing has left yet: what is accepted or confirmed can still be called off.
CANCEL_STATES = ('accepted', 'confirmed')
# What people do; the rest follows of itself, whoever's tap has set it off.
BY_PEOPLE = {
    'submitted', 'upstream_approved', 'upstream_refused', 'member_approved', 'member_refused', 'received', 'cancelled',
    'cancel_asked'}
TAKE_BACK_STATES = ('rejected', 'upstream', 'hq')


class SaleOrder(models.Model):
    """What the page of an order shows its member. The callers have checked who asks."""

    _inherit = 'sale.order'

    # === PORTAL === #

    def _portal_get_events(self):
        """The timeline, the latest first, in one query."""
        self.ensure_one()
        return self.env['channel.order.event'].sudo().search_fetch(
            [('order_id', '=', self.id)], ['kind', 'at', 'user_id', 'detail'])

    def _portal_get_progress(self, events=None):
        """[(label, engine's `Step`)] from sent to invoiced."""
        self.ensure_one()
        _ = self.env._
        events = self._portal_get_events() if events is None else events
        names = {
            'sent': _("Sent"), 'approved': _("Approved"), 'checked': _("Checked"), 'confirmed': _("Confirmed"),
            'shipped': _("Shipped"), 'received': _("Received"), 'invoiced': _("Invoiced"),
        }
        happened = {event.kind: event.at for event in reversed(events)}
        asks_upstream = bool(self.sudo().channel_approval_ids.filtered(
            lambda row: row.step != 'hq' and row.state != 'void')) or 'upstream_approved' in happened
        steps = journey.progress(self.channel_state or 'draft', happened, asks_upstream)
        return [(names[step.key], step) for step in steps]

    def _portal_get_timeline(self, events):
        """[{'kind', 'label', 'at', 'who', 'detail'}] of these events. Staff has no names here."""
        self.ensure_one()
        labels = dict(events._fields['kind']._description_selection(self.env))
        return [{
            'kind': event.kind,
            'label': labels[event.kind],
            'at': event.at,
            'who': event.user_id.name if event.kind in BY_PEOPLE and event.user_id.share else False,
            'detail': event.detail,
        } for event in events]

    def _portal_get_lines(self, search='', page=1):
        """(a page of the lines, how many there are, which page it is).

        :param search: a part of a product's name or code
        """
        self.ensure_one()
        # All of them are read for what comes short anyway.
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)
        if search:
            lines = lines.filtered(lambda line: any(search.lower() in (text or '').lower() for text in (
                line.product_id.name, line.product_id.default_code)) or line.product_id.barcode == search)
        page = min(page, max(1, -(-len(lines) // LINES_AT_ONCE)))
        return lines[(page - 1) * LINES_AT_ONCE:page * LINES_AT_ONCE], len(lines), page

    def _portal_get_shortages(self):
        """What of a confirmed order does not come as ordered.

        :return: {'rows': [(line, later, never)], 'amount': what the member is not charged for, 'day': when the rest
            leaves, where that is planned}
        """
        self.ensure_one()
        order = self.sudo()
        if order.channel_state not in ('confirmed', 'shipped', 'received'):
            return {'rows': [], 'amount': Decimal(0), 'day': False}
        lines = {line.id: line for line in order.order_line if line.product_id.is_storable and not line.is_downpayment}
        still_open = order.picking_ids.move_ids.filtered(
            lambda move: move.state not in ('done', 'cancel') and move.sale_line_id.id in lines
            and move.picking_id._channel_is_delivery())
        opens, behind = _sum_moves(still_open), _sum_moves(still_open.filtered('picking_id.backorder_id'))
        waiting = {}
        for allocation in order.channel_parcel_ids.allocation_ids.filtered('is_waiting'):
            waiting[allocation.line_id.id] = waiting.get(allocation.line_id.id, 0) + to_decimal(allocation.qty)
        found = journey.find_shortages(journey.Line(
            id_, line._channel_get_qty(), _in_unit(line, line.qty_delivered), opens.get(id_, Decimal(0)),
            max(behind.get(id_, Decimal(0)), waiting.get(id_, Decimal(0)))) for id_, line in lines.items())
        # Odoo gives a backorder the day of its first delivery: only a day to come has been planned.
        backorders = still_open.picking_id.filtered(
            lambda picking: picking.backorder_id and picking.scheduled_date > fields.Datetime.now())
        return {
            'rows': [(lines[one.key], one.later, one.never) for one in found],
            'amount': sum((_get_worth(lines[one.key], one.never) for one in found), Decimal(0)),
            'day': min((picking.scheduled_date for picking in backorders), default=False),
        }

    def _portal_get_version(self, with_messages, events=None, messages=None):
        """Changes with whatever the page of the order shows of its way.

        :param events, messages: what the page has read of them already
        """
        self.ensure_one()
        if events is None:
            events = self.env['channel.order.event'].sudo().search(
                [('order_id', '=', self.id)], limit=1, order='id desc')
        if messages is None and with_messages:
            messages = self.env['mail.message'].sudo().search(
                self._portal_get_messages_domain(), limit=1, order='id desc')
        told = max(messages.ids, default=0) if with_messages else 0
        return f"{self.channel_state}-{max(events.ids, default=0)}-{told}"

    # --- what the member can do

    def _portal_can_take_back(self):
        return self.channel_state in TAKE_BACK_STATES

    def _portal_take_back(self, reason):
        """Withdraw an order that nobody has accepted. :return: whether it could be"""
        self.ensure_one()
        self._channel_lock_decisions()  # or somebody approves it at the same moment
        if not self._portal_can_take_back():
            return False
        self._action_cancel()
        self.env['channel.order.event']._note('cancelled', self, {self: reason})
        return True

    def _channel_can_ask_to_cancel(self):
        """Whether it is accepted, and nothing has left."""
        self.ensure_one()
        order = self.sudo()
        return order.channel_state in CANCEL_STATES and not order.picking_ids.filtered(
            lambda picking: picking._channel_is_delivery() and picking.state == 'done')

    def _action_cancel(self):
        """Override: what was asked for has come about."""
        result = super()._action_cancel()
        self.env['channel.cancel.request'].sudo().search(
            [('order_id', 'in', self.ids), ('state', '=', 'open')])._close('void')
        return result


def _sum_moves(moves):
    """{order line id: quantity in the product's own unit}"""
    sums = {}
    for move in moves:
        line = move.sale_line_id.id
        sums[line] = sums.get(line, Decimal(0)) + to_decimal(move.product_qty)
    return sums


def _in_unit(line, qty):
    unit = line.product_id.uom_id
    return to_decimal(
        qty if line.product_uom_id == unit else line.product_uom_id._compute_quantity(qty, unit, round=False))


def _get_worth(line, missing):
    """What so much of a line, in the product's own unit, comes to with tax."""
    ordered = line._channel_get_qty()
    return (to_decimal(line.price_total, 2) * missing / ordered).quantize(Decimal('0.01')) if ordered else Decimal(0)
