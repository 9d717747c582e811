from odoo import api, fields, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import insight


class ChannelStock(models.Model):
    """What is told of a position beside its quantities: as it stands now, by the sales counted last night."""

    _inherit = 'channel.stock'

    tier_id = fields.Many2one(related='member_id.tier_id')
    daily_sales = fields.Float(
        digits='Product Unit', compute='_compute_supply',
        help="Of the product at this member, of all lots; as counted last night.")
    days_of_supply = fields.Float(
        digits=(16, 1), compute='_compute_supply',
        help="How long what is available of the product, in all lots, lasts at these sales.")

    # === COMPUTE METHODS === #

    @api.depends('available')
    def _compute_supply(self):
        domain = [('member_id', 'in', self.member_id.ids), ('product_id', 'in', self.product_id.ids)]
        paces = {
            (figure.member_id.id, figure.product_id.id): figure.daily_sales
            for figure in self.env['channel.stock.figure'].search_fetch(
                domain, ['member_id', 'product_id', 'daily_sales'])}
        held = {
            (member.id, product.id): available for member, product, available in self._read_group(
                domain, ['member_id', 'product_id'], ['available:sum'])}
        for stock in self:
            key = stock.member_id.id, stock.product_id.id
            stock.daily_sales = paces.get(key, 0)
            stock.days_of_supply = insight.days_of_supply(
                to_decimal(held.get(key)), to_decimal(paces.get(key), 6)) or 0
