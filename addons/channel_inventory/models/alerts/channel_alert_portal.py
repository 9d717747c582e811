from odoo import api, models
from odoo.fields import Domain

from .channel_alert import LOW_KINDS, MEMBER_KINDS


class ChannelAlert(models.Model):
    """What a member sees of its alerts. The callers have checked who asks."""

    _inherit = 'channel.alert'

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members, show='all'):
        """Live ones of the members' own. What headquarters has snoozed is still the member's to know."""
        domain = (
            Domain('member_id', 'in', members.ids) & Domain('is_live', '=', True) & Domain('state', '!=', 'ignored')
            & Domain('kind', 'in', MEMBER_KINDS))
        if show == 'low':
            return domain & Domain('kind', 'in', LOW_KINDS)
        if show == 'much':
            return domain & Domain('kind', 'in', ('slow', 'expiry'))
        if show == 'other':
            return domain & Domain('kind', 'not in', (*LOW_KINDS, 'slow', 'expiry'))
        return domain

    @api.model
    def _portal_count(self, members):
        """{show: how many}, in one query."""
        counts = dict(self._read_group(self._portal_get_domain(members), ['kind'], ['__count']))
        low = sum(counts.get(kind, 0) for kind in LOW_KINDS)
        much = sum(counts.get(kind, 0) for kind in ('slow', 'expiry'))
        return {'all': sum(counts.values()), 'low': low, 'much': much, 'other': sum(counts.values()) - low - much}
