from odoo import api, fields, models


class ChannelStockCountLine(models.Model):
    """What was counted of one product, what the book said, and what the book was changed by."""

    _name = 'channel.stock.count.line'
    _description = "Counted Product"
    _order = 'counted_at desc, id desc'

    count_id = fields.Many2one('channel.stock.count', required=True, readonly=True, index=True, ondelete='restrict')
    member_id = fields.Many2one(related='count_id.member_id', store=True, precompute=True)
    company_id = fields.Many2one(related='count_id.company_id', store=True, precompute=True)
    counted_at = fields.Datetime("When", related='count_id.counted_at', store=True, precompute=True)
    product_id = fields.Many2one('product.product', required=True, readonly=True, index=True, ondelete='restrict')
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True, ondelete='restrict', help="Empty: all lots together.")
    source_id = fields.Many2one('channel.source', required=True, readonly=True, ondelete='restrict')
    external_key = fields.Char("Key", required=True, readonly=True, help="How the source names this row; once.")
    counted_qty = fields.Float("Counted", digits='Product Unit', required=True, readonly=True)
    first_qty = fields.Float(
        "Counted First", digits='Product Unit', readonly=True, help="Before it was counted again.")
    was_recounted = fields.Boolean("Counted Again", readonly=True)
    book_qty = fields.Float(
        "Book", digits='Product Unit', readonly=True,
        help="What stood for sale at that moment (available and reserved), as far as the book knew then.")
    difference = fields.Float(
        compute='_compute_difference', store=True, digits='Product Unit', help="Counted less book.")
    posted_qty = fields.Float(
        "Book Changed By", digits='Product Unit', readonly=True,
        help="What of the difference nothing explains. Sales of before the count that come in later make it less.")
    explained_qty = fields.Float(
        "Explained Since", compute='_compute_explained_qty', digits='Product Unit',
        help="What movements of before the count, known later, explain of the difference.")

    _once = models.Constraint('UNIQUE (source_id, external_key)', "This was counted before.")
    _not_negative = models.Constraint('CHECK (counted_qty >= 0)', "Nobody counts less than nothing.")
    _of_member = models.Index('(member_id, product_id, counted_at)')

    # === COMPUTE METHODS === #

    @api.depends('counted_qty', 'book_qty')
    def _compute_difference(self):
        for line in self:
            line.difference = line.counted_qty - line.book_qty

    @api.depends('difference', 'posted_qty')
    def _compute_explained_qty(self):
        for line in self:
            line.explained_qty = line.difference - line.posted_qty

    @api.depends('product_id', 'member_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.member_id.code} · {line.product_id.display_name}"

    # === ACTION METHODS === #

    def action_view_entries(self):
        """What these counts have done to the ledger."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_entry_action')
        return {**action, 'domain': [
            ('ref_model', '=', 'channel.stock.count'), ('ref_id', 'in', self.count_id.ids),
            ('product_id', 'in', self.product_id.ids)]}
