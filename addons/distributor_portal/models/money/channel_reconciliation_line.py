from odoo import api, fields, models


class ChannelReconciliationLine(models.Model):
    """One entry of a statement as it stood when the statement was issued."""

    _name = 'channel.reconciliation.line'
    _description = "Lines of Statements"
    _inherit = ['channel.append.only']
    _order = 'reconciliation_id, sequence'

    reconciliation_id = fields.Many2one(
        'channel.reconciliation', "Statement", required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, ondelete='restrict')
    currency_id = fields.Many2one(related='reconciliation_id.currency_id')
    member_id = fields.Many2one(related='reconciliation_id.member_id')
    sequence = fields.Integer(required=True)
    date = fields.Date(required=True)
    due = fields.Date(required=True)
    kind = fields.Selection(
        [('out_invoice', "Invoice"), ('out_receipt', "Receipt"), ('out_refund', "Credit note"),
         ('payment', "Payment"), ('entry', "Entry")], required=True)
    name = fields.Char("Number")
    reference = fields.Char()
    foreign = fields.Char("In Its Own Currency")
    amount = fields.Monetary(help="Positive is owed, negative paid or credited; nothing for what is from before.")
    balance = fields.Monetary(help="After this line.")
    open_amount = fields.Monetary("Open", help="What was open of it at the end of the statement.")
    is_in_period = fields.Boolean("Of These Days", help="Else it is from before, and still open at the end.")
    # No reference that the database enforces: Odoo may delete an entry, and the statement stays what it was.
    move_key = fields.Integer("Id of the Entry")
    dispute_ids = fields.One2many('channel.reconciliation.dispute', 'line_id', "Disputes")

    # === COMPUTE METHODS === #

    @api.depends('name', 'reference')
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.name or line.reference or str(line.sequence)

    # === ACTION METHODS === #

    def action_view_entry(self):
        """The invoice or entry itself, as it is now."""
        self.check_access('read')
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'account.move', 'res_id': self.move_key, 'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _get_part(self):
        """What this line is of the closing balance; nothing without a line."""
        return self.amount if self.is_in_period else self.open_amount
