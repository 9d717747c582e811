from odoo import api, fields, models

RECENT = 5


class SaleOrder(models.Model):
    """The one screen that an order is decided on: who orders, what it does to the credit, and what there is to do."""

    _inherit = 'sale.order'

    channel_member_card = fields.Html(
        compute='_compute_channel_member_card', sanitize=False, groups='base.group_user')
    channel_receipt_count = fields.Integer(
        "Deliveries Received", compute='_compute_channel_receipt_count', groups='base.group_user')

    # === COMPUTE METHODS === #

    @api.depends('channel_member_id', 'channel_state', 'channel_credit_amount')
    @api.depends_context('lang')
    def _compute_channel_member_card(self):
        for order in self:
            order.channel_member_card = order.channel_member_id and self.env['ir.qweb']._render(
                'distributor_portal.desk_member_card', order._channel_get_member_card())

    def _compute_channel_receipt_count(self):
        counts = dict(self.env['channel.receipt']._read_group(
            [('order_id', 'in', self.ids)], ['order_id'], ['__count']))
        for order in self:
            order.channel_receipt_count = counts.get(order, 0)

    # === BUSINESS METHODS === #

    def _channel_get_member_card(self):
        """What the template shows of the member that orders: in words and plain values."""
        self.ensure_one()
        member = self.channel_member_id
        states = dict(self._fields['channel_state']._description_selection(self.env))
        recent = self.search_fetch(
            [('channel_member_id', '=', member.id), ('id', '!=', self.id)],
            ['name', 'date_order', 'amount_total', 'currency_id', 'channel_state'], limit=RECENT, order='id desc')
        return {
            'member': member,
            'segment': dict(member._fields['segment']._description_selection(self.env)).get(member.segment),
            'status': dict(member._fields['state']._description_selection(self.env)).get(member.state),
            'credit': self._channel_get_credit_effect(),
            'open_cases': self.env['channel.case'].search_count(
                [('member_id', '=', member.id), ('state', '!=', 'closed')]),
            'recent': [(order, states.get(order.channel_state, "–")) for order in recent],
        }

    def _channel_get_credit_effect(self):
        """What the member's credit is used for, and what this order takes of it. None where no credit is agreed."""
        self.ensure_one()
        line = self.env['channel.credit.line']._get_pools(self.channel_member_id).get(self.channel_member_id)
        if not line:
            return None
        line = line[0]
        late = line._get_overdue(is_hold=False)[line]
        limit, used = line.total_limit_amount, line.used_amount
        own = self.channel_credit_amount
        # What waits to be checked holds nothing yet, and would take its whole amount.
        wants = 0 if own or self.channel_state in ('cancelled', 'received', 'shipped') else self._channel_get_amount()
        whole = max(limit, used + wants) or 1
        return {
            'limit': limit, 'used': used, 'own': own or wants, 'left': limit - used - wants,
            'currency': line.currency_id,
            'other_rate': 100 * max(used - own, 0) / whole, 'own_rate': 100 * (own or wants) / whole,
            'is_shared': line.member_id != self.channel_member_id, 'holder': line.member_id.name,
            'late_amount': float(late.amount) if late else 0, 'late_days': late.days if late else 0,
        }

    # === ACTION METHODS === #

    def action_open_desk(self):
        """The desk's screen of this order."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'res_id': self.id, 'view_mode': 'form',
            'name': self.name, 'views': [(self.env.ref('distributor_portal.channel_desk_view_form').id, 'form')]}

    def action_open_full_order(self):
        """The order as Odoo shows it, to change its lines and terms."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'res_id': self.id, 'view_mode': 'form',
            'name': self.name, 'views': [(self.env.ref('sale.view_order_form').id, 'form')]}

    def action_open_member(self):
        """Who orders."""
        self.ensure_one()
        self.check_access('read')
        return self.channel_member_id._get_records_action()

    def action_view_parcels(self):
        """What was planned to leave, from where and when."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_parcel_action')
        return {**action, 'domain': [('order_id', 'in', self.ids)], 'context': {}}

    def action_view_receipts(self):
        """What the member found."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_receipt_action')
        return {**action, 'domain': [('order_id', 'in', self.ids)], 'context': {}}
