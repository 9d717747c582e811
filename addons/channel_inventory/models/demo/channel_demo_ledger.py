from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command


class ChannelDemo(models.AbstractModel):
    """What a store has to look at and to count; a lot that is recalled; what another store has counted."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of the stock."""
        result = super()._load_stories(members)
        store, other = (self.env.ref(f'distributor_portal.demo_user_{login}').channel_link_ids[:1].member_id
                        for login in ('store', 'store2'))
        products = self.env['product.product'].search(
            [('default_code', 'in', ('YOG-P-200', 'YOG-B-200', 'DRK-T-500', 'SNK-M-150'))], order='default_code')
        if store and other and products:
            self._load_shelf(store, products)
            self._load_shelf(other, products)
            self._load_requests(store | other, products)
            self._load_past_count(other, products)
        return result

    @api.model
    def _load_shelf(self, store, products):
        """Three of what stands there broken, and a case that still has to be looked at."""
        at = fields.Datetime.now() - timedelta(days=20)
        states = {products[0]: ('damaged', 3), products[-1]: ('inspection', 12)}
        Stock = self.env['channel.stock']
        moves = []
        for product, (state, qty) in states.items():
            stock = Stock.search([
                ('member_id', '=', store.id), ('product_id', '=', product.id), ('available', '>=', qty)],
                order='available desc, id', limit=1)
            moves.append({
                'member_id': store.id, 'product_id': product.id, 'lot_id': stock.lot_id.id or None, 'qty': qty,
                'kind': 'state' if stock else 'opening', 'from_state': 'available' if stock else None,
                'to_state': state, 'occurred_at': at, 'source': 'file'})
        self.env['channel.stock.entry']._post(moves)

    @api.model
    def _load_requests(self, stores, products):
        request = self.env['channel.stock.count.request'].create({
            'name': "节前盘点：酸奶 Yoghurt before the holidays",
            'member_ids': [Command.set(stores.ids)],
            'product_ids': [Command.set(products.filtered(
                lambda product: product.default_code.startswith('YOG')).ids)],
            'note': "请在开门前盘点。 Please count before you open."})
        request.action_open()

    @api.model
    def _load_past_count(self, store, products):
        """The other store has counted last week: three pouches were missing, of two a late sale has told since."""
        user = store.user_link_ids[:1].user_id
        at = fields.Datetime.now() - timedelta(days=6)
        book = dict(self.env['channel.stock.entry']._read_group([
            ('member_id', '=', store.id), ('product_id', 'in', products.ids), ('occurred_at', '<=', at),
            ('state', 'in', ('available', 'reserved'))], ['product_id'], ['qty:sum']))
        products = products.filtered(lambda one: book.get(one, 0) >= 3)
        if not products:
            return
        product = products[0]
        self.env['channel.stock'].with_user(user).sudo().channel_count([{
            'source': 'portal', 'external_key': f'demo-count-{store.code}-{one.id}', 'member': store.code,
            'sku': one.default_code, 'qty': round(book[one] - (3 if one == product else 0), 3),
            'date': str(at.replace(microsecond=0)),
        } for one in products])
        self.env['channel.sell.through'].channel_ingest([{
            'source': 'api', 'external_key': f'demo-late-{store.code}', 'member': store.code,
            'sku': product.default_code, 'qty': 2, 'date': str((at - timedelta(days=2)).date())}])
        self.env['channel.stock.count.line']._cron_follow()
