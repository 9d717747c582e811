from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.quantities import read_quantity
from odoo.addons.distributor_portal.utils import to_decimal

from ..const import INSPECTION_ROLES
from ..models.ledger.channel_stock_entry import DIGITS

INSPECTION = f'{HOME}/inspection'
SHORT_NOTE = 200
MAX_SHOWN = 200


class Inspection(DealerCentre):
    """What came in and is looked at before it is sold."""

    @http.route(INSPECTION, type='http', auth='user', website=True, methods=['GET'])
    def channel_inspection(self, **_kw):
        """What waits to be looked at."""
        members_sudo = self._channel_get_members(INSPECTION_ROLES)
        return self._channel_render_inspection(members_sudo) if members_sudo else request.redirect(HOME)

    @http.route(f'{INSPECTION}/<int:stock_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_inspection_submit(self, stock_id, passed='', failed='', note='', form_token='', **_kw):
        """So much is good, so much is not; the rest still waits."""
        stock_sudo = self._channel_get_inspected(stock_id)
        if not stock_sudo or not self._channel_take_form(form_token):
            return request.redirect(INSPECTION)
        try:
            with request.env.cr.savepoint():
                stock_sudo._portal_inspect(
                    read_count(passed) or 0, read_count(failed) or 0, note.strip()[:SHORT_NOTE])
        except UserError as error:
            return self._channel_render_inspection(
                self._channel_get_members(INSPECTION_ROLES), error=str(error), wrong=stock_sudo)
        return request.redirect(INSPECTION)

    def _channel_get_inspected(self, stock_id):
        """A position of one of the user's own members, as superuser; empty where there is none for it."""
        Stock = request.env['channel.stock'].sudo()
        members_sudo = self._channel_get_members(INSPECTION_ROLES)
        if not 0 < stock_id <= MAX_ID or not members_sudo:
            return Stock
        return Stock.search(Stock._portal_get_inspections_domain(members_sudo) & Domain('id', '=', stock_id))

    def _channel_render_inspection(self, members_sudo, error=None, wrong=None):
        Stock = request.env['channel.stock'].sudo()
        return request.render('channel_inventory.portal_inspection', {
            **self._channel_prepare_values('inspection'),
            'positions': Stock.search(Stock._portal_get_inspections_domain(members_sudo), limit=MAX_SHOWN),
            'several': len(members_sudo) > 1,
            'error': error,
            'wrong': wrong,
        })


def read_count(text):
    """A count as a person types it, None where nothing is.

    :raise UserError: it is none
    """
    text = text.strip()
    return to_decimal(read_quantity(text), DIGITS) if text else None
