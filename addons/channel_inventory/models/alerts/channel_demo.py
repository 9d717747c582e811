from datetime import datetime, time, timedelta

from odoo import api, models

POLICIES = [
    # name, where, what, values
    ("酸奶在门店 Yoghurt at stores", 'store', 'distributor_portal.demo_category_yoghurt', {
        'method': 'service', 'service': 97, 'lead_days': 4, 'lead_deviation': 1, 'cover_days': 14}),
    ("门店 Stores", 'store', None, {'days': 14, 'lead_days': 4, 'cover_days': 14}),
    ("代理商 Agents", 'agent', None, {'days': 5, 'lead_days': 3, 'cover_days': 10}),
]
# What goes on elsewhere: the fourth dealer sells on a part of what it gets, two counts miss it.
LEAK = ('D0004', 'YOG-B-200', ((17, 90), (5, 75)))


class ChannelDemo(models.AbstractModel):
    """Policies, a dealer whose goods leak, and what all that comes to."""

    _inherit = 'channel.demo'

    @api.model
    def _load(self):
        is_new = super()._load()
        if is_new:
            self._load_alerts()
        return is_new

    @api.model
    def _load_alerts(self):
        """What the stories before come to."""
        self._load_policies()
        company = self.env.ref('base.main_company')
        company.channel_watcher_ids |= self.env.ref('distributor_portal.demo_user_hq')
        self.env['channel.alert'].sudo()._evaluate_all(company)
        self._load_decisions()

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_leak(members)
        return result

    @api.model
    def _load_leak(self, members):
        code, sku, counts = LEAK
        today = self.env.company._channel_get_today()
        product = self.env['product.product'].search([('default_code', '=', sku)])
        self.env['channel.stock.entry']._post([{
            'member_id': members[code].id, 'product_id': product.id, 'kind': 'adjustment', 'from_state': 'available',
            'to_state': None, 'qty': missing, 'occurred_at': datetime.combine(today - timedelta(ago), time(13)),
            'source': 'count', 'external_key': f'leak {code} {sku} {ago}'} for ago, missing in counts])

    @api.model
    def _load_policies(self):
        tiers = {tier.code: tier for tier in self.env['channel.tier'].search([])}
        policies = self.env['channel.stock.policy'].create([{
            'name': name, 'tier_id': tiers[tier].id, **values,
            'categ_id': (categ := what and self.env.ref(what, raise_if_not_found=False)) and categ.id,
        } for name, tier, what, values in POLICIES])
        policies.action_try()

    @api.model
    def _load_decisions(self):
        """Somebody has looked at some of it."""
        Alert = self.env['channel.alert'].sudo()
        today = self.env.company._channel_get_today()
        slow = Alert.search([('kind', '=', 'slow'), ('state', '=', 'open')], limit=2)
        for alert in slow[:1]:
            alert._snooze(today + timedelta(14), "代理商在做促销 The agent runs a promotion")
        for alert in slow[1:]:
            alert._ignore("季节品，明年再卖 Seasonal goods, sold again next year")
