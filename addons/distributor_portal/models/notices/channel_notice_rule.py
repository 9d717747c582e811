from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

LOOK_BACK = timedelta(days=2)
LOOK_BACK_DELIVERIES = timedelta(days=30)
LATE = timedelta(days=1)
SOURCES = [
    ('event', "What happened to an order"), ('delivery', "A delivery that should have been scanned in"),
    ('tasks', "Once a day: what waits for a person")]


class ChannelNoticeRule(models.Model):
    """What the people of members are told by mail or text message, and in which words."""

    _name = 'channel.notice.rule'
    _description = "Notices to Members"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    active_since = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True, copy=False,
        help="Nobody is told of what happened before.")
    topic = fields.Selection(
        selection='_get_topics', required=True,
        help="Each person chooses per topic whether it wants mails, text messages or nothing. Roles that have no "
             "business with a topic are not told.")
    source = fields.Selection(SOURCES, required=True, default='event')
    event_kinds = fields.Char(
        "Events", help="Kinds of events on the order, separated by commas, as the order's timeline knows them.")
    mail_template_id = fields.Many2one('mail.template', "Mail", ondelete='restrict')
    sms_template_id = fields.Many2one('sms.template', "Text Message", ondelete='restrict')
    notice_count = fields.Integer("Sent", compute='_compute_notice_count')

    # === COMPUTE METHODS === #

    def _compute_notice_count(self):
        counts = dict(self.env['channel.notice']._read_group(
            [('rule_id', 'in', self.ids), ('user_id', '!=', False)], ['rule_id'], ['__count']))
        for rule in self:
            rule.notice_count = counts.get(rule, 0)

    @api.model
    def _get_topics(self):
        names = self._get_topic_names()
        return [(topic, names.get(topic, topic)) for topic in self.env['channel.member.user']._get_topics()]

    @api.model
    def _get_topic_names(self):
        return {
            'approval': self.env._("Orders wait for approval"), 'decided': self.env._("Orders are decided on"),
            'shipped': self.env._("Orders are shipped"), 'receive': self.env._("Deliveries are to be scanned in"),
            'invoice': self.env._("Invoices fall due"), 'statement': self.env._("Statements are ready"),
            'case': self.env._("Cases need an answer")}

    # === CONSTRAINT METHODS === #

    @api.constrains('source', 'event_kinds')
    def _check_event_kinds(self):
        known = dict(self.env['channel.order.event']._fields['kind'].selection)
        for rule in self.filtered(lambda rule: rule.source == 'event'):
            kinds = rule._get_kinds()
            if not kinds or set(kinds) - set(known):
                raise ValidationError(self.env._(
                    "%(kinds)s is no list of events. Known are: %(known)s.", kinds=rule.event_kinds or "–",
                    known=", ".join(known)))

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.get('active') and self.filtered(lambda rule: not rule.active):
            vals = {**vals, 'active_since': fields.Datetime.now()}
        return super().write(vals)

    # === ACTION METHODS === #

    def action_view_notices(self):  # public: an action on the records shown; opening them is checked by their rights
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_notice_action')
        return {**action, 'domain': [('rule_id', '=', self.id)]}

    # === BUSINESS METHODS === #

    def _get_kinds(self):
        return [kind.strip() for kind in (self.event_kinds or '').split(',') if kind.strip()]

    def _get_ways(self):
        """The ways in which this rule tells. What waits for a person is told by mail only."""
        self.ensure_one()
        has_text = self.sms_template_id and self.source != 'tasks'
        return [*(['mail'] if self.mail_template_id else []), *(['sms'] if has_text else [])]

    def _find_new(self, limit):
        """[(what it is about, order id, detail, who did it)] of what nobody was told of by this rule, oldest first."""
        self.ensure_one()
        since = max(self.active_since, fields.Datetime.now() - LOOK_BACK)
        known = SQL("SELECT FROM channel_notice n WHERE n.rule_id = %s AND n.about_id = found.id", self.id)
        if self.source == 'event':
            return self.env.execute_query(SQL("""
                SELECT found.id, found.order_id, found.detail, found.user_id FROM channel_order_event found
                 WHERE found.kind IN %s AND found.at > %s AND NOT EXISTS (%s)
              ORDER BY found.id LIMIT %s""", tuple(self._get_kinds()), since, known, limit))
        if self.source == 'delivery':
            return self.env.execute_query(SQL("""
                SELECT found.id, found.sale_id, found.name, NULL
                  FROM stock_picking found
                  JOIN sale_order o ON o.id = found.sale_id AND o.channel_state IN ('confirmed', 'shipped')
                  JOIN stock_picking_type kind ON kind.id = found.picking_type_id AND kind.code = 'outgoing'
             LEFT JOIN channel_parcel parcel ON parcel.order_id = o.id AND parcel.warehouse_id = kind.warehouse_id
                 WHERE found.state = 'done' AND found.date_done > %s AND o.channel_member_id IS NOT NULL
                   AND COALESCE(parcel.arrival_date, (found.date_done + interval '3 days')::date) < %s
                   AND NOT EXISTS (SELECT FROM channel_receipt r WHERE r.picking_id = found.id) AND NOT EXISTS (%s)
              ORDER BY found.id LIMIT %s""",
                max(self.active_since, fields.Datetime.now() - LOOK_BACK_DELIVERIES),
                fields.Date.context_today(self) - LATE, known, limit))
        return []
