from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.distributor_portal.engine import cases

DEALT_AT_ONCE = 5000


class ChannelAlertRound(models.Model):
    """The new alerts of a person on a day: no more than it can look at, the most urgent first. The rest waits."""

    _name = 'channel.alert.round'
    _description = "Alerts of a Day"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'day desc, id desc'

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    user_id = fields.Many2one('res.users', "Who", required=True, readonly=True, ondelete='cascade')
    day = fields.Date(required=True, readonly=True)
    duty = fields.Selection(
        [('stock', "Stock"), ('leakage', "Leaks")], required=True, readonly=True,
        help="Leaks go to the analysts of suspicions, all else to those who watch stock.")
    alert_ids = fields.One2many('channel.alert', 'round_id', "Alerts", readonly=True)
    alert_count = fields.Integer("Dealt", compute='_compute_counts')
    open_count = fields.Integer("Still Open", compute='_compute_counts')
    waiting_count = fields.Integer("Waiting", readonly=True, help="So many more were there that nobody was given.")
    told_at = fields.Datetime("Told", readonly=True, help="When its mail went out: one a day, not one an alert.")

    _one_a_day = models.Constraint('UNIQUE (company_id, user_id, day, duty)', "This person has its alerts of the day.")

    # === COMPUTE METHODS === #

    @api.depends('alert_ids.state')
    def _compute_counts(self):
        Alert = self.env['channel.alert']
        counts = dict(Alert._read_group([('round_id', 'in', self.ids)], ['round_id'], ['__count']))
        left = dict(Alert._read_group(
            [('round_id', 'in', self.ids), ('state', '=', 'open')], ['round_id'], ['__count']))
        for record in self:
            record.alert_count, record.open_count = counts.get(record, 0), left.get(record, 0)

    @api.depends('user_id', 'day')
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "Alerts of %(day)s: %(user)s", day=fields.Date.to_string(record.day), user=record.user_id.name)

    # === ACTION METHODS === #

    def action_view_alerts(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_alert_action')
        return {**action, 'domain': [('round_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _deal_out(self, company):
        """Give everybody on duty the most urgent alerts that nobody has, within the budget of the day; as superuser."""
        self._deal_duty(
            company, 'stock', company.channel_watcher_ids, company.channel_stock_alert_budget,
            Domain('kind', '!=', 'leakage'))
        self._deal_duty(
            company, 'leakage', company.channel_analyst_ids, company.channel_alert_budget,
            Domain('kind', '=', 'leakage'))

    @api.model
    def _deal_duty(self, company, duty, users, budget, domain):
        users = users.filtered('active')
        if not users:
            return
        today = company._channel_get_today()
        rounds = {one.user_id.id: one for one in self.search([
            ('company_id', '=', company.id), ('day', '=', today), ('duty', '=', duty)])}
        Alert = self.env['channel.alert'].sudo()
        domain &= Domain('company_id', '=', company.id) & Domain('state', '=', 'open') & Domain('round_id', '=', False)
        domain &= Domain('user_id', '=', False)
        waiting = Alert.search_fetch(domain, ['id'], limit=DEALT_AT_ONCE)
        room = {user.id: budget - rounds[user.id].alert_count if user.id in rounds else budget for user in users}
        hands = cases.deal_out(waiting.ids, room)
        dealt = sum(map(len, hands.values()))
        left = Alert.search_count(domain) - dealt if len(waiting) == DEALT_AT_ONCE else len(waiting) - dealt
        for user, ids in hands.items():
            record = rounds.get(user) or (self.create({
                'company_id': company.id, 'user_id': user, 'day': today, 'duty': duty}) if ids else self.browse())
            if record:
                Alert.browse(ids).write({'round_id': record.id, 'user_id': user})
        self._tell(self.search([('company_id', '=', company.id), ('day', '=', today), ('duty', '=', duty)]), left)

    @api.model
    def _tell(self, rounds, left):
        """One activity a person and day, with how many there are, and one mail; not one an alert."""
        for record in rounds:
            record.waiting_count = left
            summary = record.with_context(lang=record.user_id.lang)._get_summary()
            activity = record.activity_ids.filtered(lambda one, record=record: one.user_id == record.user_id)[:1]
            if activity:
                activity.summary = summary
            else:
                record.with_context(mail_activity_quick_update=True).activity_schedule(
                    'mail.mail_activity_data_todo', user_id=record.user_id.id, summary=summary,
                    date_deadline=record.day)
            if not record.told_at:
                record.told_at = fields.Datetime.now()
                record._send_digest()

    def _send_digest(self):
        """What is in it, by mail and, where the company wants that, by SMS; in the person's language."""
        self.ensure_one()
        user = self.user_id
        mail_template, sms_template = (
            self.env.ref(f'channel_inventory.alert_round_{way}', raise_if_not_found=False) for way in ('mail', 'sms'))
        if mail_template:
            mail_template.send_mail(self.id, force_send=False)
        if sms_template and self.company_id.channel_alert_sms and user.partner_id.phone:
            body = sms_template.with_context(lang=user.lang)._render_field('body', self.ids)[self.id]
            self.env['sms.sms'].create({
                'partner_id': user.partner_id.id, 'number': user.partner_id.phone, 'body': body})

    def _get_summary(self):
        self.ensure_one()
        if self.waiting_count:
            return self.env._(
                "%(count)s stock alerts for you, %(waiting)s more wait", count=self.alert_count,
                waiting=self.waiting_count)
        return self.env._("%s stock alerts for you", self.alert_count)
