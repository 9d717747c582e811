from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import urgency as engine

CAUSES = [
    ('hold', "On Hold"), ('credit', "Credit"), ('stock', "Short Stock"), ('price', "Price"),
    ('form', "Form Incomplete"), ('rule', "Held by a Rule"), ('approval', "Approval"), ('confirm', "To Confirm"),
    ('late', "Overdue to Ship"), ('returned', "Sent Back Twice"), ('difference', "Received With Differences")]
LEVELS = [('1', "Now"), ('2', "Today"), ('3', "Soon"), ('4', "Later")]
DESK_FIELDS = {
    'channel_desk_cause', 'channel_desk_level', 'channel_urgency', 'channel_urgency_reasons', 'channel_waits_since',
    'channel_decide_by', 'channel_is_at_risk', 'channel_ship_date', 'channel_arrival_date'}
BATCH = 500


class SaleOrder(models.Model):
    """The queue of headquarters: which orders wait for it, why, and how urgently.

    Stored, so that the list sorts, groups and filters by it on an index; time makes it grow older, so a job rates
    anew what waits. What keeps an order waiting stands in sale_order_desk_facts.
    """

    _inherit = 'sale.order'

    channel_desk_cause = fields.Selection(
        CAUSES, "Cause", compute='_compute_channel_desk', store=True, groups='base.group_user',
        help="What keeps the order waiting for headquarters; empty: nothing does.")
    channel_desk_level = fields.Selection(
        LEVELS, "Urgency", compute='_compute_channel_desk', store=True, groups='base.group_user')
    channel_urgency = fields.Integer(
        "Points", compute='_compute_channel_desk', store=True, groups='base.group_user', aggregator='max',
        help="Deadline, day of leaving, age, amount, segment and cause, added up. The queue is sorted by it.")
    channel_urgency_reasons = fields.Json(compute='_compute_channel_desk', store=True, groups='base.group_user')
    channel_waits_since = fields.Datetime(
        "Waits Since", compute='_compute_channel_desk', store=True, groups='base.group_user')
    channel_decide_by = fields.Datetime(
        "Decide By", compute='_compute_channel_desk', store=True, groups='base.group_user',
        help="The nearest deadline of the decisions that headquarters is asked for.")
    channel_is_at_risk = fields.Boolean(
        "Promise at Risk", compute='_compute_channel_desk', store=True, groups='base.group_user',
        help="Its goods are promised to leave within a day, or should have left.")
    channel_why_now = fields.Char("Why Now", compute='_compute_channel_why_now', groups='base.group_user')
    channel_ship_date = fields.Date(
        "Leaves", compute='_compute_channel_promise', store=True, groups='base.group_user',
        help="When the first of its parcels is planned to leave.")
    channel_arrival_date = fields.Date(
        "Promised For", compute='_compute_channel_promise', store=True, groups='base.group_user',
        help="When the last of its parcels is planned to arrive.")
    channel_desk_user_id = fields.Many2one(
        'res.users', "Handled By", copy=False, index='btree_not_null', tracking=True, groups='base.group_user',
        domain=lambda self: self._channel_get_desk_users_domain(), help="Who at the order desk looks after it.")
    channel_segment = fields.Selection(related='channel_member_id.segment', string="Segment")
    channel_settled_at = fields.Datetime(
        "Difference Settled", copy=False, readonly=True, groups='base.group_user',
        help="When somebody has dealt with what was received short or damaged.")

    _channel_queue = models.Index(
        '(channel_urgency DESC, channel_waits_since, id) WHERE channel_desk_cause IS NOT NULL')
    _channel_to_leave = models.Index(
        "(channel_ship_date) WHERE channel_state = 'confirmed' AND channel_desk_cause IS NULL")
    _channel_promised = models.Index('(channel_arrival_date) WHERE channel_arrival_date IS NOT NULL')

    # === COMPUTE METHODS === #

    @api.depends('channel_parcel_ids.ship_date', 'channel_parcel_ids.arrival_date')
    def _compute_channel_promise(self):
        for order in self:
            parcels = order.sudo().channel_parcel_ids
            order.channel_ship_date = min(filter(None, parcels.mapped('ship_date')), default=False)
            order.channel_arrival_date = max(filter(None, parcels.mapped('arrival_date')), default=False)

    @api.depends(
        'channel_state', 'channel_run', 'channel_verdict_ids', 'channel_approval_ids.is_open',
        'channel_approval_ids.deadline', 'channel_receipt_ids.has_difference', 'channel_receipt_ids.claim_ids.state',
        'channel_settled_at', 'channel_held_at',
        'channel_ship_date', 'channel_urgent_until')
    def _compute_channel_desk(self):
        """Whether they wait for headquarters, why, and how urgently; a few queries however many they are."""
        now = fields.Datetime.now()
        waiting = self._channel_get_waiting(now)
        weights = {company: company._channel_get_weights() for company in waiting.company_id}
        facts = waiting._channel_get_urgency_facts(now) if waiting else {}
        for order in self - waiting:
            for name, value in self._channel_prepare_not_waiting().items():
                order[name] = value
        for order in waiting:
            rated = engine.rate(facts[order], now, weights[order.company_id])
            order.channel_desk_cause = facts[order].cause
            order.channel_desk_level = rated.level
            order.channel_urgency = rated.points
            order.channel_urgency_reasons = [[reason.code, reason.hours] for reason in rated.why]
            order.channel_waits_since = facts[order].since
            order.channel_decide_by = facts[order].deadline or False
            order.channel_is_at_risk = rated.is_at_risk

    @api.depends('channel_urgency_reasons', 'channel_worst_message', 'channel_hold_reason')
    @api.depends_context('lang')
    def _compute_channel_why_now(self):
        """What weighs most; of an order that only its cause speaks for, what the check has found."""
        words = self._channel_get_urgency_words()
        for order in self:
            told = [words[code](hours) for code, hours in order.channel_urgency_reasons or () if code in words]
            if order.channel_held_at:
                told.insert(0, order.channel_hold_reason)
            if not told and order.channel_desk_cause == 'difference':
                told.append(self.env._("found short or damaged"))
            order.channel_why_now = "; ".join(told) or order.channel_desk_cause and order.channel_worst_message

    # === BUSINESS METHODS === #

    @api.model
    def _channel_get_result_fields(self):
        """Override to guard what is computed here."""
        return super()._channel_get_result_fields() | DESK_FIELDS | {'channel_settled_at'}

    @api.model
    def _channel_get_desk_users_domain(self):
        group = self.env.ref('distributor_portal.group_channel_user', raise_if_not_found=False)
        return [('all_group_ids', 'in', group.ids)] if group else []

    @api.model
    def _channel_prepare_not_waiting(self):
        return {
            'channel_desk_cause': False, 'channel_desk_level': False, 'channel_urgency': 0,
            'channel_urgency_reasons': False, 'channel_waits_since': False, 'channel_decide_by': False,
            'channel_is_at_risk': False,
        }

    @api.model
    def _channel_get_urgency_words(self):
        """{code of a reason: what says it, given the hours}; the cause has a column of its own"""
        _ = self.env._
        time = self._channel_describe_hours
        return {
            'deadline_over': lambda hours: _("decision overdue by %s", time(hours)),
            'deadline_soon': lambda hours: _("to be decided within %s", time(hours)),
            'leaves_over': lambda hours: _("should have left %s ago", time(hours)),
            'leaves_soon': lambda hours: _("leaves within %s", time(hours)),
            'age': lambda hours: _("waits for %s", time(hours)),
            'urgent': lambda _hours: _("urgent order"),
            'amount': lambda _hours: _("large order"),
            'segment_vip': lambda _hours: _("VIP member"),
            'segment_core': lambda _hours: _("core member"),
        }

    @api.model
    def _channel_describe_hours(self, hours):
        if hours < 1:
            return self.env._("an hour")
        if hours < 48:
            return self.env._("%s hours", hours) if hours > 1 else self.env._("1 hour")
        return self.env._("%s days", hours // 24)

    def _channel_rate_again(self):
        """Time has passed: rate anew, and find what time alone has made wait."""
        self.env.add_to_compute(self._fields['channel_desk_cause'], self)
        self._recompute_recordset(['channel_desk_cause'])

    # === CRON === #

    @api.model
    def _cron_rate_queue(self):
        """What waits grows older, and what should have left by now joins it. Oldest rating first, batch by batch."""
        ids = self.sudo().search(self._channel_get_to_rate_domain(), order='id').ids
        for start in range(0, len(ids), BATCH):
            orders = self.sudo().browse(ids[start:start + BATCH]).exists()
            orders._channel_rate_again()
            orders.flush_recordset()
            if not self.env['ir.cron']._commit_progress(len(orders), remaining=len(ids) - start - len(orders)):
                break

    @api.model
    def _channel_get_to_rate_domain(self):
        # The earliest today there is: an order is looked at a little too early rather than too late.
        today = fields.Date.add(fields.Date.today(), days=1)
        return Domain('channel_desk_cause', '!=', False) | Domain([
            ('channel_state', '=', 'confirmed'), ('channel_desk_cause', '=', False), ('channel_ship_date', '<', today)])
