from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.const import ORDERING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.quantities import read_quantity

from .transfers import SHORT, TRANSFERS

OFFERS = f'{TRANSFERS}/offers'
MAX_DISCOUNT = 100
SHOWN = 200  # positions; a search finds the others
SEARCH_LENGTH = 80


class Offers(DealerCentre):
    """What members offer each other by themselves."""

    @http.route(OFFERS, type='http', auth='user', website=True, methods=['GET'])
    def channel_offers(self, **_kw):
        """Offers near the member for which the user acts, and its own."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        Offer = request.env['channel.offer'].sudo()
        return request.render('channel_inventory.portal_offers', {
            **self._channel_prepare_values('transfers'), 'near': Offer._portal_get_near(member_sudo),
            'own': Offer.search([('member_id', '=', member_sudo.id), ('state', '=', 'open')])})

    @http.route(f'{OFFERS}/new', type='http', auth='user', website=True, methods=['GET'])
    def channel_offer_new(self, search='', **_kw):
        """What the member has, what it has too much of first."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        return self._channel_render_offer_form(member_sudo, search) if member_sudo else request.redirect(HOME)

    @http.route(f'{OFFERS}/new', type='http', auth='user', website=True, methods=['POST'])
    def channel_offer_create(self, form_token='', search='', **post):
        """Offer what the form names: a quantity for each product and lot, one discount and a note for all."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(OFFERS if member_sudo else HOME)
        try:
            with request.env.cr.savepoint():
                self._channel_make_offers(member_sudo, post)
        except UserError as error:
            return self._channel_render_offer_form(member_sudo, search, str(error), post)
        return request.redirect(OFFERS)

    @http.route(f'{OFFERS}/<int:offer_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_offer(self, offer_id, **_kw):
        """One offer: one's own, or one that the member may ask for."""
        offer_sudo, km = self._channel_get_offer(offer_id)
        return self._channel_render_offer(offer_sudo, km) if offer_sudo else request.redirect(OFFERS)

    @http.route(
        f'{OFFERS}/<int:offer_id>/<any(ask, withdraw):step>', type='http', auth='user', website=True, methods=['POST'])
    def channel_offer_step(self, offer_id, step, form_token='', qty='', **_kw):
        """Ask for some of another's offer, or withdraw one's own."""
        offer_sudo, km = self._channel_get_offer(offer_id)
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        is_own = offer_sudo.member_id == member_sudo
        if not offer_sudo or is_own != (step == 'withdraw') or not self._channel_take_form(form_token):
            return request.redirect(f'{OFFERS}/{offer_id}' if offer_sudo else OFFERS)
        try:
            with request.env.cr.savepoint():
                asked = offer_sudo._withdraw() if is_own else offer_sudo._ask(member_sudo, read_quantity(qty))
        except UserError as error:
            return self._channel_render_offer(offer_sudo, km, str(error), qty)
        return request.redirect(f'{TRANSFERS}/{asked.id}' if asked else OFFERS)

    # --- helpers

    def _channel_get_offer(self, offer_id):
        """(an offer of the member's own, or one that it may ask for, as superuser, how far away); else empty"""
        Offer = request.env['channel.offer'].sudo()
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or not 0 < offer_id <= MAX_ID:
            return Offer, None
        own = Offer.search([('id', '=', offer_id), ('member_id', '=', member_sudo.id)])
        return (own, None) if own else next(iter(Offer._portal_get_near(member_sudo, offer_id)), (Offer, None))

    def _channel_make_offers(self, member_sudo, post):
        """:raise UserError: nothing is named, or something of it cannot be offered"""
        discount = read_quantity(post.get('discount'))
        if discount > MAX_DISCOUNT:
            raise UserError(request.env._("A discount lies between 0 and 100 %."))
        Offer = request.env['channel.offer'].sudo()
        values = [{
            'member_id': member_sudo.id, 'product_id': row['product'].id, 'lot_id': row['lot'].id, 'qty': qty,
            'discount': discount, 'note': post.get('note', '').strip()[:SHORT] or False,
        } for row in Offer._portal_get_offerable(member_sudo)
            if (qty := read_quantity(post.get(f"qty_{row['product'].id}_{row['lot'].id or 0}")))]
        if not values:
            raise UserError(request.env._("Say how much of what you offer."))
        return Offer.create(values)

    def _channel_render_offer_form(self, member_sudo, search, error=None, filled=None):
        search = search.strip()[:SEARCH_LENGTH] if isinstance(search, str) else ''
        rows = request.env['channel.offer'].sudo()._portal_get_offerable(member_sudo, search)
        return request.render('channel_inventory.portal_offer_new', {
            **self._channel_prepare_values('transfers'), 'acting': member_sudo, 'error': error, 'filled': filled or {},
            'search': search, 'rows': rows[:SHOWN], 'has_more': len(rows) > SHOWN})

    def _channel_render_offer(self, offer_sudo, km, error=None, qty=''):
        return request.render('channel_inventory.portal_offer', {
            **self._channel_prepare_values('transfers'), 'offer': offer_sudo, 'km': km, 'error': error, 'qty': qty,
            'is_own': offer_sudo.member_id == self._channel_get_member(ORDERING_ROLES)})
