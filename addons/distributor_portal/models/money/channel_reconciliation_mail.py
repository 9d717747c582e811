from odoo import models
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
            subject, text = spoken._get_mail_texts()[topic]
            mails.append(partner._channel_prepare_mail(
                subject, text, f'{base}/my/channel/statements/{statement.id}'))
        return self.env['mail.mail'].sudo().create(mails)

    def _get_mail_texts(self):
        """{topic: (subject, text)}, in the language of the context"""
        _, period, until = self.env._, self._get_period_name(), format_date(self.env, self.sign_until)
        return {
            'issued': (
                _("Your statement of %s", period),
                _("It waits for your sign-off until %s. Dispute single lines if something is wrong.", until)),
            'reminder': (
                _("Please sign: statement of %s", period), _("It waits for your sign-off until %s.", until)),
            'tacit': (
                _("Your statement of %s counts as agreed", period),
                _("It was neither signed nor disputed in time.")),
            'withdrawn': (
                _("Your statement of %s was withdrawn", period),
                _("Headquarters will issue another one. Nothing is left for you to do.")),
            'answered': (
                _("Headquarters has answered: statement of %s", period),
                _("Read what it says to the line that you have disputed.")),
        }


class ChannelReconciliationDispute(models.Model):
    _inherit = 'channel.reconciliation.dispute'

    # === BUSINESS METHODS === #

    def _tell_answer(self):
        self.reconciliation_id._tell('answered')
