from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..const import CASE_ANSWER_ROLES, CASE_ROLES
from ..engine.tables import MAX_BYTES
from ..models.cases.channel_case_portal import MAX_FILES
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .downloads import download

CASES = f'{HOME}/cases'


class Cases(DealerCentre):
    """What a member is accused of, and what it says to that."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'shows_cases': values['tasks']['has_cases']}

    @http.route(CASES, type='http', auth='user', website=True, methods=['GET'])
    def channel_cases(self, **_kw):
        """The cases of the user's members, from the notice on."""
        members_sudo = self._channel_get_members(CASE_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Case = request.env['channel.case'].sudo()
        return request.render('distributor_portal.portal_cases', {
            **self._channel_prepare_values('cases'),
            'cases': Case.search(Case._portal_get_domain(members_sudo), limit=100)})

    @http.route(f'{CASES}/<int:case_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_case(self, case_id, **_kw):
        """One case: the notice, what was disclosed, the deadline, what was said and decided."""
        case_sudo = self._channel_get_case(case_id)
        return self._channel_render_case(case_sudo) if case_sudo else request.redirect(CASES)

    @http.route(f'{CASES}/<int:case_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_case_state(self, case_id, kind='', form_token='', text='', **_kw):
        """Answer or appeal. The text comes back with the reason when something of it cannot be taken."""
        case_sudo = self._channel_get_case(case_id, CASE_ANSWER_ROLES)
        if not case_sudo or kind not in ('answer', 'appeal') or not self._channel_take_form(form_token):
            return request.redirect(CASES)
        files = request.httprequest.files.getlist('files')[:MAX_FILES + 1]
        try:
            case_sudo._portal_state(
                kind, form_token, text, [(file.filename, file.read(MAX_BYTES + 1)) for file in files if file.filename])
        except UserError as error:
            return self._channel_render_case(case_sudo, error=str(error), text=text)
        return request.redirect(f'{CASES}/{case_id}')

    @http.route(f'{CASES}/<int:case_id>/files/<int:evidence_id>', type='http', auth='user', methods=['GET'])
    def channel_case_file(self, case_id, evidence_id, **_kw):
        """A file that was disclosed to the member, or that it has handed in itself."""
        case_sudo = self._channel_get_case(case_id)
        evidence_sudo = case_sudo._portal_get_evidence().filtered(lambda one: one.id == evidence_id) if (
            case_sudo) else None
        return _download(evidence_sudo) if evidence_sudo else request.redirect(CASES)

    @http.route('/channel/evidence/<int:evidence_id>', type='http', auth='user', methods=['GET'])
    def channel_evidence(self, evidence_id, **_kw):
        """Any file of any case, for headquarters."""
        evidence = request.env['channel.case.evidence'].search(
            [('id', '=', evidence_id)]) if evidence_id <= MAX_ID and request.env.user._is_internal() and (
                request.env['channel.case.evidence'].has_access('read')) else None
        if not evidence:
            raise request.not_found()
        return _download(evidence.sudo())

    def _channel_get_case(self, case_id, roles=CASE_ROLES):
        """A case of one of the user's own members, as superuser; empty where there is none for it."""
        Case = request.env['channel.case'].sudo()
        if not 0 < case_id <= MAX_ID:
            return Case
        return Case.search([
            ('id', '=', case_id), *Case._portal_get_domain(self._channel_get_members(roles))])

    def _channel_render_case(self, case_sudo, error=None, text=''):
        owns = case_sudo.member_id in self._channel_get_members(CASE_ANSWER_ROLES)
        return request.render('distributor_portal.portal_case', {
            **self._channel_prepare_values('cases'),
            'case': case_sudo,
            'can_answer': owns and case_sudo._portal_can_answer(),
            'can_appeal': owns and case_sudo._portal_can_appeal(),
            'error': error,
            'text': text,
        })


def _download(evidence_sudo):
    return download(evidence_sudo._get_content(), evidence_sudo.name, evidence_sudo.mimetype)
