from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import counts as engine
from ..ledger.channel_stock_entry import DIGITS


class ChannelDeviceCount(models.Model):
    """How much a scale says there is: a proposal, until somebody or the device's policy makes it a count."""

    _name = 'channel.device.count'
    _description = "Proposed Count"
    _inherit = ['channel.by.hand']
    _order = 'counted_at desc, id desc'
    _rec_name = 'device_id'

    device_id = fields.Many2one('channel.device', required=True, readonly=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    member_id = fields.Many2one('channel.member', required=True, readonly=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', required=True, readonly=True, ondelete='restrict')
    counted_at = fields.Datetime("When", required=True, readonly=True)
    qty = fields.Float("On the Scale", digits='Product Unit', required=True, readonly=True)
    book_qty = fields.Float(
        "Book", digits='Product Unit', readonly=True,
        help="What stood for sale at the member when this was proposed, in all places.")
    difference = fields.Float(compute='_compute_difference', digits='Product Unit')
    state = fields.Selection(
        [('open', "Proposed"), ('posted', "Counted"), ('dropped', "Dropped"), ('overtaken', "Overtaken")],
        required=True, default='open', readonly=True, index=True)
    user_id = fields.Many2one('res.users', "Decided By", readonly=True, ondelete='restrict')
    trouble = fields.Char("Not Counted Because", readonly=True)

    _once = models.UniqueIndex('(device_id, counted_at)', "This was proposed already.")

    # === COMPUTE METHODS === #

    @api.depends('qty', 'book_qty')
    def _compute_difference(self):
        for count in self:
            count.difference = count.qty - count.book_qty

    # === ACTION METHODS === #

    def action_post(self):
        """open → posted: what was on the scale is all that there is; the book follows."""
        self.check_access('write')
        self._post()

    def action_drop(self):
        """open → dropped"""
        self.check_access('write')
        self.filtered(lambda count: count.state == 'open').sudo().write({'state': 'dropped', 'user_id': self.env.uid})

    # === BUSINESS METHODS === #

    @api.model
    def _propose(self, devices):
        """Put forward what has come to rest on these scales, instead of what was put forward before."""
        self.search([('device_id', 'in', devices.ids), ('state', '=', 'open')]).state = 'overtaken'
        books = {
            (member, product): available + reserved
            for member, product, available, reserved in self.env['channel.stock']._read_group(
                [('member_id', 'in', devices.member_id.ids), ('product_id', 'in', devices.product_id.ids)],
                ['member_id', 'product_id'], ['available:sum', 'reserved:sum'])}
        counts = self.create([{
            'device_id': device.id, 'company_id': device.company_id.id, 'member_id': device.member_id.id,
            'product_id': device.product_id.id, 'counted_at': device.steady_at, 'qty': device.steady_qty,
            'book_qty': books.get((device.member_id, device.product_id), 0),
        } for device in devices])
        for device in devices:
            device.write({'counted_qty': device.steady_qty, 'counted_at': device.steady_at})
        counts.filtered(lambda count: count.device_id.count_policy == 'post')._post_each()

    def _post_each(self):
        """Make counts of these. One that cannot be counted stays proposed, says why, and keeps no other back."""
        for count in self:
            try:
                with self.env.cr.savepoint():
                    count._post()
            except UserError as error:
                count.trouble = str(error)

    def _post(self):
        """Make counts of these. Once: the ledger knows them by the device and the moment."""
        counts = self.filtered(lambda count: count.state == 'open')
        unstored = counts.product_id.filtered(lambda product: not product.is_storable)
        if unstored:
            raise UserError(self.env._("Of %s no stock is kept.", unstored[0].display_name))
        source = self.env.ref('channel_inventory.channel_source_device')
        self.env['channel.stock'].sudo()._take_counts([engine.Counted(
            number, source.id, f'{count.device_id.code} {count.counted_at}', count.member_id.id, count.product_id.id,
            None, to_decimal(count.qty, DIGITS), count.counted_at) for number, count in enumerate(counts, 1)], 'device')
        counts.sudo().write({'state': 'posted', 'user_id': self.env.uid, 'trouble': False})
