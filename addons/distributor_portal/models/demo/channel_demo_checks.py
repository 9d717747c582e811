from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ...utils import Origin

# The rules that a new installation leaves switched off, as the maker of the demo uses them.
RULES = {
    'floor': ('approve', {}), 'discount': ('approve', {'max_discount': 0.6}),
    'split': ('warn', {'duplicate_hours': 4}), 'account': ('approve', {'large_amount': 2_000_000.0}),
    'origin': ('warn', {'max_members': 3}), 'travel': ('signal', {}),
}
LINE = '203.0.113.{}'


class ChannelDemo(models.AbstractModel):
    """Orders that the rules against diversion stop at: one held for its discount, one overridden, one sent twice."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        for code, (lane, params) in RULES.items():
            self.env.ref(f'distributor_portal.channel_rule_{code}').write(
                {'active': True, 'lane': lane, 'params': params})
        self.env.ref('distributor_portal.demo_user_hq').group_ids = [
            Command.link(self.env.ref('distributor_portal.group_channel_override').id)]
        self._load_limits()
        self._load_discounted(members)
        self._load_sent_twice()
        self._load_one_line(members)
        self.env['channel.verdict.seal']._seal()
        return result

    @api.model
    def _load_limits(self):
        """A floor, a product for one region, and an office that several members share."""
        guangdong = self.env['channel.territory'].search([('code', '=', '44')])
        product = self.env['product.product'].search([('default_code', '=', 'SNK-W-120')])
        product.product_tmpl_id.channel_territory_ids = guangdong
        category = self.env.ref('distributor_portal.demo_category_yoghurt')
        self.env['channel.price.floor'].create({
            'categ_id': category.id, 'price': 1, 'reason': "成本底线 Never below cost", 'date_from': '2026-01-01'})
        self.env['channel.shared.network'].create({
            'name': "广州食品批发市场 Guangzhou food market hall", 'cidr': '198.51.100.0/24'})

    @api.model
    def _load_discounted(self, members):
        """A clerk gives too much: the first order waits, the second was let pass with a reason."""
        for code, discount, reason in (('D0002', 70, None), ('D0003', 65, "新店开业促销 Opening of a new shop")):
            order = self._prepare_by_hand(members[code], 'DRK-W-550', 240, discount)
            order.action_channel_check()
            verdicts = order.channel_current_verdict_ids.filtered(lambda verdict: verdict.decision == 'approve')
            if reason and verdicts:
                self.env['channel.override.wizard'].with_env(order.env).create({
                    'verdict_ids': verdicts.ids, 'reason': reason,
                    'date_to': fields.Date.today() + timedelta(days=30),
                }).action_override()

    @api.model
    def _prepare_by_hand(self, member, sku, qty, discount):
        product = self.env['product.product'].search([('default_code', '=', sku)])
        return self._as('hq')['sale.order'].create({
            'partner_id': member.partner_id.id,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': qty, 'discount': discount})],
        })

    @api.model
    def _load_sent_twice(self):
        """The dealer's buyer taps twice on two telephones: the second order is warned about."""
        for number in ('P-2001', 'P-2002'):
            self._take_in_from(LINE.format(1), 'dealer', number, 'D0001', 'DRK-T-500', 48)

    @api.model
    def _load_one_line(self, members):
        """Three dealers of one city order over one line within the hour."""
        for number, code in enumerate(('D0005', 'D0006'), 2):
            self._take_in_from(LINE.format(number), 'dealer', f'P-200{number + 1}', code, 'DRK-W-550', 240)

    @api.model
    def _take_in_from(self, ip, login, number, member, sku, qty):
        orders = self._as(login)['sale.order'].with_context(channel_origin=Origin(ip))
        orders._channel_take_in(
            [{'external_id': number, 'member': member, 'lines': [{'sku': sku, 'qty': qty}]}], source='portal')
