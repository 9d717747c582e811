from datetime import timedelta

from odoo import api, fields, models

from .channel_alert import MEMBER_KINDS

SHOWN = 20
NEW = timedelta(days=1)


class ChannelNotice(models.Model):
    """Once a day: what is new about the stock of a member, to those of its people who want to know."""

    _inherit = 'channel.notice'

    # === CRON === #

    @api.model
    def _cron_send_alerts(self):
        today = fields.Date.context_today(self).toordinal()
        waiting = []
        for rule in self.env['channel.notice.rule'].sudo().search([('source', '=', 'alerts')]):
            for way in ('mail', 'sms'):
                if rule[f'{way}_template_id']:
                    waiting += self.sudo()._find_untold(rule, way, today)
        for number, (rule, way, user, members) in enumerate(waiting, 1):
            self.sudo()._send_alerts_to(rule, way, user, members, today)
            if not self.env['ir.cron']._commit_progress(1, remaining=len(waiting) - number):
                return

    # === BUSINESS METHODS === #

    @api.model
    def _find_untold(self, rule, way, today):
        """[(rule, way, user, members)] of those who want to know this way and do not yet.

        :param today: number of the day; a person is told once in it
        """
        told = set(self.search([('rule_id', '=', rule.id), ('about_id', '=', today), ('way', '=', way)]).user_id.ids)
        links = self._find_alerted_people(rule, way).filtered(lambda link: link.user_id.id not in told)
        return [(rule, way, user, some.member_id) for user, some in links.grouped('user_id').items()]

    @api.model
    def _get_new_domain(self):
        return [('state', '=', 'open'), ('kind', 'in', MEMBER_KINDS), ('first_at', '>=', fields.Datetime.now() - NEW)]

    @api.model
    def _find_alerted_people(self, rule, way):
        """Links of those whose member has new alerts, and who want to be told this way."""
        members = self.env['channel.alert'].sudo()._read_group(self._get_new_domain(), ['member_id'])
        Link = self.env['channel.member.user'].sudo()
        return Link.search([
            ('member_id', 'in', [member.id for member, in members]),
            *Link._get_wanting_domain(rule.topic, way, rule._get_ways())])

    @api.model
    def _send_alerts_to(self, rule, way, user, members, today):
        self.create({
            'rule_id': rule.id, 'about_id': today, 'user_id': user.id, 'way': way, 'sent_at': fields.Datetime.now()})
        alerts = self.env['channel.alert'].sudo().with_context(lang=user.lang)
        domain = [*self._get_new_domain(), ('member_id', 'in', members.ids)]
        found, count = alerts.search(domain, limit=SHOWN), alerts.search_count(domain)
        context = {'lang': user.lang, 'channel_alerts': found, 'channel_alert_count': count}
        if way == 'mail':
            rule.mail_template_id.with_context(**context).send_mail(user.id, force_send=False)
        elif user.partner_id.phone:
            body = rule.sms_template_id.with_context(**context)._render_field('body', user.ids)[user.id]
            self.env['sms.sms'].sudo().create({
                'partner_id': user.partner_id.id, 'number': user.partner_id.phone, 'body': body})
