from odoo import fields, models


class ChannelOrderEvent(models.Model):
    _inherit = 'channel.order.event'

    kind = fields.Selection(
        selection_add=[
            ('differs', "Differs within what is tolerated"), ('claimed', "Claimed"),
            ('claim_decided', "Claim decided"), ('claim_settled', "Claim settled")],
        ondelete={
            'differs': 'cascade', 'claimed': 'cascade', 'claim_decided': 'cascade', 'claim_settled': 'cascade'})
