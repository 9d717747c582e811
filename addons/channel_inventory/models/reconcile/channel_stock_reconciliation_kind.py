from odoo import fields, models


class ChannelStockReconciliationKind(models.Model):
    """How much of what a run has found has which cause."""

    _name = 'channel.stock.reconciliation.kind'
    _description = "Reconciliation by Cause"
    _order = 'qty desc, id'

    run_id = fields.Many2one('channel.stock.reconciliation', required=True, index=True, ondelete='cascade')
    kind = fields.Selection(
        selection=lambda self: self.env['channel.deviation']._get_kinds(), required=True, readonly=True)
    cause_count = fields.Integer("Causes", readonly=True)
    qty = fields.Float("Quantity", digits='Product Unit', readonly=True)
