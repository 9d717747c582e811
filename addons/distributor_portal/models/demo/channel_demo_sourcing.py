from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

HAUL, EXPRESS = "禾运干线 Heyun Line Haul", "同城急送 City Express"
# Warehouse code → parcels a day of the line haul. The others have room enough for whatever comes.
ROOM = {'SHE': 40, 'XIA': 60}
ROUND_THE_CLOCK = 'GZH'


class ChannelDemo(models.AbstractModel):
    """How the demo channel ships: two carriers, an order in two parcels, an urgent one."""

    _inherit = 'channel.demo'

    @api.model
    def _load_warehouses(self, company):
        """Override to give them hours and carriers before the first order comes."""
        warehouses = super()._load_warehouses(company)
        by_code = {warehouse.code: warehouse for warehouse in warehouses}
        warehouses.channel_tz = 'Asia/Shanghai'
        # One that works day and night, so that the demo's urgent order is urgent whenever it is loaded.
        by_code[ROUND_THE_CLOCK].write({
            'channel_open_sunday': True, 'channel_cut_off': 18.0,
            'channel_urgent_from': 0.0, 'channel_urgent_until': 24.0})
        self._load_carriers(company, by_code)
        new_year = fields.Date.to_date('2027-02-05')
        self.env['channel.closing'].create({
            'name': "春节 Spring Festival", 'company_id': company.id,
            'date_from': new_year, 'date_to': new_year + timedelta(days=6)})
        self.env.ref('distributor_portal.channel_tier_dealer').may_order_urgently = True
        return warehouses

    @api.model
    def _load_carriers(self, company, warehouses):
        province = self.env['channel.territory'].search([('code', '=', '44')])
        self.env['channel.carrier'].create([{
            'name': HAUL,
            'company_id': company.id,
            'phone': "+86 140 0000 0001",
            'tracking_url': 'https://track.example.com/haul?no={ref}',
            'rate_ids': [
                Command.create({'parcel_price': 12, 'km_price': .02, 'lead_days': 1, 'km_per_day': 600}),
                Command.create({
                    'warehouse_id': warehouses[ROUND_THE_CLOCK].id, 'territory_id': province.id,
                    'parcel_price': 9, 'km_price': .02, 'lead_days': 1, 'km_per_day': 0}),
            ],
            'capacity_ids': [
                Command.create({
                    'warehouse_id': warehouses[code].id, 'daily_parcels': parcels, 'busy_from': parcels // 2,
                    'busy_surcharge': 3})
                for code, parcels in ROOM.items()],
        }, {
            'name': EXPRESS,
            'company_id': company.id,
            'phone': "+86 140 0000 0002",
            'takes_urgent': True,
            'tracking_url': 'https://track.example.com/express?no={ref}',
            'rate_ids': [Command.create({
                'warehouse_id': warehouses[ROUND_THE_CLOCK].id, 'territory_id': province.id,
                'parcel_price': 60, 'km_price': .5, 'lead_days': 0, 'km_per_day': 0})],
            'capacity_ids': [Command.create({
                'warehouse_id': warehouses[ROUND_THE_CLOCK].id, 'daily_parcels': 20, 'urgent_parcels': 20})],
        }])

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_split_order(members['D0001'])
        self.env['sale.order'].with_env(self._as('dealer'))._channel_take_in([{
            'external_id': 'P-2702', 'member': 'D0001', 'urgent': True,
            'lines': [{'sku': 'YOG-B-200', 'qty': 24}, {'sku': 'MLK-W-250', 'qty': 48}],
        }], source='portal')
        return result

    @api.model
    def _load_split_order(self, member):
        """An order that no warehouse has all of: one parcel has left, the other is being prepared."""
        order = self.env['sale.order'].with_env(self._as('dealer'))
        answer = order._channel_take_in([{
            'external_id': 'P-2701', 'member': member.code,
            'lines': [
                {'sku': product.default_code, 'qty': max(product.channel_multiple_qty, product.channel_min_qty, 1)}
                for product in self._find_nowhere_together()],
        }], source='portal')[0]
        picking = order.browse(answer['order_id']).channel_parcel_ids[:1].picking_ids.with_env(self._as('hq'))
        if picking.state != 'assigned':
            return
        picking.channel_tracking_ref = 'HY20260001'
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()

    @api.model
    def _find_nowhere_together(self):
        """Products each of which several warehouses have, and no warehouse all."""
        warehouses = self.env['stock.warehouse'].search([('company_id', '=', self.env.company.id)], order='id')
        goods = self.env['product.product'].search([('barcode', '=like', '690%')], order='default_code')
        free = warehouses._channel_get_free(goods)
        chosen = goods.browse()
        for warehouse in warehouses:
            if all(free[warehouse.id].get(product.id, 0) > 0 for product in chosen):
                lacking = goods.filtered(lambda product, free=free[warehouse.id]: free.get(product.id, 0) <= 0)
                chosen |= lacking[:1]
        return chosen
