from odoo import fields, models


class ChannelTransferEvent(models.Model):
    """What happened to a transfer, as both members see it."""

    _name = 'channel.transfer.event'
    _description = "Transfer Events"
    _inherit = ['channel.append.only']
    _order = 'at desc, id desc'

    transfer_id = fields.Many2one('channel.transfer', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection(
        [('proposed', "Proposed"), ('offered', "Offered to both"), ('asked', "Asked for"),
         ('giver', "The giver agrees"), ('receiver', "The receiver agrees"), ('waits', "Waits for a decision"),
         ('approved', "Approved: the goods are reserved"), ('packed', "Packed"), ('shipped', "On its way"),
         ('received', "Received"), ('differs', "Received with a difference"), ('billed', "Bill recorded"),
         ('confirmed', "Bill confirmed"), ('disputed', "Bill disputed"), ('closed', "Closed"),
         ('refused', "Refused"), ('cancelled', "Called off"), ('lapsed', "Lapsed: not answered in time")],
        required=True)
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', "Who", ondelete='restrict')
    text = fields.Text(help="A reason, a number: shown as it is.")
