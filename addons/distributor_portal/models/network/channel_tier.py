from odoo import fields, models


class ChannelTier(models.Model):
    _name = 'channel.tier'
    _description = "Channel Tier"
    _order = 'step, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="How integrations and imports name the tier: agent, dealer, store.")
    step = fields.Integer(
        required=True, default=1, help="1 is right below headquarters; a member's upstream has a smaller step.")
    is_root = fields.Boolean(
        "Directly Below HQ", help="Members of this tier need no upstream: they buy from headquarters.")
    reviews_downstream = fields.Boolean(
        "Reviews Orders Below",
        help="Orders of the members right below wait for this tier's approval. Each member can choose otherwise.")
    needs_hq_approval = fields.Boolean(
        "HQ Confirms", help="Orders of this tier wait for headquarters even when every check has passed.")
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another tier has this code.")
    _step_positive = models.Constraint('CHECK (step > 0)', "The step counts from 1.")
