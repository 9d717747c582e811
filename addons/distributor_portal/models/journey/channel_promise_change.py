from odoo import fields, models


class ChannelPromiseChange(models.Model):
    """That an order is promised for another day than before, and why. The first promise is the first `date_before`."""

    _name = 'channel.promise.change'
    _description = "Changed Promise"
    _inherit = ['channel.append.only']
    _order = 'id desc'
    _rec_name = 'order_id'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    date_before = fields.Date("Promised Before", required=True)
    date_after = fields.Date("Promised Now", required=True)
    reason = fields.Selection(
        [('waited', "Approved after it should have left"), ('planned', "Stock, carriers or the order have changed"),
         ('announced', "Told by headquarters")],
        required=True)
    detail = fields.Char("What the Member Reads")
    user_id = fields.Many2one('res.users', "By", ondelete='restrict', default=lambda self: self.env.uid)
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
