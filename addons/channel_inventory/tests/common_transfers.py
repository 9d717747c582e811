from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.distributor_portal.tests.common import ChannelCommon


class TransfersCommon(ChannelCommon):
    """Two dealers of one agent in Shenzhen: the first has far too much milk, the second none of what it sells."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk.product_tmpl_id.write({'weight': 0.5, 'channel_multiple_qty': 6})
        cls.milk.standard_price = 3
        cls.needy = cls._create_member('D3', 'dealer', cls.agent, territories='4403', district='440305')
        cls.today = cls.company._channel_get_today()
        cls.policy = cls.env['channel.transfer.policy']._get(cls.company)
        cls.policy.write({'discount': 10, 'hq_amount': 0})
        # The only DC is far away.
        cls.env['stock.warehouse'].search([('id', '!=', cls.west.id)]).write({
            'channel_territory_id': cls._find_territory('110115').id, 'channel_latitude': 39.9,
            'channel_longitude': 116.4})
        cls._stock_up(cls.dealer, cls.milk, 600, 1)
        cls._stock_up(cls.needy, cls.milk, 0, 4)
        cls.giver_user = cls._create_portal_user(cls.dealer, 'giver')
        cls.receiver_user = cls._create_portal_user(cls.needy, 'receiver')

    @classmethod
    def _stock_up(cls, member, product, held, sold, lot=None, days=28):
        """So much on hand, and so much sold a day for four weeks."""
        Entry = cls.env['channel.stock.entry']
        if held or sold:
            Entry._post([{
                'member_id': member.id, 'product_id': product.id, 'lot_id': lot and lot.id, 'kind': 'opening',
                'from_state': None, 'to_state': 'available', 'qty': held + sold * days,
                'occurred_at': fields.Datetime.now() - timedelta(60)}])
        feed = cls.env['channel.feed'].create({'name': "Sales", 'kind': 'rpc'})
        cls.env['channel.sell.through']._ingest([{
            'source': 'api', 'external_key': f'{member.code} {product.id} {day}', 'member': member.code,
            'sku': product.default_code, 'qty': sold, 'date': (cls.today - timedelta(day)).isoformat(),
            **({'lot': lot.name} if lot else {})} for day in range(days if sold else 0)], feed)

    @classmethod
    def _create_lot(cls, name, days, product=None):
        return cls.env['stock.lot'].create({
            'name': name, 'product_id': (product or cls.milk).id,
            'expiration_date': fields.Datetime.now() + timedelta(days)})

    def _plan(self, *members, **options):
        members = self.env['channel.member'].union(*members) if members else self.agent | self.dealer | self.needy
        return self.env['channel.transfer.plan']._run(members, **options)

    def _transfer(self, qty=60, giver=None, receiver=None, lot=None, **values):
        return self.env['channel.transfer'].create({
            'giver_id': (giver or self.dealer).id, 'receiver_id': (receiver or self.needy).id,
            'line_ids': [Command.create({
                'product_id': self.milk.id, 'qty': qty, 'lot_id': lot and lot.id})], **values})

    def _approved(self, **options):
        transfer = self._transfer(**options)
        transfer._offer()
        transfer._agree('giver')
        transfer._agree('receiver')
        return transfer

    def _shipped(self, packed=60, **options):
        transfer = self._approved(**options)
        transfer._pack({transfer.line_ids.id: packed})
        transfer._ship("SF", "SF1")
        return transfer

    def _held(self, member, state='available', lot=None):
        stock = self.env['channel.stock'].search([
            ('member_id', '=', member.id), ('product_id', '=', self.milk.id),
            *([('lot_id', '=', lot.id)] if lot else [])])
        return sum(stock.mapped(state))
