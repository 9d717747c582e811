from odoo import fields, models


class ChannelClaimAnswer(models.TransientModel):
    """A message to the member, into the timeline of its claim."""

    _name = 'channel.claim.answer'
    _description = "Write to the Member"

    claim_id = fields.Many2one('channel.claim', required=True, readonly=True)
    text = fields.Text(required=True, help="The member reads it in the claim's timeline. For colleagues write a note.")

    # === ACTION METHODS === #

    def action_send(self):
        self.check_access('write')
        self.claim_id.check_access('write')
        self.claim_id._note('answer', self.text.strip())
        self.claim_id._tell_member('answer')
        return {'type': 'ir.actions.act_window_close'}
