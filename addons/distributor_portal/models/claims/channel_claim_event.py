from odoo import fields, models


class ChannelClaimEvent(models.Model):
    """What happened to a claim and what was said about it, as its member sees it."""

    _name = 'channel.claim.event'
    _description = "Claim Events"
    _inherit = ['channel.append.only']
    _order = 'at desc, id desc'

    claim_id = fields.Many2one('channel.claim', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection(
        [('created', "Drafted"), ('sent', "Sent"), ('opinion', "Opinion of the upstream"), ('message', "Message"),
         ('answer', "Message from headquarters"), ('photos', "Photos added"), ('second', "Waits for a second person"),
         ('back', "Sent back by the second person"), ('accepted', "Accepted"), ('partly', "Accepted in part"),
         ('refused', "Refused"), ('agreed', "Offer taken"), ('objected', "Objected"), ('final', "Decision stands"),
         ('withdrawn', "Withdrawn"), ('authorised', "Return authorised"), ('tracking', "Goods are on their way back"),
         ('returned', "Goods have come back"), ('credit', "Credit note"), ('invoice', "Invoice"),
         ('replaced', "Replacement ordered"), ('settled', "Settled"), ('overdue', "Overdue")],
        required=True)
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', "Who", ondelete='restrict')
    text = fields.Text(help="A reason, a number, a message: shown as it is.")
