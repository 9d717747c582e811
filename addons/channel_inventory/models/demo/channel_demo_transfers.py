from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

# code: {sku: (on hand, sold a day)}
STOCK = {
    'A01': {'DRK-T-500': (960, 4), 'SNK-M-150': (18, 6)},
    'D0001': {'DRK-T-500': (18, 6), 'SNK-M-150': (720, 3)},
    'D0002': {'DRK-T-500': (240, 8), 'SNK-M-150': (24, 5)},
    'D0003': {'DRK-T-500': (24, 7), 'SNK-M-150': (480, 2)},
}
DAYS = 30


class ChannelDemo(models.AbstractModel):
    """Members of one agent with too much of one thing and too little of another, and what comes of it."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of transfers."""
        result = super()._load_stories(members)
        self._load_shared_stock()
        self._load_transfers(members)
        return result

    @api.model
    def _load_shared_stock(self):
        """A month of stock and sales, as the members' systems reported them."""
        today = fields.Date.context_today(self)
        products = {product.default_code: product for product in self.env['product.product'].search(
            [('default_code', 'in', ['DRK-T-500', 'SNK-M-150'])])}
        members = {member.code: member for member in self.env['channel.member'].search([('code', 'in', list(STOCK))])}
        opened = fields.Datetime.now() - timedelta(DAYS + 5)
        # What the third dealer has of the snacks expires in five weeks: it will not sell the half of it.
        lot = self.env['stock.lot'].create({
            'name': "L2609-150", 'product_id': products['SNK-M-150'].id,
            'expiration_date': fields.Datetime.now() + timedelta(35)})
        rows, moves = [], []
        for code, goods in STOCK.items():
            for sku, (held, sold) in goods.items():
                has_lot = (code, sku) == ('D0003', 'SNK-M-150')
                moves.append({
                    'member_id': members[code].id, 'product_id': products[sku].id, 'kind': 'opening',
                    'from_state': None, 'to_state': 'available', 'qty': held + sold * DAYS, 'occurred_at': opened,
                    'lot_id': lot.id if has_lot else None, 'source': 'demo', 'external_key': f'opening {code} {sku}'})
                rows += [{'source': 'api', 'external_key': f'demo-{code}-{sku}-{day}', 'member': code, 'sku': sku,
                          'qty': sold, 'date': today - timedelta(day),
                          **({'lot': lot.name} if has_lot else {})} for day in range(1, DAYS + 1)]
        self.env['channel.stock.entry']._post(moves)
        self.env['channel.sell.through'].channel_ingest(rows)

    @api.model
    def _load_transfers(self, members):
        """A plan; one transfer on its way, one that waits for both; an offer that others may ask for."""
        agent, dealer, giver = members['A01'], members['D0001'], members['D0003']
        plan = self.env['channel.transfer.plan']._run(agent | dealer | members['D0002'] | giver, agent)
        plan.transfer_ids.filtered(lambda transfer: dealer in (transfer.giver_id, transfer.receiver_id))[:1]._offer()
        products = {product.default_code: product for product in self.env['product.product'].search(
            [('default_code', 'in', ['DRK-T-500', 'SNK-M-150'])])}
        coming = self.env['channel.transfer'].create({
            'giver_id': agent.id, 'receiver_id': dealer.id,
            'line_ids': [Command.create({'product_id': products['DRK-T-500'].id, 'qty': 120})]})
        coming._offer()
        coming._agree('giver')
        coming._agree('receiver')
        coming._pack({coming.line_ids.id: 120})
        coming._ship("顺丰 SF", "SF1400001001")
        self.env['channel.offer'].create({
            'member_id': giver.id, 'product_id': products['SNK-M-150'].id, 'qty': 120, 'discount': 10,
            'lot_id': self.env['stock.lot'].search([('name', '=', "L2609-150")]).id,
            'note': "包装完好 In perfect order"})
