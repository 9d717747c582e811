from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.downloads import download
from odoo.addons.distributor_portal.engine.parameters import read_page
from odoo.addons.distributor_portal.engine.tables import MAX_BYTES
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.reconcile.channel_deviation import DEVIATION_ROLES
from ..models.reconcile.channel_deviation_answer import REASONS
from ..models.reconcile.channel_deviation_portal import TEXT_LENGTH

DEVIATIONS = f'{HOME}/deviations'
PAGE = 20
SHOWS = ('asked', 'open', 'all')


class Deviations(DealerCentre):
    """What does not match at a member: what we think of it, and what the member says."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'sees_deviations': bool(self._channel_get_members(DEVIATION_ROLES))}

    @http.route([DEVIATIONS, f'{DEVIATIONS}/page/<int:page>'], type='http', auth='user', website=True, methods=['GET'])
    def channel_deviations(self, page=1, show='open', **_kw):
        """What does not match at the user's members."""
        members_sudo = self._channel_get_members(DEVIATION_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Deviation = request.env['channel.deviation'].sudo()
        show = show if show in SHOWS else 'open'
        domain = Deviation._portal_get_domain(members_sudo, show)
        pager = portal_pager(url=DEVIATIONS, url_args={'show': show}, page=read_page(str(page)), step=PAGE,
                             total=Deviation.search_count(domain, limit=10_000))
        return request.render('channel_inventory.portal_deviations', {
            **self._channel_prepare_values('deviations'), 'pager': pager, 'show': show,
            'deviations': Deviation.search(domain, limit=PAGE, offset=pager['offset'])})

    @http.route(f'{DEVIATIONS}/<int:deviation_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_deviation(self, deviation_id, **_kw):
        """One of them: what, how much, by which documents, and what was said."""
        deviation_sudo = self._channel_get_deviation(deviation_id)
        return self._channel_render_deviation(deviation_sudo) if deviation_sudo else request.redirect(DEVIATIONS)

    @http.route(f'{DEVIATIONS}/<int:deviation_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_deviation_answer(self, deviation_id, form_token='', reason='', text='', photo=None, **_kw):
        """Confirm or say what it was. What was typed comes back with the reason when it cannot be taken."""
        deviation_sudo = self._channel_get_deviation(deviation_id)
        if not deviation_sudo or not self._channel_take_form(form_token):
            return request.redirect(DEVIATIONS)
        content = photo.read(MAX_BYTES + 1) if hasattr(photo, 'read') and photo.filename else None
        try:
            with request.env.cr.savepoint():
                deviation_sudo._portal_answer(form_token, reason, text, content)
        except UserError as error:
            return self._channel_render_deviation(deviation_sudo, error=str(error), reason=reason, text=text)
        return request.redirect(f'{DEVIATIONS}/{deviation_id}')

    @http.route(f'{DEVIATIONS}/<int:deviation_id>/photos/<int:answer_id>', type='http', auth='user', methods=['GET'])
    def channel_deviation_photo(self, deviation_id, answer_id, **_kw):
        """The photo of an answer of the user's own member."""
        deviation_sudo = self._channel_get_deviation(deviation_id)
        answer_sudo = deviation_sudo.answer_ids.filtered(
            lambda one: one.id == answer_id and one.image) if deviation_sudo else None
        if not answer_sudo:
            return request.redirect(DEVIATIONS)
        return download(answer_sudo._get_content(), f'answer-{answer_id}.jpg', 'image/jpeg')

    def _channel_get_deviation(self, deviation_id):
        """A deviation of one of the user's own members, as superuser; empty where there is none for it."""
        Deviation = request.env['channel.deviation'].sudo()
        if not 0 < deviation_id <= MAX_ID:
            return Deviation
        return Deviation.search([
            ('id', '=', deviation_id), *Deviation._portal_get_domain(self._channel_get_members(DEVIATION_ROLES))])

    def _channel_render_deviation(self, deviation_sudo, error=None, reason='', text=''):
        reasons = request.env['channel.deviation.answer']._fields['reason']._description_selection(request.env)
        return request.render('channel_inventory.portal_deviation', {
            **self._channel_prepare_values('deviations'),
            'deviation': deviation_sudo,
            'can_answer': deviation_sudo._portal_can_answer(),
            'reasons': reasons,
            'chosen': reason if reason in dict(REASONS) else '',
            'error': error,
            'text': text,
            'text_length': TEXT_LENGTH,
        })
