from odoo import fields, models


class ChannelClaimReason(models.Model):
    """What members and headquarters choose from when they say why."""

    _name = 'channel.claim.reason'
    _description = "Claim Reason"
    _order = 'use, sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="How integrations name it.")
    use = fields.Selection(
        [('claim', "The Member's Claim"), ('refusal', "Headquarters' Refusal")], required=True, default='claim',
        help="Whose reason it is: the member reads both.")
    is_carrier = fields.Boolean("The Carrier's Fault", help="Suggests that the carrier answers for it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another reason has this code.")
