from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    channel_claim_id = fields.Many2one(
        'channel.claim', "Replaces", readonly=True, copy=False, index='btree_not_null', ondelete='restrict',
        help="The claim that this order makes good.")
    channel_claim_ids = fields.One2many('channel.claim', 'order_id', "Claims", readonly=True)
    channel_claim_count = fields.Integer("Number of Claims", compute='_compute_channel_claim_count')

    # === COMPUTE METHODS === #

    def _compute_channel_claim_count(self):
        counts = dict(self.env['channel.claim'].sudo()._read_group(
            [('order_id', 'in', self.ids)], ['order_id'], ['__count']))
        for order in self:
            order.channel_claim_count = counts.get(order, 0)

    # === ACTION METHODS === #

    def action_channel_view_claims(self):
        self.check_access('read')
        return self.sudo().env['channel.claim']._show(
            self.channel_claim_ids, 'channel.claim', self.env._("Claims"))

    # === BUSINESS METHODS === #

    def _channel_confirm_replacement(self):
        """Source and confirm an order that makes a claim good: what was decided there is not judged again."""
        self.ensure_one()
        self.write({'channel_state': 'accepted', 'channel_run': 1})
        self._channel_source()
        self.channel_content = self._channel_get_content()
        self.env['channel.order.event']._note('sourced', self, {self: self._channel_get_shipping_from()})
        self._channel_confirm()
