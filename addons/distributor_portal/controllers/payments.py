import secrets

from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers.portal import PaymentPortal

from ..const import FINANCE_ROLES
from ..engine.parameters import read_numbers
from ..engine.reconcile import parse_amount
from ..utils import to_decimal
from .dealer_centre import FORM_TOKEN, HOME, MAX_ID, DealerCentre

PAY = f'{HOME}/pay'
MAX_INVOICES = 200
FLOWS = ('redirect', 'direct', 'token')


class Payments(DealerCentre, PaymentPortal):
    """Paying online through Odoo's payment providers: some invoices, or an amount on account."""

    @http.route(PAY, type='http', auth='user', website=True, methods=['GET'])
    def channel_pay(self, amount='', account='', show='', **_kw):
        """What would be paid, how it is shared out, and the payment form."""
        keys = request.httprequest.args.getlist('invoice')[:MAX_INVOICES]
        asked = None if account or show or not keys else read_numbers(keys)
        member_sudo = self._channel_get_payer(asked)
        if not member_sudo:
            return request.redirect(HOME)
        invoices_sudo = member_sudo._portal_get_payable(asked, show)
        return self._channel_render_pay(
            member_sudo, invoices_sudo, _read_decimal(member_sudo, amount), bool(account))

    @http.route(f'{PAY}/start/<string:token>/<string:keys>', type='jsonrpc', auth='user')
    def channel_pay_start(self, token, keys, access_token='', amount=None, **params):
        """Begin the payment that the page has shown, to the cent; the same page twice is one payment."""
        amount = self._cast_as_float(amount)
        if not (isinstance(access_token, str) and access_token.isascii()):
            raise Forbidden
        member_sudo = self._channel_get_members(FINANCE_ROLES).filtered(
            lambda member: payment_utils.check_access_token(
                access_token, member.partner_id.id, amount, member.currency_id.id, keys, token))[:1]
        if not member_sudo or not FORM_TOKEN.fullmatch(token):
            raise Forbidden
        Transaction = request.env['payment.transaction']
        Transaction._channel_lock(member_sudo)
        started_sudo = Transaction._channel_find_started(member_sudo, token)
        if not started_sudo:
            started_sudo = self._channel_create_transaction(member_sudo, keys, amount, token, params)
        return started_sudo._get_processing_values()

    @http.route(f'{PAY}/<int:transaction_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_paid(self, transaction_id, **_kw):
        """Where a payment stands."""
        members_sudo = self._channel_get_members(FINANCE_ROLES)
        payment_sudo = request.env['payment.transaction'].sudo().search([
            ('id', '=', transaction_id if transaction_id <= MAX_ID else 0),
            ('channel_member_id', 'in', members_sudo.ids)])
        if not payment_sudo:
            return request.redirect(f'{HOME}/invoices')
        member_sudo = payment_sudo.channel_member_id
        return request.render('distributor_portal.portal_paid', {
            **self._channel_prepare_values('invoices'), 'payment': payment_sudo,
            'credit': member_sudo._portal_get_credit()})

    # --- helpers

    def _channel_get_payer(self, invoice_ids):
        """The one of the user's members that the first of these invoices is billed to, else the one it acts for."""
        members_sudo = self._channel_get_members(FINANCE_ROLES)
        invoice_sudo = members_sudo._portal_get_invoice(invoice_ids[0]) if invoice_ids else None
        return invoice_sudo and members_sudo.filtered(
            lambda member: member.partner_id == invoice_sudo.commercial_partner_id)[:1] or (
            self._channel_get_member(FINANCE_ROLES))

    def _channel_render_pay(self, member_sudo, invoices_sudo, amount, is_on_account):
        values = {
            **self._channel_prepare_values('invoices'), 'member': member_sudo, 'is_on_account': is_on_account,
            'invoices': invoices_sudo, 'error': None, 'shares': [], 'rest': 0, 'amount': 0.0,
            'currency': member_sudo.currency_id, 'balance': sum(invoices_sudo.mapped('amount_residual'))}
        try:
            if amount is None and is_on_account or not (invoices_sudo or is_on_account):
                return request.render('distributor_portal.portal_pay', values)
            amount, shares, rest = member_sudo._portal_plan_payment(invoices_sudo, amount, is_on_account)
        except UserError as error:
            return request.render('distributor_portal.portal_pay', {**values, 'error': error.args[0]})
        invoices_sudo = invoices_sudo.browse([invoice.id for invoice, _paid, _left in shares])
        return request.render('distributor_portal.portal_pay', {
            **values, 'shares': shares, 'rest': rest,
            **self._channel_prepare_payment_form(member_sudo, invoices_sudo, float(amount), is_on_account)})

    def _channel_prepare_payment_form(self, member_sudo, invoices_sudo, amount, is_on_account):
        """What core's payment form needs. The signature covers who pays what: nothing of it can be changed."""
        token = secrets.token_urlsafe(16)
        keys = '-'.join(['account' if is_on_account else 'invoices', *map(str, invoices_sudo.ids)])
        partner_sudo, currency, report = member_sudo.partner_id, member_sudo.currency_id, {}
        providers_sudo = self._channel_get_providers(member_sudo, amount, report)
        return {
            'amount': amount, 'currency': currency, 'partner_id': partner_sudo.id, 'providers_sudo': providers_sudo,
            'payment_methods_sudo': self._channel_get_payment_methods(member_sudo, providers_sudo, report),
            'tokens_sudo': request.env['payment.token'].sudo()._get_available_tokens(
                providers_sudo.ids, partner_sudo.id),
            'availability_report': report, 'transaction_route': f'{PAY}/start/{token}/{keys}',
            'landing_route': f'{HOME}/invoices',
            'access_token': payment_utils.generate_access_token(
                partner_sudo.id, amount, currency.id, keys, token),
            'show_tokenize_input_mapping': self._compute_show_tokenize_input_mapping(providers_sudo),
        }

    def _channel_get_providers(self, member_sudo, amount, report=None):
        return request.env['payment.provider'].sudo()._get_compatible_providers(
            member_sudo.company_id.id, member_sudo.partner_id.id, amount, currency_id=member_sudo.currency_id.id,
            report=report)

    def _channel_get_payment_methods(self, member_sudo, providers_sudo, report=None):
        return request.env['payment.method'].sudo()._get_compatible_payment_methods(
            providers_sudo.ids, member_sudo.partner_id.id, currency_id=member_sudo.currency_id.id, report=report)

    def _channel_create_transaction(self, member_sudo, keys, amount, token, params):
        """:raise UserError: the invoices have changed meanwhile, or somebody pays them already"""
        kind, *ids = keys.split('-')
        invoices_sudo = member_sudo._portal_get_payable([int(key) for key in ids])
        request.env['payment.transaction']._channel_check_startable(member_sudo, invoices_sudo.browse(map(int, ids)))
        if len(invoices_sudo) != len(ids):
            raise UserError(request.env._("Something was paid meanwhile. Open the page again."))
        member_sudo._portal_plan_payment(
            invoices_sudo, to_decimal(amount, member_sudo.currency_id.decimal_places), kind == 'account')
        reference = invoices_sudo.name if len(invoices_sudo) == 1 else (
            payment_utils.singularize_reference_prefix(prefix=member_sudo.code))
        payment_sudo = self._create_transaction(
            **self._channel_read_choice(member_sudo, amount, params), amount=amount, landing_route=PAY,
            currency_id=member_sudo.currency_id.id, partner_id=member_sudo.partner_id.id,
            reference_prefix=reference,
            custom_create_values=request.env['payment.transaction']._channel_prepare_values(
                member_sudo, request.env.user, invoices_sudo, token))
        payment_sudo.landing_route = f'{PAY}/{payment_sudo.id}'
        return payment_sudo

    def _channel_read_choice(self, member_sudo, amount, params):
        """The provider and method chosen, if the page has offered them. Everything else of the request is ignored."""
        providers_sudo = self._channel_get_providers(member_sudo, amount)
        methods_sudo = self._channel_get_payment_methods(member_sudo, providers_sudo)
        choice = {name: params.get(name) for name in ('provider_id', 'payment_method_id', 'token_id')}
        flow = params.get('flow')
        fits = choice['provider_id'] in providers_sudo.ids and flow in FLOWS and (
            isinstance(choice['token_id'], int) if flow == 'token' else choice['payment_method_id'] in methods_sudo.ids)
        if not fits:
            raise UserError(request.env._("This way to pay is not offered. Open the page again."))
        return {**choice, 'flow': flow, 'tokenization_requested': bool(params.get('tokenization_requested'))}


def _read_decimal(member_sudo, text):
    """A positive amount in whole cents of the member's currency, or None."""
    amount = parse_amount(text) if text else None
    if amount is None or amount <= 0:
        return None
    places = member_sudo.currency_id.decimal_places
    return to_decimal(amount, places) or None
