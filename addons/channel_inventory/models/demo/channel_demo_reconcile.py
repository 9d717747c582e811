from datetime import datetime, time, timedelta

from odoo import api, fields, models


class ChannelDemo(models.AbstractModel):
    """Three deviations: one explained by late sales, one by what the dealer sold, one that the store is asked about."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of the reconciliation, after the stock is there."""
        result = super()._load_stories(members)
        self._load_reconciliation_story(members)
        return result

    @api.model
    def _load_reconciliation_story(self, members):
        """The store counted on Monday; its till had been offline, its dealer brought a case, and four cups are gone."""
        store, dealer = members['S00001'], members['D0001']
        today = fields.Date.context_today(self)
        self._open_and_count(store, 'YOG-O-200', today, 60, 48)
        self._open_and_count(store, 'YOG-C-200', today, 40, 36)
        self._open(dealer, 'DRK-L-500', today, 240)
        late = [('T-77101', 'YOG-O-200', 5, 7), ('T-77102', 'YOG-O-200', 5, 5)]
        self.env['channel.sell.through'].channel_ingest([
            *({'source': 'api', 'external_key': key, 'member': store.code, 'sku': sku, 'qty': qty,
               'date': str(today - timedelta(days=ago))} for key, sku, ago, qty in late),
            {'source': 'api', 'external_key': 'D-4410', 'member': dealer.code, 'sku': 'DRK-L-500', 'qty': 12,
             'date': str(today - timedelta(days=12)), 'sold_to': store.code}])
        run = self.env['channel.stock.reconciliation'].create({'member_ids': [(6, 0, (store | dealer).ids)]})
        run._run()
        self._ask_the_store(store)

    @api.model
    def _open(self, member, sku, today, qty):
        """Stock of three weeks ago. :return: the move that posted it"""
        move = {
            'member_id': member.id, 'qty': qty, 'kind': 'opening', 'from_state': None, 'to_state': 'available',
            'product_id': self.env['product.product'].search([('default_code', '=', sku)]).id, 'source': 'demo',
            'occurred_at': datetime.combine(today - timedelta(days=21), time(0, 30))}
        self.env['channel.stock.entry']._post([move])
        return move

    @api.model
    def _open_and_count(self, member, sku, today, book, found):
        """The same, and a count of three days ago that the book was made to follow."""
        opening, key = self._open(member, sku, today, book), f'DEMO-{member.code}-{sku}'
        counted_at = opening['occurred_at'] + timedelta(days=18)
        self.env['channel.stock.entry']._post([{
            **opening, 'qty': book - found, 'kind': 'adjustment', 'from_state': 'available', 'to_state': None,
            'occurred_at': counted_at, 'source': 'count', 'external_key': key}])
        self.env['channel.stock']._on_counted([{
            'member_id': member.id, 'product_id': opening['product_id'], 'lot_id': None, 'book': book, 'counted': found,
            'occurred_at': counted_at, 'posted_at': counted_at, 'source': 'count', 'external_key': key}])

    @api.model
    def _ask_the_store(self, store):
        """Nobody is written to: these people are made up."""
        deviation = self.env['channel.deviation'].search([
            ('member_id', '=', store.id), ('kind', '=', 'unexplained'), ('product_id.default_code', '=', 'YOG-C-200')])
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        deviation.write({
            'question': "货架上少了四杯。是否破损或过期已丢弃？ Four cups are missing. Were they thrown away?",
            'user_id': self.env.ref('distributor_portal.demo_user_hq').id})
        deviation.action_ask()
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()
