from markupsafe import Markup

from odoo import models
from odoo.fields import Command
from odoo.tools import format_date


class ChannelReconciliation(models.Model):
    """What the owners and finance people of a member are told by mail. Details stand behind the login."""

    _inherit = 'channel.reconciliation'

    # === BUSINESS METHODS === #

    def _tell(self, topic):
        """Put a mail to everybody who wants it into Odoo's queue, each in its language; one batch."""
        return self._queue_mails([
            (statement, partner, topic) for statement in self for partner in statement._get_readers()])

    def _get_readers(self):
        """Who is written to: the owners and finance people who want it."""
        self.ensure_one()
        return self.member_id.sudo().user_link_ids._wants('statement').user_id.partner_id

    def _queue_mails(self, wanted):
        """:param wanted: [(statement, partner, topic)]"""
        base, mails = self[:1].get_base_url(), []
        for statement, partner, topic in wanted:
            spoken = statement.with_context(lang=partner.lang)
            subject, text, link = spoken._get_mail_texts()[topic]
            mails.append({
                'subject': subject,
                'body_html': Markup('<p>%s</p><p><a href="%s">%s</a></p>') % (
                    text, f'{base}/my/channel/statements/{statement.id}', link),
                'recipient_ids': [Command.link(partner.id)],
                'auto_delete': True,
            })
        return self.env['mail.mail'].sudo().create(mails)

    def _get_mail_texts(self):
        """{topic: (subject, text, words of the link)}, in the language of the context"""
        _, period, until = self.env._, self._get_period_name(), format_date(self.env, self.sign_until)
        link = _("Open the dealer centre")
        return {
            'issued': (
                _("Your statement of %s", period),
                _("It waits for your sign-off until %s. Dispute single lines if something is wrong.", until), link),
            'reminder': (
                _("Please sign: statement of %s", period), _("It waits for your sign-off until %s.", until), link),
            'tacit': (
                _("Your statement of %s counts as agreed", period),
                _("It was neither signed nor disputed in time."), link),
            'withdrawn': (
                _("Your statement of %s was withdrawn", period),
                _("Headquarters will issue another one. Nothing is left for you to do."), link),
            'answered': (
                _("Headquarters has answered: statement of %s", period),
                _("Read what it says to the line that you have disputed."), link),
        }


class ChannelReconciliationDispute(models.Model):
    _inherit = 'channel.reconciliation.dispute'

    # === BUSINESS METHODS === #

    def _tell_answer(self):
        self.reconciliation_id._tell('answered')
