from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Command


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # Stock Odoo lets a portal user read what we note about its company: notes are for staff.
    comment = fields.Html(groups='base.group_user')
    channel_member_ids = fields.One2many('channel.member', 'partner_id', "Channel Member", groups='base.group_user')
    channel_division_code = fields.Char(
        "Division Code", index='btree_not_null', groups='base.group_user',
        help="Of a delivery address: the 9-digit code of its street, or the 6 digits of its district.")

    # === BUSINESS METHODS === #

    def _channel_prepare_mail(self, subject, text, url):
        """A short mail that leads this person to the dealer centre: details stand behind the login."""
        self.ensure_one()
        return {
            'subject': subject,
            'body_html': Markup('<p>%s</p><p><a href="%s">%s</a></p>') % (
                text, url, self.with_context(lang=self.lang).env._("Open the dealer centre")),
            'recipient_ids': [Command.link(self.id)],
            'auto_delete': True,
        }
