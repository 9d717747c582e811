from odoo import fields, models


class ChannelViolation(models.Model):
    """What a member can be accused of: goods sold outside the territory, false returns, another's accounts."""

    _name = 'channel.violation'
    _description = "Violation"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="How other systems name it.")
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True, help="What the contract says about it, as the member reads it.")
    typical_value = fields.Float(
        default=10_000, help="An everyday amount: signals of more weigh more, by how many times this they are.")
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another violation has this code.")
