from odoo import api, fields, models


class ChannelConnectorSnapshotLine(models.Model):
    """One product, or lot, of which another system holds more or less than our books say."""

    _name = 'channel.connector.snapshot.line'
    _description = "Difference to What Was Counted Elsewhere"
    _log_access = False
    _order = 'snapshot_id desc, abs_qty desc, id'

    snapshot_id = fields.Many2one(
        'channel.connector.snapshot', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='snapshot_id.company_id')
    warehouse_id = fields.Many2one(related='snapshot_id.warehouse_id', store=True)
    member_id = fields.Many2one(related='snapshot_id.member_id', store=True)
    counted_at = fields.Datetime(related='snapshot_id.counted_at', store=True)
    product_id = fields.Many2one('product.product', readonly=True, index='btree_not_null', ondelete='restrict')
    sku = fields.Char("Unknown Code", readonly=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_name = fields.Char("Lot", readonly=True)
    book_qty = fields.Float("Our Books", digits='Product Unit', readonly=True)
    told_qty = fields.Float("There", digits='Product Unit', readonly=True)
    qty = fields.Float("Difference", digits='Product Unit', compute='_compute_qty', store=True)
    abs_qty = fields.Float("Size", digits='Product Unit', compute='_compute_qty', store=True)

    # === COMPUTE METHODS === #

    @api.depends('book_qty', 'told_qty')
    def _compute_qty(self):
        for line in self:
            line.qty = line.told_qty - line.book_qty
            line.abs_qty = abs(line.qty)
