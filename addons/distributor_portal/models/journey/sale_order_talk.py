from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MESSAGES_SHOWN = 50
MESSAGES_AN_HOUR = 10


class SaleOrder(models.Model):
    """What a member and headquarters say to each other about an order."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_tell_desk(self, what):
        """A to-do for whoever looks after the order at headquarters; the same is not told twice."""
        self.ensure_one()
        user = self.user_id or self.channel_member_id.partner_id.user_id or self.env.ref('base.user_admin')
        summary = what[:120]
        known = self.activity_ids.filtered(lambda one: one.summary == summary and one.user_id == user)
        if not known:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id, summary=summary)

    # === PORTAL === #

    def _portal_get_messages_domain(self):
        """What was said for both sides to read; notes of staff among themselves are not."""
        return Domain([
            ('model', '=', 'sale.order'), ('res_id', '=', self.id), ('message_type', 'in', ('comment', 'email')),
            ('subtype_id', '=', self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')),
            ('is_internal', '=', False)])

    def _portal_find_messages(self):
        self.ensure_one()
        return self.env['mail.message'].sudo().search_fetch(
            self._portal_get_messages_domain(), ['author_id', 'date', 'body'], limit=MESSAGES_SHOWN, order='id desc')

    def _portal_get_messages(self, messages=None):
        """[{'who', 'at', 'body', 'is_own'}], the latest last. Headquarters speaks with one voice."""
        self.ensure_one()
        messages = self._portal_find_messages() if messages is None else messages
        own = self.sudo().channel_member_id.partner_id
        return [{
            'who': message.author_id.name if message.author_id.commercial_partner_id == own else (
                self.sudo().company_id.name),
            'at': message.date,
            'body': message.body,
            'is_own': message.author_id.commercial_partner_id == own,
        } for message in reversed(messages) if message.body]

    def _portal_post_message(self, text):
        """The current user writes to headquarters. Plain text: whatever is in it is shown as it was typed.

        :raise UserError: more than anybody writes in an hour
        """
        self.ensure_one()
        partner = self.env.user.partner_id
        lately = self.env['mail.message'].sudo().search_count([
            *self._portal_get_messages_domain(), ('author_id', '=', partner.id),
            ('date', '>=', fields.Datetime.now() - timedelta(hours=1))], limit=MESSAGES_AN_HOUR)
        if lately >= MESSAGES_AN_HOUR:
            raise UserError(self.env._("That were many messages in an hour. Call your contact, or write again later."))
        # Through the queue: nothing leaves before this transaction has held.
        self.sudo().with_context(mail_notify_force_send=False, mail_post_autofollow=False).message_post(
            body=text, message_type='comment', subtype_xmlid='mail.mt_comment', author_id=partner.id)
        self.sudo()._channel_tell_desk(self.env._("Answer the member's message"))
