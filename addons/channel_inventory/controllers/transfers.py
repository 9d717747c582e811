from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.distributor_portal.const import FINANCE_ROLES, ORDERING_ROLES, RECEIVING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.quantities import read_quantity
from odoo.addons.distributor_portal.engine.parameters import read_page
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..engine.codes import MAX_LENGTH
from ..models.transfers.channel_member_transfers import SHIPPING_ROLES
from ..models.transfers.channel_transfer_codes import MAX_CODES
from .codes import read_json

TRANSFERS = f'{HOME}/transfers'
PAGE = 20
TEXT = 500
SHORT = 60
STEPS = 'agree, approve, refuse, cancel, pack, ship, receive, confirm, dispute'
SHOWS = ('wait', 'send', 'receive', 'done')


class Transfers(DealerCentre):
    """Goods that the user's members send to others, and get from them."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'can_share': bool(self._channel_get_members(ORDERING_ROLES))}

    @http.route([TRANSFERS, f'{TRANSFERS}/page/<int:page>'], type='http', auth='user', website=True, methods=['GET'])
    def channel_transfers(self, page=1, show='wait', **_kw):
        """What waits for the user, what is to be sent and received, what is over."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect(HOME)
        Transfer = request.env['channel.transfer'].sudo()
        show = show if show in SHOWS else 'wait'
        domain = self._channel_get_waiting_domain() if show == 'wait' else Transfer._portal_get_domain(
            members_sudo, show)
        pager = portal_pager(
            url=TRANSFERS, url_args={'show': show}, page=read_page(str(page)), step=PAGE,
            total=Transfer.search_count(domain, limit=10_000))
        return request.render('channel_inventory.portal_transfers', {
            **self._channel_prepare_values('transfers'), 'show': show, 'pager': pager,
            'transfers': Transfer.search(domain, limit=PAGE, offset=pager['offset'])})

    @http.route(f'{TRANSFERS}/<int:transfer_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_transfer(self, transfer_id, **_kw):
        """One transfer: goods, both sides, why, and what the user may do with it now."""
        transfer_sudo = self._channel_get_transfer(transfer_id)
        return self._channel_render_transfer(transfer_sudo) if transfer_sudo else request.redirect(TRANSFERS)

    @http.route(
        f'{TRANSFERS}/<int:transfer_id>/<any({STEPS}):step>',
        type='http', auth='user', website=True, methods=['POST'])
    def channel_transfer_step(self, transfer_id, step, form_token='', **post):
        """A step of a transfer, a button at a time."""
        transfer_sudo = self._channel_get_transfer(transfer_id)
        if not transfer_sudo or step not in self._channel_get_steps(transfer_sudo) or not self._channel_take_form(
                form_token):
            return request.redirect(f'{TRANSFERS}/{transfer_id}' if transfer_sudo else TRANSFERS)
        try:
            with request.env.cr.savepoint():
                self._channel_take_transfer_step(transfer_sudo, step, post)
        except UserError as error:
            return self._channel_render_transfer(transfer_sudo, str(error), post)
        return request.redirect(f'{TRANSFERS}/{transfer_id}')

    @http.route(f'{TRANSFERS}/<int:transfer_id>/code', type='jsonrpc', auth='user', website=True)
    def channel_transfer_code(self, transfer_id, text='', codes=None, **_kw):
        """A code that is scanned out or in: its line and quantity, or why it is not counted. It changes nothing."""
        transfer_sudo = self._channel_get_transfer(transfer_id)
        may_count = transfer_sudo and self._channel_get_steps(transfer_sudo) & {'pack', 'receive'}
        codes = [] if codes is None else codes
        if not may_count or not is_list_of_codes(codes) or not is_list_of_codes([text]):
            return {'error': request.env._("Reload the page and scan again.")}
        return transfer_sudo._portal_judge_code(text, codes)

    @http.route(f'{TRANSFERS}/<int:transfer_id>/pdf', type='http', auth='user', website=True, methods=['GET'])
    def channel_transfer_pdf(self, transfer_id, **_kw):
        """The transfer note, as soon as the goods are reserved."""
        transfer_sudo = self._channel_get_transfer(transfer_id)
        if not transfer_sudo or not transfer_sudo.approved_at:
            return request.redirect(f'{TRANSFERS}/{transfer_id}' if transfer_sudo else TRANSFERS)
        return self._channel_show_document(transfer_sudo, 'channel_inventory.action_report_transfer')

    @http.route(f'{TRANSFERS}/bills', type='http', auth='user', website=True, methods=['GET'])
    def channel_transfer_bills(self, **_kw):
        """What the user's members owe others and are owed, for those who see money."""
        members_sudo = self._channel_get_members(FINANCE_ROLES)
        if not members_sudo:
            return request.redirect(TRANSFERS)
        return request.render('channel_inventory.portal_transfer_bills', {
            **self._channel_prepare_values('transfers'),
            'rows': request.env['channel.transfer.bill'].sudo()._portal_get_statement(members_sudo)})

    # --- helpers

    def _channel_get_waiting_domain(self):
        Transfer = request.env['channel.transfer'].sudo()
        payers = self._channel_get_members(FINANCE_ROLES)
        bills = Domain('bill_id', 'any', [
            ('state', '=', 'open'), '|', '&', ('giver_id', 'in', payers.ids), ('giver_confirmed_at', '=', False),
            '&', ('receiver_id', 'in', payers.ids), ('receiver_confirmed_at', '=', False)])
        return bills | Transfer._portal_get_waiting_domain(
            *map(self._channel_get_members, (ORDERING_ROLES, SHIPPING_ROLES, RECEIVING_ROLES)))

    def _channel_get_transfer(self, transfer_id):
        """A transfer of one of the user's members, or on which one decides, as superuser; empty where there is none."""
        Transfer = request.env['channel.transfer'].sudo()
        if not 0 < transfer_id <= MAX_ID:
            return Transfer
        return Transfer.search(
            Domain('id', '=', transfer_id) & Transfer._portal_get_domain(self._channel_get_members()))

    def _channel_get_steps(self, transfer_sudo):
        return transfer_sudo._portal_get_steps(*map(
            self._channel_get_members, (ORDERING_ROLES, SHIPPING_ROLES, RECEIVING_ROLES, FINANCE_ROLES)))

    def _channel_take_transfer_step(self, transfer_sudo, step, post):
        text = post.get('text', '').strip()[:TEXT]
        if step == 'agree':
            transfer_sudo._agree(transfer_sudo._portal_get_side(self._channel_get_members(ORDERING_ROLES)))
        elif step in ('confirm', 'dispute'):
            side = transfer_sudo._portal_get_side(self._channel_get_members(FINANCE_ROLES))
            transfer_sudo.bill_id._confirm(side) if step == 'confirm' else transfer_sudo.bill_id._dispute(text)
        elif step in ('refuse', 'cancel'):
            {'refuse': transfer_sudo._refuse, 'cancel': transfer_sudo._cancel}[step](text)
        elif step == 'approve':
            transfer_sudo._approve()
        elif step == 'ship':
            transfer_sudo._ship(*(post.get(name, '').strip()[:SHORT] for name in ('carrier', 'reference')))
        else:
            self._channel_take_count(transfer_sudo, step, post, text)

    def _channel_take_count(self, transfer_sudo, step, post, text):
        """What was scanned out or in: of each line what the form says, nothing else."""
        counted = {line.id: read_quantity(post.get(f'qty_{line.id}')) for line in transfer_sudo.line_ids}
        codes = list(read_json(post.get('codes', '')))
        if not is_list_of_codes(codes):
            raise UserError(request.env._("Reload the page and scan again."))
        if step == 'pack':
            return transfer_sudo._pack(counted, codes)
        return transfer_sudo._receive({
            key: (qty, read_quantity(post.get(f'damaged_{key}'))) for key, qty in counted.items()}, text, codes)

    def _channel_render_transfer(self, transfer_sudo, error=None, filled=None):
        side = transfer_sudo._portal_get_side(self._channel_get_members())
        other = transfer_sudo.giver_id if side == 'receiver' else transfer_sudo.receiver_id
        return request.render('channel_inventory.portal_transfer', {
            **self._channel_prepare_values('transfers'),
            'transfer': transfer_sudo,
            'side': side,
            'shows_money': self._channel_sees_money(transfer_sudo.giver_id | transfer_sudo.receiver_id),
            'city': transfer_sudo._portal_get_city(other),
            'steps': self._channel_get_steps(transfer_sudo),
            'codes': transfer_sudo._portal_get_codes(),
            'missing_codes': transfer_sudo._get_missing_codes(),
            'error': error,
            'filled': filled or {},
        })


def is_list_of_codes(texts):
    return isinstance(texts, list) and len(texts) <= MAX_CODES and all(
        isinstance(text, str) and 0 < len(text) <= MAX_LENGTH for text in texts)
