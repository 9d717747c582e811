from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ...const import MAILED_TOPICS, NOTICE_TOPICS

WAYS = [('mail', "E-mail"), ('sms', "Text message"), ('none', "Not at all")]


def _notice(label):
    return fields.Selection(WAYS, label, required=True, default='mail')


class ChannelMemberUser(models.Model):
    """What a person may order alone, what it wants to be told, and a note of every change."""

    _inherit = 'channel.member.user'

    company_id = fields.Many2one(related='member_id.company_id')
    currency_id = fields.Many2one(related='member_id.currency_id')
    order_limit = fields.Monetary(
        "May Order Up To", help="An order of this person over this amount waits for an owner's yes. 0: no limit.")
    email = fields.Char(related='user_id.partner_id.email', string="E-mail")
    login_date = fields.Datetime(related='user_id.login_date', string="Last Login")
    notice_approval = _notice("An order waits for me")
    notice_decided = _notice("My order was decided on")
    notice_shipped = _notice("An order was shipped")
    notice_receive = _notice("A delivery is to be scanned in")
    notice_invoice = _notice("An invoice is due")
    notice_statement = _notice("A statement is ready")
    notice_case = _notice("A case needs my answer")

    _limit_positive = models.Constraint('CHECK (order_limit >= 0)', "A limit is an amount, or 0 for none.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        for link in links if not self.env.context.get('channel_is_invited') else ():
            self.env['channel.member.event']._note('added', link.member_id, link.user_id, new=link._name_role())
        return links

    def write(self, vals):
        before = {link: (link._name_role(), link.order_limit) for link in self}
        result = super().write(vals)
        Event = self.env['channel.member.event']
        for link, (role, limit) in before.items():
            if 'role' in vals and link._name_role() != role:
                Event._note('role', link.member_id, link.user_id, role, link._name_role())
            if 'order_limit' in vals and link.order_limit != limit:
                Event._note('limit', link.member_id, link.user_id, *map(link._show_limit, (limit, link.order_limit)))
        return result

    def unlink(self):
        for link in self:
            kind = 'left' if link.user_id == self.env.user else 'removed'
            self.env['channel.member.event']._note(kind, link.member_id, link.user_id, old=link._name_role())
        return super().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _get_topics(self):
        """{topic: roles that it is for}. Override to add one; what a person chose is in the field notice_TOPIC."""
        return dict(NOTICE_TOPICS)

    @api.model
    def _get_ways(self, topic):
        """The ways in which this topic is told: none where every rule for it is switched off."""
        if topic in MAILED_TOPICS:
            return ['mail']
        rules = self.env['channel.notice.rule'].sudo().search([('topic', '=', topic)])
        return [way for way in ('mail', 'sms') if any(way in rule._get_ways() for rule in rules)]

    def _wants(self, topic, way='mail', ways=None):
        """Those of these people who want to be told of `topic` in this way, and have a role that it is for.

        :param topic: a key of `_get_topics`
        :param way: 'mail' or 'sms'
        :param ways: those that the sender has; by default those of the topic
        """
        roles, choices = self._get_topics()[topic], self._get_choices(topic, way, ways)
        return self.filtered(
            lambda link: link.role in roles and link[f'notice_{topic}'] in choices and link.user_id.active)

    @api.model
    def _get_wanting_domain(self, topic, way='mail', ways=None):
        """The same as a domain, for who tells many at once."""
        return (
            Domain('role', 'in', self._get_topics()[topic])
            & Domain(f'notice_{topic}', 'in', self._get_choices(topic, way, ways))
            & Domain('user_id.active', '=', True))

    @api.model
    def _get_choices(self, topic, way, ways):
        """What people have chosen who are told in this way. Where there is no text message a mail takes its place."""
        ways = self._get_ways(topic) if ways is None else ways
        return ['mail', 'sms'] if way == 'mail' and 'sms' not in ways else [way]

    def _portal_get_notices(self):
        """What a person with these links can choose: [(field, label, ways offered, the one chosen)]"""
        roles, labels = set(self.mapped('role')), self.fields_get([f'notice_{topic}' for topic in self._get_topics()])
        notices = []
        for topic, asked_of in self._get_topics().items():
            name, told = f'notice_{topic}', self._get_ways(topic) if roles & set(asked_of) else []
            ways = [way for way in labels[name]['selection'] if way[0] == 'none' or way[0] in told and (
                way[0] != 'sms' or self.user_id.partner_id.phone)]
            if told:
                chosen = self[:1][name]
                notices.append((name, labels[name]['string'], ways, chosen if chosen in dict(ways) else ways[0][0]))
        return notices

    def _remove(self):
        """End the access of these people at once: without any other role a login is archived, its sessions end."""
        users = self.user_id
        self.env['channel.invitation'].sudo().search([
            ('user_id', 'in', users.ids), ('member_id', 'in', self.member_id.ids), ('state', '=', 'sent')],
        ).write({'state': 'withdrawn'})
        self.sudo().unlink()
        idle = users.sudo().filtered(lambda user: user.share and not user.channel_link_ids)
        idle.api_key_ids.unlink()
        # Odoo lets nobody archive itself, but whoever leaves may go.
        idle.with_user(SUPERUSER_ID).with_context(tracking_disable=True).write({'active': False})

    def _name_role(self):
        self.ensure_one()
        return dict(self._fields['role']._description_selection(self.env))[self.role]

    def _show_limit(self, amount):
        return self.currency_id.format(amount) if amount else self.env._("no limit")
