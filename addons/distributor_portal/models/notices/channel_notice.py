from datetime import timedelta

from odoo import api, fields, models

CHUNK = 100
KEPT = timedelta(days=90)


class ChannelNotice(models.Model):
    """That a person was told of something: written in the transaction that puts the message into Odoo's queue.

    After a crash there are both or neither, and nobody is told twice. A row without a person says that nobody wanted to
    be told.
    """

    _name = 'channel.notice'
    _description = "Notice Sent"
    _log_access = False
    _order = 'id desc'

    rule_id = fields.Many2one('channel.notice.rule', "Notice", required=True, ondelete='cascade')
    about_id = fields.Integer("About", required=True, help="The event, the delivery, or the day.")
    order_id = fields.Many2one('sale.order', index='btree_not_null', ondelete='cascade')
    user_id = fields.Many2one('res.users', "Who", index='btree_not_null', ondelete='cascade')
    way = fields.Selection([('mail', "E-mail"), ('sms', "Text message")])
    sent_at = fields.Datetime("When", required=True, index=True)

    _once = models.UniqueIndex(
        '(rule_id, about_id, COALESCE(user_id, 0), COALESCE(way, \'\'))', "This person was told of this already.")

    # === COMPUTE METHODS === #

    @api.depends('rule_id', 'order_id')
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = " ".join(filter(None, (notice.rule_id.name, notice.order_id.name)))

    # === BUSINESS METHODS === #

    @api.model
    def _cron_send(self):
        """Tell people what has happened since the last time."""
        cron = self.env['ir.cron']
        for rule in self.env['channel.notice.rule'].search([('source', '!=', 'tasks')]):
            while found := rule._find_new(CHUNK):
                self._send(rule, found)
                if not cron._commit_progress(len(found)):
                    return

    @api.model
    def _send(self, rule, found):
        """:param found: as `_find_new` of the rule gives it"""
        orders = self.env['sale.order'].sudo().browse({row[1] for row in found})
        people = orders.channel_member_id.user_link_ids.grouped('member_id')
        now, rows, to_send, ways = fields.Datetime.now(), [], {}, rule._get_ways()
        for about, order_id, detail, actor in found:
            order = orders.browse(order_id)
            links = people.get(order.channel_member_id, self.env['channel.member.user'])
            told = [
                (way, user) for way in ways
                for user in links._wants(rule.topic, way, ways).user_id if user.id != actor]
            for way, user in told:
                to_send.setdefault((way, user.lang or 'en_US'), {}).setdefault(order_id, [detail, set()])[1].add(user)
            rows += [
                {'rule_id': rule.id, 'about_id': about, 'order_id': order_id, 'user_id': user and user.id, 'way': way,
                 'sent_at': now} for way, user in told or [(False, False)]]
        self.sudo().create(rows)
        for (way, lang), about in to_send.items():
            getattr(self.with_context(lang=lang), f'_send_by_{way}')(rule, about)

    @api.model
    def _send_by_mail(self, rule, about):
        """:param about: {order id: (detail, users)}, all of one language"""
        people = {order: self.env['res.users'].union(*users) for order, (_detail, users) in about.items()}
        template = rule.mail_template_id.with_context(
            lang=self.env.context['lang'],
            channel_details={order: detail for order, (detail, _users) in about.items()},
            channel_recipients={
                order: ",".join(map(str, users.partner_id.ids)) for order, users in people.items()})
        template.send_mail_batch(list(about), force_send=False)

    @api.model
    def _send_by_sms(self, rule, about):
        for order_id, (_detail, users) in about.items():
            order = self.env['sale.order'].sudo().browse(order_id)
            partners = self.env['res.partner'].union(*(user.partner_id for user in users)).filtered('phone')
            if partners:
                order._message_sms_with_template(template=rule.sms_template_id, partner_ids=partners.ids)

    # --- once a day

    @api.model
    def _cron_send_tasks(self):
        """Tell each person once a day what waits for it, if anything does. Stopped, it goes on with who is left."""
        rule = self.env['channel.notice.rule'].search([('source', '=', 'tasks')], limit=1)
        if not rule:
            return
        today = fields.Date.context_today(self).toordinal()
        told = set(self.sudo().search([('rule_id', '=', rule.id), ('about_id', '=', today)]).user_id.ids)
        links = self._find_busy_people(rule).filtered(lambda link: link.user_id.id not in told)
        people = links.grouped('user_id')
        for number, (user, own) in enumerate(people.items(), 1):
            self._send_tasks(rule, user, own.member_id, today)
            if not self.env['ir.cron']._commit_progress(1, remaining=len(people) - number):
                return

    @api.model
    def _find_busy_people(self, rule):
        """Links of those whose member has something waiting, and who want to be told."""
        Member = self.env['channel.member'].sudo()
        waiting = self.env['channel.approval'].sudo()._read_group(
            [('state', '=', 'pending'), ('member_id', '!=', False), ('order_id.channel_state', '=', 'upstream')],
            ['member_id'])
        members = Member.union(*(row[0] for row in waiting))
        return self.env['channel.member.user'].sudo().search([
            ('member_id', 'in', members.ids),
            *self.env['channel.member.user']._get_wanting_domain(rule.topic, ways=rule._get_ways())])

    @api.model
    def _send_tasks(self, rule, user, members, today):
        self.sudo().create({
            'rule_id': rule.id, 'about_id': today, 'user_id': user.id, 'way': 'mail', 'sent_at': fields.Datetime.now()})
        tasks = members.with_user(user).sudo()._portal_get_tasks()
        rule.mail_template_id.with_context(lang=user.lang, channel_tasks=tasks).send_mail(user.id, force_send=False)

    @api.autovacuum
    def _gc_old(self):
        """Notices are looked for two days back at most, those of deliveries as long as nobody scans them in."""
        self.sudo().search([
            ('sent_at', '<', fields.Datetime.now() - KEPT), ('rule_id.source', '!=', 'delivery'),
        ], limit=10_000).unlink()
