from odoo import api, fields, models

from .channel_rule import LANES


class ChannelRuleVersion(models.Model):
    """A rule as it stood when it judged."""

    _name = 'channel.rule.version'
    _description = "Rule Versions"
    _inherit = ['channel.append.only']
    _order = 'rule_id, version desc'

    rule_id = fields.Many2one('channel.rule', required=True, index=True, ondelete='restrict')
    version = fields.Integer(required=True)
    kind = fields.Char(required=True)
    lane = fields.Selection(LANES, required=True)
    params = fields.Json()
    fails_open = fields.Boolean()
    tier_codes = fields.Char("Tiers")
    legal_basis = fields.Text()
    date_from = fields.Date("In Force From")
    date_to = fields.Date("In Force Until")

    _version_unique = models.Constraint('UNIQUE (rule_id, version)', "This version exists already.")

    @api.depends('rule_id.code', 'version')
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.rule_id.code} v{version.version}"
