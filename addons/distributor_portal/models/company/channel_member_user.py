from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ...const import NOTICE_TOPICS

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

    def _wants(self, topic, way='mail'):
        """Those of these people who want to be told of `topic` in this way, and have a role that it is for.

        :param topic: a key of `_get_topics`
        :param way: 'mail' or 'sms'
        """
        roles = self._get_topics()[topic]
        return self.filtered(
            lambda link: link.role in roles and link[f'notice_{topic}'] == way and link.user_id.active)

    @api.model
    def _get_wanting_domain(self, topic, way='mail'):
        """The same as a domain, for who tells many at once."""
        return (
            Domain('role', 'in', self._get_topics()[topic]) & Domain(f'notice_{topic}', '=', way)
            & Domain('user_id.active', '=', True))

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
