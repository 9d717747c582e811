from odoo import fields, models


class ChannelApproval(models.Model):
    """One step that an order waits for: a member above, or headquarters."""

    _name = 'channel.approval'
    _description = "Order Approval"
    _order = 'order_id, sequence, id'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='order_id.company_id', store=True)
    sequence = fields.Integer(default=10)
    step = fields.Selection([('upstream', "Upstream"), ('hq', "Headquarters")], required=True)
    member_id = fields.Many2one('channel.member', "By Member", index=True, ondelete='restrict')
    state = fields.Selection(
        [('pending', "Pending"), ('approved', "Approved"), ('refused', "Refused"), ('void', "No Longer Needed")],
        required=True, default='pending', index=True)
    user_id = fields.Many2one('res.users', "Decided By", ondelete='restrict')
    decided_at = fields.Datetime("Decided")
    reason = fields.Char()

    _reason_when_refused = models.Constraint(
        "CHECK (state != 'refused' OR reason IS NOT NULL)", "A refusal says why.")

    # === BUSINESS METHODS === #

    def _decide(self, state, reason=None):
        """From pending to approved or refused, by the current user."""
        pending = self.filtered(lambda approval: approval.state == 'pending')
        pending.write({
            'state': state, 'user_id': self.env.uid, 'decided_at': fields.Datetime.now(), 'reason': reason or None})
        return pending
