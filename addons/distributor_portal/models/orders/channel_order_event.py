from odoo import api, fields, models


class ChannelOrderEvent(models.Model):
    """What happened to an order, as its member sees it."""

    _name = 'channel.order.event'
    _description = "Order Events"
    _inherit = ['channel.append.only']
    _order = 'at desc, id desc'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection(
        [('submitted', "Submitted"), ('rejected', "Sent back"), ('upstream_approved', "Approved by the upstream"),
         ('upstream_refused', "Refused by the upstream"), ('hq_approved', "Approved by headquarters"),
         ('hq_refused', "Refused by headquarters"), ('member_approved', "Approved by the member"),
         ('member_refused', "Refused by the member"), ('escalated', "Passed on: nobody decided in time"),
         ('sourced', "Warehouse chosen"), ('confirmed', "Confirmed"),
         ('shipped', "Shipped"), ('received', "Received"), ('invoiced', "Invoiced"), ('cancelled', "Cancelled"),
         ('promise_changed', "Promised for another day"), ('cancel_asked', "Asked to cancel"),
         ('cancel_declined', "Goes on as ordered")],
        required=True)
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', "Who", ondelete='restrict')
    detail = fields.Char(help="A name, a document number, a reason: shown as it is.")

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, kind, orders, details=None):
        """Note `kind` for every one of `orders`. :param details: {order: text}"""
        return self._note_all([(kind, order, (details or {}).get(order)) for order in orders])

    @api.model
    def _note_all(self, notes):
        """Note several kinds together, in their sequence. :param notes: [(kind, order, text or None)]"""
        return self.sudo().create([{
            'order_id': order.id,
            'company_id': order.company_id.id,
            'kind': kind,
            'user_id': self.env.uid,
            'detail': detail or False,
        } for kind, order, detail in notes])
