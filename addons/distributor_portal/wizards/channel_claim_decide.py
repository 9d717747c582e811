from odoo import fields, models


class ChannelClaimDecide(models.TransientModel):
    """Asks why before less than everything is accepted."""

    _name = 'channel.claim.decide'
    _description = "Decide a Claim"

    claim_id = fields.Many2one('channel.claim', required=True, readonly=True)
    refusal_id = fields.Many2one(
        'channel.claim.reason', "Reason", domain=[('use', '=', 'refusal')], help="The member reads it.", required=True)
    note = fields.Text("To the Member", help="What the reason means in this case. The member reads it.")

    # === ACTION METHODS === #

    def action_decide(self):
        """Accept what the lines say, refuse the rest."""
        self.check_access('write')
        self.claim_id.check_access('write')
        self.claim_id._decide(self.refusal_id, (self.note or '').strip() or None)
        return {'type': 'ir.actions.act_window_close'}

    def action_refuse(self):
        """Refuse everything."""
        self.check_access('write')
        self.claim_id.check_access('write')
        self.claim_id.line_ids.accepted_qty = 0
        return self.action_decide()
