from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

PALLET_CASES = 40
# Two dealers that somebody entered a second time, in another spelling.
TWINS = {'D0003': 'D9001', 'D0014': 'D9002'}


class ChannelDemo(models.AbstractModel):
    """Master data to look at: pallets, pack rules, the same dealer twice, segments by rule."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_pallets()
        self._load_pack_rules()
        self._load_twins(members)
        self._load_segments(members)
        return result

    @api.model
    def _load_pallets(self):
        """A pallet of forty cases for every product, a GTIN-14 for each; what the cases weigh; extension codes."""
        products = self.env['product.product'].search([('barcode', '=like', '6900000%')], order='default_code')
        cases = products.uom_ids.filtered(lambda unit: unit.channel_code == 'case')
        pallets = self.env['uom.uom'].create([{
            'name': f"Pallet of {PALLET_CASES} × {case.relative_factor:g}",
            'relative_uom_id': case.id,
            'relative_factor': PALLET_CASES,
            'channel_code': 'pallet',
        } for case in cases])
        self._translate({
            pallet: f"托盘（{PALLET_CASES} 箱 × {case.relative_factor:g}）"
            for pallet, case in zip(pallets, cases, strict=True)})
        by_case = dict(zip(cases, pallets, strict=True))
        for product in products:
            product.weight = self._guess_weight(product.name)
            product.uom_ids = [Command.link(by_case[case].id) for case in product.uom_ids & cases]
        products._channel_generate_pack_gtins()
        for pack in products.product_uom_ids:
            pack.channel_weight = round(pack.channel_item_qty * pack.product_id.weight * 1.04, 2)
        products._channel_generate_extension_codes()

    @api.model
    def _guess_weight(self, name):
        """Whole Milk 250 ml → 0.25 kg; what is counted in pieces weighs little."""
        words = name.replace(",", " ").split()
        number, unit = words[-2:]
        factor = {'g': .001, 'ml': .001, 'kg': 1, 'l': 1}.get(unit)
        return float(number) * factor if factor and number.isdigit() else .1

    @api.model
    def _load_pack_rules(self):
        """Stores buy health goods by the item, at most 48; agents take whole cases of drinks."""
        tiers = {tier.code: tier for tier in self.env['channel.tier'].search([('active', '=', True)])}
        health, drinks = (self.env.ref(f'distributor_portal.demo_category_{name}') for name in ('health', 'drinks'))
        self.env['channel.pack.rule'].create([
            {'tier_id': tiers['store'].id, 'categ_id': health.id, 'max_qty': 480, 'note': "Scarce"},
            {'tier_id': tiers['agent'].id, 'categ_id': drinks.id, 'level': 'case', 'multiple_qty': 1,
             'note': "Agents' warehouses take whole cases"},
        ])

    @api.model
    def _load_twins(self, members):
        for code, twin in TWINS.items():
            member = members[code]
            company = member.partner_id
            chinese = company.name.partition(' ')[0]
            city, name = chinese[:2], chinese[2:].removesuffix('有限公司')
            partner = self.env['res.partner'].create({
                'name': f"{name}（{city}）",
                'is_company': True,
                'street': (company.street or '').replace(" 号", "号"),
                'phone': (company.phone or '').replace("+86 ", "").replace(" ", "-"),
                'country_id': company.country_id.id,
            })
            self.env['channel.member'].create({
                'code': twin, 'partner_id': partner.id, 'tier_id': member.tier_id.id,
                'upstream_id': member.upstream_id.id, 'street_id': member.street_id.id,
                'pricelist_id': member.pricelist_id.id})
        self.env['channel.duplicate']._find(self.env.company)

    @api.model
    def _load_segments(self, members):
        """One rule for all; one dealer that its manager keeps VIP by hand."""
        rule = self.env.ref('distributor_portal.channel_segment_rule_default')
        rule.write({'active': True, 'company_id': self.env.company.id, 'vip_share': .1, 'vip_orders': 2,
                    'core_share': .5, 'core_orders': 1})
        rule._apply(rule._find_moves())
        members['D0001'].segment = 'vip'
        self._load_snapshots()

    @api.model
    def _load_snapshots(self):
        """Eight weeks in which the data got better, so that the trend shows something."""
        checks = self.env['channel.quality.check'].search([('active', '=', True)])
        today = fields.Date.context_today(self)
        self.env['channel.quality.snapshot'].create([{
            'check_id': check.id,
            'company_id': self.env.company.id,
            'date': today - timedelta(weeks=weeks),
            'bad_count': min(check.bad_count + weeks * (1 + check.id % 3), check.total_count),
            'total_count': check.total_count,
            'bad_rate': min(check.bad_count + weeks, check.total_count) / (check.total_count or 1),
        } for check in checks for weeks in range(8, 0, -1)])
