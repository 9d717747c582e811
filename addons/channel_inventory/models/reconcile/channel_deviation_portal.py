import base64

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.distributor_portal.engine import files, photos

from .channel_deviation import DEVIATION_ROLES, OPEN_STATES
from .channel_deviation_answer import REASONS

MAX_ANSWERS = 10
TEXT_LENGTH = 2000


class ChannelDeviation(models.Model):
    """What a member sees of its deviations and can say to them. The callers have checked who asks."""

    _inherit = 'channel.deviation'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members, show='all'):
        """The members' own. What was cleared or accepted stays to be looked at."""
        domain = Domain('member_id', 'in', members.ids)
        if show == 'asked':
            return domain & self._portal_get_asked_domain()
        if show == 'open':
            return domain & Domain('state', 'in', OPEN_STATES)
        return domain

    @api.model
    def _portal_get_asked_domain(self):
        return Domain('state', 'in', OPEN_STATES) & Domain('asked_at', '!=', False) & Domain('is_answered', '=', False)

    def _portal_can_answer(self):
        self.ensure_one()
        return self.state in OPEN_STATES and len(self.answer_ids) < MAX_ANSWERS

    def _portal_answer(self, token, reason, text, photo=None):
        """Keep what the member says. The same form again is the same answer.

        :param photo: bytes of a picture, or None
        :raise UserError: closed, no reason, nothing said, or no photo; nothing of it is kept
        """
        self.ensure_one()
        if self.answer_ids.filtered(lambda answer: answer.token == token):
            return
        if not self._portal_can_answer():
            raise UserError(self.env._("This is closed already."))
        text = (text or '').strip()
        if reason not in dict(REASONS):
            raise UserError(self.env._("Choose what fits."))
        if reason == 'other' and not text:
            raise UserError(self.env._("Write down what it was."))
        if len(text) > TEXT_LENGTH:
            raise UserError(self.env._("At most %s letters.", TEXT_LENGTH))
        self._lock()
        self.env['channel.deviation.answer'].sudo().create({
            'deviation_id': self.id, 'user_id': self.env.uid, 'reason': reason, 'text': text, 'token': token,
            'image': base64.b64encode(self._portal_clean_photo(photo)) if photo else False})
        self.sudo().is_answered = True
        self._plan_reading()

    @api.model
    def _portal_clean_photo(self, photo):
        try:
            return photos.clean_photo(photo)
        except files.FileRefused as refused:
            raise UserError(self.env['channel.claim.photo']._explain_refusal(refused)) from refused

    def _plan_reading(self):
        """Who is responsible reads it."""
        user = self.sudo().user_id
        if user:
            self.sudo().activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id, summary=self.env._("Read the member's answer"))

    # === MAIL === #

    def _tell_member(self):
        """Mail to those who can answer, through Odoo's queue. Without details: those stand behind the login."""
        self.ensure_one()
        links = self.member_id.sudo().user_link_ids.filtered(lambda link: link.role in DEVIATION_ROLES)
        mails = []
        for partner in links.user_id.partner_id:
            translated = self.with_context(lang=partner.lang)
            url = f'{self.get_base_url()}/my/channel/deviations/{self.id}'
            mails.append(partner._channel_prepare_mail(
                translated.env._("Stock does not match: %s", translated.product_id.display_name),
                translated.env._("What lies at your place and what the book says differ. Please look at it."), url))
        self.env['mail.mail'].sudo().create(mails)


