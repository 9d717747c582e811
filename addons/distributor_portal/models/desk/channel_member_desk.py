from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

LICENCE_ENDS_DAYS = 30
ORDERED = ('accepted', 'confirmed', 'shipped', 'received')


class ChannelMember(models.Model):
    """A member at a glance, for cards: this month's orders, credit, people, and what needs attention.

    Every figure is one grouped query for all members on the page.
    """

    _inherit = 'channel.member'

    month_order_count = fields.Integer(
        "Orders This Month", compute='_compute_month_orders', groups='base.group_user')
    month_order_amount = fields.Monetary(
        "Ordered This Month", compute='_compute_month_orders', groups='base.group_user',
        help="Untaxed, of orders that were accepted.")
    people_count = fields.Integer("People", compute='_compute_people_count', groups='base.group_user')
    credit_rate = fields.Float("Credit Used", compute='_compute_credit_rate', groups='base.group_user')
    has_credit = fields.Boolean("With Credit", compute='_compute_credit_rate', groups='base.group_user')
    waiting_count = fields.Integer(
        "Waiting for HQ", compute='_compute_waiting_count', groups='base.group_user',
        help="Its orders in the queue of headquarters.")
    alerts = fields.Char(compute='_compute_alerts', groups='base.group_user')

    # === COMPUTE METHODS === #

    def _compute_month_orders(self):
        start = self.env.company._channel_get_today() + relativedelta(day=1)
        rows = {
            member: (count, amount) for member, count, amount in self.env['sale.order']._read_group(
                [('channel_member_id', 'in', self.ids), ('date_order', '>=', start), ('channel_state', 'in', ORDERED)],
                ['channel_member_id'], ['__count', 'amount_untaxed:sum'])}
        for member in self:
            member.month_order_count, member.month_order_amount = rows.get(member, (0, 0.0))

    def _compute_people_count(self):
        counts = dict(self.env['channel.member.user']._read_group(
            [('member_id', 'in', self.ids)], ['member_id'], ['user_id:count_distinct']))
        for member in self:
            member.people_count = counts.get(member, 0)

    def _compute_credit_rate(self):
        lines = self.env['channel.credit.line'].search([('member_id', 'in', self.ids)]).grouped('member_id')
        for member in self:
            own = lines.get(member, self.env['channel.credit.line'])[:1]
            member.has_credit = bool(own)
            member.credit_rate = own.used_rate if own else 0

    def _compute_waiting_count(self):
        counts = dict(self.env['sale.order']._read_group(
            [('channel_member_id', 'in', self.ids), ('channel_desk_cause', '!=', False)], ['channel_member_id'],
            ['__count']))
        for member in self:
            member.waiting_count = counts.get(member, 0)

    @api.depends('state')
    @api.depends_context('lang')
    def _compute_alerts(self):
        ending = self._get_members_of_ending_licences()
        for member in self:
            member.alerts = " · ".join(member._describe_alerts(ending))

    # === BUSINESS METHODS === #

    def _describe_alerts(self, ending):
        self.ensure_one()
        today = self.env.company._channel_get_today()
        alerts = []
        if member_frozen := self.channel_frozen_until and self.channel_frozen_until >= today:
            alerts.append(self.env._("Frozen"))
        if self.has_credit and self.credit_rate >= 1:
            alerts.append(self.env._("Credit used up"))
        if self in ending and not member_frozen:
            alerts.append(self.env._("Licence ends"))
        if not self.people_count and self.state == 'active':
            alerts.append(self.env._("Nobody can log in"))
        return alerts

    def _get_members_of_ending_licences(self):
        """Those of these members of which a licence ends within a month, and none follows."""
        today = self.env.company._channel_get_today()
        soon = today + relativedelta(days=LICENCE_ENDS_DAYS)
        Licence = self.env['channel.authorization']
        own = Domain('member_id', 'in', self.ids)
        ending = {member for member, in Licence._read_group(
            own & Domain('date_to', '>=', today) & Domain('date_to', '<=', soon), ['member_id'])}
        going_on = {member for member, in Licence._read_group(
            own & (Domain('date_to', '=', False) | Domain('date_to', '>', soon)), ['member_id'])} if ending else set()
        return ending - going_on

    # === ACTION METHODS === #

    def action_view_waiting(self):
        """This member's orders in the queue of headquarters."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_desk_action')
        return {**action, 'domain': [('channel_member_id', 'in', self.ids), ('channel_desk_cause', '!=', False)]}

    def action_view_credit(self):
        """This member's credit lines."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_credit_line_action')
        return {**action, 'domain': [('member_id', 'in', self.ids)], 'context': {}}
