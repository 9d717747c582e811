import re

from odoo import http
from odoo.http import request

from odoo.addons.distributor_portal.const import ORDERING_ROLES, RECEIVING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.home import ChannelHome
from odoo.addons.distributor_portal.controllers.pad import OrderPad
from odoo.addons.distributor_portal.engine.parameters import read_page
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import COUNT_ROLES

ALERTS = f'{HOME}/alerts'
PAGE = 20
SHOWS = ('all', 'low', 'much', 'other')
LOW = re.compile(r'low(?:-(?P<id>[1-9][0-9]{0,9}))?', re.ASCII)


class Alerts(DealerCentre):
    """What somebody at a member should know of its stock, and what to do about it."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'sees_alerts': bool(self._channel_get_members(RECEIVING_ROLES))}

    @http.route([ALERTS, f'{ALERTS}/page/<int:page>'], type='http', auth='user', website=True, methods=['GET'])
    def channel_alerts(self, page=1, show='all', **_kw):
        """What runs low, does not sell, expires or is less than none, the most urgent first."""
        members_sudo = self._channel_get_members(RECEIVING_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Alert = request.env['channel.alert'].sudo()
        show = show if show in SHOWS else 'all'
        counts = Alert._portal_count(members_sudo)
        pager = portal_pager(
            url=ALERTS, url_args={'show': show}, page=read_page(str(page)), step=PAGE, total=counts[show])
        return request.render('channel_inventory.portal_alerts', {
            **self._channel_prepare_values('alerts'), 'pager': pager, 'show': show, 'counts': counts,
            'orders_for': self._channel_get_member(ORDERING_ROLES), 'counts_for': self._channel_get_member(COUNT_ROLES),
            'alerts': Alert.search(
                Alert._portal_get_domain(members_sudo, show), limit=PAGE, offset=pager['offset'])})


class AlertPad(OrderPad):
    """The order pad, filled with what runs low."""

    def _channel_get_prefill(self, member_sudo, again):
        """Override to fill it with what runs low: all of it ('low'), or one product ('low-ID')."""
        asked = LOW.fullmatch(again)
        if not asked:
            return super()._channel_get_prefill(member_sudo, again)
        product_id = int(asked['id'] or 0)
        return member_sudo._portal_get_low(product_id) if product_id <= MAX_ID else []


class AlertHome(ChannelHome):

    def _channel_prepare_home(self, member_sudo, tasks):
        """Override to offer what runs low: counted with the member, which costs no query."""
        values = super()._channel_prepare_home(member_sudo, tasks)
        orders = member_sudo in self._channel_get_members(ORDERING_ROLES)
        return {**values, 'low_count': member_sudo.channel_low_count if orders else 0}
