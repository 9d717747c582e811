from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import CLAIM_ROLES, CLAIM_VIEW_ROLES
from ..engine.parameters import read_number, read_numbers, read_page
from ..engine.tables import MAX_BYTES
from ..models.claims.channel_claim_line import WANTED_BY_KIND
from ..models.claims.channel_claim_photo import MAX_PHOTOS
from ..models.claims.channel_claim_portal import TEXT_LENGTH
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .downloads import download
from .quantities import read_quantity
from .receive import MAX_PARTS, SHORT_NOTE

CLAIMS = f'{HOME}/claims'
PAGE = 20
TEXT = 1000


class Claims(DealerCentre):
    """What a member claims of its deliveries, and what comes of it."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {
            **values, 'can_see_claims': bool(self._channel_get_members(CLAIM_VIEW_ROLES)),
            'can_claim': bool(self._channel_get_members(CLAIM_ROLES))}

    @http.route([CLAIMS, f'{CLAIMS}/page/<int:page>'], type='http', auth='user', website=True, methods=['GET'])
    def channel_claims(self, page=1, show='open', **_kw):
        """The claims of the user's members, and those from below that wait for its opinion."""
        members_sudo = self._channel_get_members(CLAIM_VIEW_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Claim = request.env['channel.claim'].sudo()
        show = show if show in ('open', 'closed', 'all') else 'open'
        domain = Claim._portal_get_domain(members_sudo, show)
        pager = portal_pager(
            url=CLAIMS, url_args={'show': show}, page=read_page(str(page)), step=PAGE,
            total=Claim.search_count(domain, limit=10_000))
        return request.render('distributor_portal.portal_claims', {
            **self._channel_prepare_values('claims'), 'pager': pager, 'show': show,
            'claims': Claim.search(domain, limit=PAGE, offset=pager['offset']),
            'to_review': Claim.search(
                Claim._portal_get_opinion_domain(self._channel_get_members(CLAIM_ROLES)), limit=PAGE)})

    @http.route(f'{CLAIMS}/new', type='http', auth='user', website=True, methods=['GET'])
    def channel_claim_new(self, delivery='', order='', **_kw):
        """Choose the delivery, then say what is wrong with it or what goes back."""
        members_sudo = self._channel_get_members(CLAIM_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        picking_sudo = self._channel_get_delivery(read_number(delivery))
        if picking_sudo:
            return self._channel_render_claim_form(picking_sudo)
        return request.render('distributor_portal.portal_claim_choose', {
            **self._channel_prepare_values('claims'),
            'deliveries': members_sudo._portal_get_claimable(read_number(order))})

    @http.route(
        f'{CLAIMS}/new', type='http', auth='user', website=True, methods=['POST'], max_form_parts=MAX_PARTS)
    def channel_claim_create(self, delivery='', form_token='', text='', **post):
        """Send a claim: of each product what `_channel_read_claim` reads, nothing else."""
        picking_sudo = self._channel_get_delivery(read_number(delivery))
        if not picking_sudo or not self._channel_take_form(form_token):
            return request.redirect(CLAIMS)
        try:
            with request.env.cr.savepoint():
                claim = request.env['channel.claim'].sudo()._portal_create(
                    picking_sudo, self._channel_read_claim(picking_sudo, post), text.strip()[:TEXT_LENGTH])
        except UserError as error:
            return self._channel_render_claim_form(picking_sudo, str(error), {**post, 'text': text})
        return request.redirect(f'{CLAIMS}/{claim.id}')

    @http.route(f'{CLAIMS}/<int:claim_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_claim(self, claim_id, **_kw):
        """One claim: what was claimed, its photos, what was said and decided, what comes of it."""
        claim_sudo = self._channel_get_claim(claim_id)
        return self._channel_render_claim(claim_sudo) if claim_sudo else request.redirect(CLAIMS)

    @http.route(
        f'{CLAIMS}/<int:claim_id>/<any(send, withdraw, agree, object, message, tracking, photos, opinion):step>',
        type='http', auth='user', website=True, methods=['POST'])
    def channel_claim_step(self, claim_id, step, form_token='', text='', opinion='', **post):
        """What a member does with its claim, a button at a time."""
        claim_sudo = self._channel_get_claim(claim_id, CLAIM_ROLES)
        is_own = claim_sudo.member_id in self._channel_get_members(CLAIM_ROLES)
        if not claim_sudo or is_own != (step != 'opinion') or not self._channel_take_form(form_token):
            return request.redirect(f'{CLAIMS}/{claim_id}' if claim_sudo else CLAIMS)
        try:
            with request.env.cr.savepoint():
                self._channel_take_step(claim_sudo, step, text.strip()[:TEXT], opinion, post)
        except UserError as error:
            return self._channel_render_claim(claim_sudo, str(error), post)
        return request.redirect(f'{CLAIMS}/{claim_id}')

    # --- photos

    @http.route(f'{CLAIMS}/photos', type='http', auth='user', methods=['POST'])
    def channel_photo_add(self, delivery='', product='', photo=None, shown='', **_kw):
        """Take in one photo before the form that it belongs to, beside those shown there. Answers in JSON."""
        picking_sudo = self._channel_get_delivery(read_number(delivery))
        products = picking_sudo._channel_get_shipped() if picking_sudo else {}
        chosen = next((one for one in products if str(one.id) == product), None)
        if not chosen or not hasattr(photo, 'read'):
            return request.make_json_response({'error': request.env._("There is no such delivery.")})
        try:
            kept = request.env['channel.claim.photo']._add(
                picking_sudo, chosen, photo.read(MAX_BYTES + 1), read_numbers(shown.split(',')[:MAX_PHOTOS]))
        except UserError as error:
            return request.make_json_response({'error': str(error)})
        return request.make_json_response({'id': kept.id, 'url': f'{CLAIMS}/photos/{kept.id}'})

    @http.route(f'{CLAIMS}/photos/<int:photo_id>', type='http', auth='user', methods=['GET'])
    def channel_photo(self, photo_id, **_kw):
        """A photo of a claim that the user may see, or one that it has just sent."""
        Photo = request.env['channel.claim.photo'].sudo()
        photo_sudo = Photo.search([
            ('id', '=', photo_id), '|', ('claim_id', 'any', self._channel_get_claims_domain()),
            '&', ('claim_id', '=', False), ('user_id', '=', request.env.uid)]) if photo_id <= MAX_ID else Photo
        if not photo_sudo:
            return request.redirect(CLAIMS)
        return download(photo_sudo._get_content(), photo_sudo.name, 'image/jpeg', cache='private, max-age=3600')

    # --- helpers

    def _channel_get_claims_domain(self, roles=CLAIM_VIEW_ROLES):
        """Claims of the user's members, and those from right below that wait for its opinion."""
        Claim = request.env['channel.claim'].sudo()
        return Domain.OR([
            Claim._portal_get_domain(self._channel_get_members(roles)),
            Claim._portal_get_opinion_domain(self._channel_get_members(CLAIM_ROLES))])

    def _channel_get_claim(self, claim_id, roles=CLAIM_VIEW_ROLES):
        """A claim that the user may see, as superuser; empty where there is none for it."""
        Claim = request.env['channel.claim'].sudo()
        if not 0 < claim_id <= MAX_ID:
            return Claim
        return Claim.search(Domain('id', '=', claim_id) & self._channel_get_claims_domain(roles))

    def _channel_take_step(self, claim_sudo, step, text, opinion, post):
        if step == 'photos':
            claim_sudo._portal_add_photos({
                product.id: self._channel_read_photos(claim_sudo.picking_id, product, post)
                for product in claim_sudo.line_ids.product_id})
        elif step == 'opinion':
            claim_sudo._give_opinion(opinion if opinion in ('supports', 'doubts') else 'doubts', text)
        elif step in ('object', 'message', 'tracking'):
            {'object': claim_sudo._object, 'message': claim_sudo._portal_write,
             'tracking': claim_sudo._portal_track}[step](text)
        else:
            {'send': claim_sudo._send, 'withdraw': claim_sudo._withdraw, 'agree': claim_sudo._agree}[step]()

    def _channel_read_claim(self, picking_sudo, post):
        """The lines of the form that ask for something. :raise UserError: what cannot be read"""
        reasons = self._channel_get_reasons()
        lines = []
        for product in picking_sudo._channel_get_shipped():
            qty, kind = read_quantity(post.get(f'qty_{product.id}')), post.get(f'kind_{product.id}', '')
            if not qty:
                continue
            wanted, reason = post.get(f'wanted_{product.id}', ''), post.get(f'reason_{product.id}', '')
            if kind not in WANTED_BY_KIND:
                raise UserError(request.env._("%s: say what is wrong.", product.display_name))
            lines.append({
                'product': product, 'kind': kind, 'qty': qty,
                'wanted': wanted if wanted in WANTED_BY_KIND[kind] else '',
                'reason': read_number(reason) if read_number(reason) in reasons.ids else False,
                'note': post.get(f'note_{product.id}', '').strip()[:SHORT_NOTE],
                'photos': self._channel_read_photos(picking_sudo, product, post)})
        return lines

    def _channel_render_claim_form(self, picking_sudo, error=None, filled=None):
        left = request.env['channel.claim.counter'].sudo()._get_left(picking_sudo)
        return request.render('distributor_portal.portal_claim_new', {
            **self._channel_prepare_values('claims'),
            'picking': picking_sudo,
            'left': {product.id: qty for (product, is_surplus), qty in left.items() if not is_surplus},
            'lines': self._channel_describe_shipped(picking_sudo),
            'kinds': request.env['channel.claim.line']._fields['kind']._description_selection(request.env),
            'wanted': request.env['channel.claim'].sudo()._portal_get_wanted(),
            'reasons': self._channel_get_reasons(),
            'policies': request.env['channel.claim.policy']._get_policies(picking_sudo.company_id),
            'max_photos': MAX_PHOTOS,
            'error': error,
            'filled': filled or {},
            'kept_photos': self._channel_find_kept_photos(picking_sudo, filled or {}),
        })

    def _channel_find_kept_photos(self, picking_sudo, filled):
        """{product id: numbers of its photos, by commas} that a refused form has named and that still wait."""
        return {
            product.id: ','.join(map(str, request.env['channel.claim.photo']._find_waiting(
                picking_sudo, read_numbers(filled[f'photo_{product.id}'].split(',')[:MAX_PHOTOS])).ids))
            for product in picking_sudo._channel_get_shipped() if filled.get(f'photo_{product.id}')}

    def _channel_render_claim(self, claim_sudo, error=None, filled=None):
        is_own = claim_sudo.member_id in self._channel_get_members(CLAIM_ROLES)
        return request.render('distributor_portal.portal_claim', {
            **self._channel_prepare_values('claims'),
            'claim': claim_sudo,
            'is_own': is_own,
            'shows_money': self._channel_sees_money(claim_sudo.member_id),
            'gives_opinion': not is_own and claim_sudo.state == 'upstream',
            'can_object': is_own and claim_sudo._can_object(),
            'can_add_photos': is_own and claim_sudo.state in ('draft', 'upstream', 'sent'),
            'can_withdraw': is_own and claim_sudo.state in ('draft', 'upstream', 'sent'),
            'kept_photos': self._channel_find_kept_photos(claim_sudo.picking_id, filled or {}),
            'open_returns': claim_sudo.return_ids.filtered(lambda one: one.state not in ('done', 'cancel')),
            'max_photos': MAX_PHOTOS,
            'error': error,
        })
