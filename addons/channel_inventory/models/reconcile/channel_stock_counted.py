from odoo import fields, models


class ChannelStockCounted(models.Model):
    """What was found of a product and what the book said then: explanations are made from it, and made again.

    A count that is corrected by its source is a second fact of the same key: the later one holds.
    """

    _name = 'channel.stock.counted'
    _description = "Counted Against the Book"
    _inherit = ['channel.append.only']
    _log_access = False
    _order = 'counted_at desc, id desc'

    member_id = fields.Many2one('channel.member', required=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', required=True, ondelete='restrict')
    lot_id = fields.Many2one('stock.lot', "Lot", ondelete='restrict')
    counted_at = fields.Datetime("Counted", required=True)
    posted_at = fields.Datetime("Taken", required=True, default=lambda self: self.env.cr.now().replace(tzinfo=None))
    book_qty = fields.Float("Book", digits='Product Unit', help="What should have been there, as far as it was known.")
    found_qty = fields.Float("Counted Quantity", digits='Product Unit')
    source = fields.Char(help="Which system said so.")
    external_key = fields.Char("Key", help="How that system names it.")
    ref_model = fields.Char("Document Model")
    ref_id = fields.Many2oneReference("Document", model_field='ref_model')

    _of_position = models.Index('(member_id, product_id, counted_at)')
    _of_key = models.Index('(external_key) WHERE external_key IS NOT NULL')
    _taken = models.Index('USING brin (posted_at)')
