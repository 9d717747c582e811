from odoo import api, fields, models

from ...engine import claims as engine


class ChannelClaim(models.Model):
    """Members that claim far more than their tier are a signal for the analysts of cases."""

    _inherit = 'channel.claim'

    # === CRON === #

    @api.model
    def _cron_watch(self):
        """Raise a signal, once a month, for each member whose claims are far out."""
        violation = self.env.ref('distributor_portal.channel_violation_claims', raise_if_not_found=False)
        if not violation:
            return
        month = fields.Date.context_today(self).strftime('%Y-%m')
        members = self.sudo().search([('state', 'not in', ('draft', 'withdrawn'))]).member_id
        rates, tiers = self._get_rates('member_id', members), self._get_rates('tier_id', members.tier_id)
        none = engine.Rate(0, 0)
        self.env['channel.signal'].sudo()._raise([{
            'key': f'claims:{member.id}:{month}',
            'cause': f'claims:{member.id}',
            'name': self.env._(
                "%(claims)s claims in %(receipts)s receipts", claims=rates[member.id].claims,
                receipts=rates[member.id].receipts),
            'violation_id': violation.id,
            'company_id': member.company_id.id,
            'member_id': member.id,
            'source': 'other',
            'score': 40,
        } for member in members if rates[member.id].is_far_out(tiers.get(member.tier_id.id, none))])
