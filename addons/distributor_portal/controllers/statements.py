from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..const import FINANCE_ROLES
from ..engine.parameters import read_number
from ..engine.reconcile import parse_amount
from ..engine.tables import MAX_BYTES
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .downloads import download

STATEMENTS = f'{HOME}/statements'
MAX_STATEMENTS = 60
LONG = 40


class Statements(DealerCentre):
    """Statements that headquarters has issued: to sign, or to dispute line by line."""

    @http.route(STATEMENTS, type='http', auth='user', website=True, methods=['GET'])
    def channel_statements(self, **_kw):
        """All of the user's members, the newest first."""
        members_sudo = self._channel_get_members(FINANCE_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Statement = request.env['channel.reconciliation'].sudo()
        return request.render('distributor_portal.portal_statements', {
            **self._channel_prepare_values('statements'),
            'statements': Statement.search(Statement._portal_get_domain(members_sudo), limit=MAX_STATEMENTS)})

    @http.route(f'{STATEMENTS}/<int:statement_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_issued_statement(self, statement_id, line='', **_kw):
        """One of them: lines, disputes, the comparison with one's own ledger, the sign-off."""
        statement_sudo = self._channel_get_issued(statement_id)
        return self._channel_render_issued(statement_sudo, line_id=read_number(line)) if statement_sudo else (
            request.redirect(STATEMENTS))

    @http.route(f'{STATEMENTS}/<int:statement_id>/sign', type='http', auth='user', website=True, methods=['POST'])
    def channel_sign(self, statement_id, form_token='', name='', sha256='', agrees='', **_kw):
        """Agree to what is not disputed."""
        def act(statement_sudo):
            if not agrees:
                raise UserError(request.env._("Tick that you agree, then sign."))
            statement_sudo._portal_sign(request.env.user, name, sha256, self._channel_get_origin().ip)
        return self._channel_act(statement_id, form_token, act)

    @http.route(f'{STATEMENTS}/<int:statement_id>/dispute', type='http', auth='user', website=True, methods=['POST'])
    def channel_dispute(self, statement_id, form_token='', line_id='', reason='', text='', amount='', **_kw):
        """Dispute one line, with a file if there is one."""
        return self._channel_act(statement_id, form_token, lambda statement_sudo: statement_sudo._portal_dispute(
            request.env.user, read_number(line_id), reason, text, _read_file(), float(parse_amount(amount) or 0)))

    @http.route(f'{STATEMENTS}/<int:statement_id>/disputes/<int:dispute_id>/<any(withdraw, close, escalate):step>',
                type='http', auth='user', website=True, methods=['POST'])
    def channel_dispute_step(self, statement_id, dispute_id, step, form_token='', text='', **_kw):
        """Take a dispute back, take the answer to it, or ask a manager."""
        def act(statement_sudo):
            if dispute_id in statement_sudo.dispute_ids.ids:
                statement_sudo._portal_step(request.env.user, dispute_id, step, text)
        return self._channel_act(statement_id, form_token, act)

    @http.route(f'{STATEMENTS}/<int:statement_id>/ledger', type='http', auth='user', website=True, methods=['POST'])
    def channel_ledger(self, statement_id, form_token='', **_kw):
        """Upload one's own ledger, to be compared."""
        def act(statement_sudo):
            name, content = _read_file() or ('', b'')
            statement_sudo._portal_take_ledger(request.env.user, name, content)
        return self._channel_act(statement_id, form_token, act, '#ledger')

    @http.route(f'{STATEMENTS}/<int:statement_id>/ledger/<int:ledger_id>/dispute', type='http', auth='user',
                website=True, methods=['POST'])
    def channel_ledger_dispute(self, statement_id, ledger_id, form_token='', **_kw):
        """Dispute everything in which the ledger differs, with one tap."""
        return self._channel_act(statement_id, form_token, lambda statement_sudo: (
            statement_sudo._portal_dispute_ledger(request.env.user, ledger_id)), '#disputes')

    @http.route(f'{STATEMENTS}/<int:statement_id>/print', type='http', auth='user', website=True, methods=['GET'])
    def channel_statement_print(self, statement_id, **_kw):
        """The statement with its sign-off as a document."""
        statement_sudo = self._channel_get_issued(statement_id)
        if not statement_sudo:
            return request.redirect(STATEMENTS)
        return self._channel_show_document(statement_sudo, 'distributor_portal.reconciliation_report')

    @http.route(f'{STATEMENTS}/<int:statement_id>/disputes/<int:dispute_id>/file', type='http', auth='user',
                methods=['GET'])
    def channel_dispute_file(self, statement_id, dispute_id, **_kw):
        """The file that the member has handed in with a dispute."""
        dispute_sudo = self._channel_get_issued(statement_id).dispute_ids.filtered(
            lambda dispute: dispute.id == dispute_id and dispute.file_name)
        return _download(dispute_sudo) if dispute_sudo else request.redirect(STATEMENTS)

    @http.route('/channel/disputes/<int:dispute_id>/file', type='http', auth='user', methods=['GET'])
    def channel_any_dispute_file(self, dispute_id, **_kw):
        """The file of any dispute, for headquarters."""
        Dispute = request.env['channel.reconciliation.dispute']
        dispute = Dispute.search([('id', '=', dispute_id), ('file_name', '!=', False)]) if (
            dispute_id <= MAX_ID and request.env.user._is_internal() and Dispute.has_access('read')) else None
        if not dispute:
            raise request.not_found()
        return _download(dispute.sudo())

    # --- helpers

    def _channel_get_issued(self, statement_id):
        """A statement of one of the user's own members, as superuser; empty where there is none for it."""
        Statement = request.env['channel.reconciliation'].sudo()
        if not 0 < statement_id <= MAX_ID:
            return Statement
        members_sudo = self._channel_get_members(FINANCE_ROLES)
        return Statement.search([('id', '=', statement_id), *Statement._portal_get_domain(members_sudo)])

    def _channel_act(self, statement_id, form_token, act, anchor=''):
        """Do what a form asks for, once; the page comes back with the reason where it cannot be done."""
        statement_sudo = self._channel_get_issued(statement_id)
        if not statement_sudo:
            return request.redirect(STATEMENTS)
        if self._channel_take_form(form_token):
            try:
                with request.env.cr.savepoint():
                    act(statement_sudo)
            except UserError as error:
                return self._channel_render_issued(statement_sudo, error.args[0])
        return request.redirect(f'{STATEMENTS}/{statement_id}{anchor}')

    def _channel_render_issued(self, statement_sudo, error=None, line_id=0):
        ledger_sudo = statement_sudo.ledger_ids[:1]
        waits = statement_sudo.state == 'waiting'
        return request.render('distributor_portal.portal_issued_statement', {
            **self._channel_prepare_values('statements'), 'statement': statement_sudo, 'error': error,
            # A form below each of many lines would weigh more than the lines: there it comes when asked for.
            'is_long': len(statement_sudo.line_ids) > LONG, 'open_line': line_id,
            'disputes': {dispute.line_id.id: dispute for dispute in statement_sudo.dispute_ids.sorted('id')
                         if dispute.state != 'withdrawn' and dispute.line_id},
            'reasons': statement_sudo._portal_get_reasons(), 'ledger': ledger_sudo,
            'comparison': ledger_sudo._compare() if ledger_sudo and waits else None,
        })


def _read_file():
    """(name, bytes) of the upload named file, or None. One byte more than is taken shows that it is too large."""
    file = request.httprequest.files.get('file')
    return (file.filename, file.read(MAX_BYTES + 1)) if file and file.filename else None


def _download(dispute_sudo):
    return download(dispute_sudo._get_file(), dispute_sudo.file_name, dispute_sudo.file_mimetype)
