import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import KINDS, Rule, validate_params

# What a judgement depends on: a change of any of these is a new version.
JUDGED_FIELDS = {'kind', 'params', 'lane', 'fails_open', 'tier_ids', 'legal_basis'}
LANES = [('block', "Block"), ('approve', "Ask HQ"), ('warn', "Warn"), ('signal', "Note silently")]


class ChannelRule(models.Model):
    """A rule that orders are judged by. Changing it makes a new version; verdicts keep the one they were made with."""

    _name = 'channel.rule'
    _description = "Order Rule"
    _inherit = ['mail.thread']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Stable; verdicts and integrations name the rule by it.")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [('intake', "Order can be read"), ('product', "Product is sold"), ('price', "Price is known and as expected"),
         ('pack', "Whole packs and minimum"), ('authorisation', "Member is licensed for the product"),
         ('territory', "Delivery inside the licensed territory"), ('stock', "Warehouse has the quantity"),
         ('credit', "Credit suffices")],
        required=True, tracking=True)
    lane = fields.Selection(
        LANES, "When Broken", required=True, default='block', tracking=True,
        help="Block: the order is sent back. Ask HQ: it waits for headquarters. Warn: it goes on, the member is told. "
             "Note silently: it goes on, only headquarters sees the note.")
    params = fields.Json("Parameters", copy=True)
    params_text = fields.Char(
        "Settings", compute='_compute_params_text', inverse='_inverse_params_text',
        help="As JSON. Empty: the kind's defaults.")
    tier_ids = fields.Many2many('channel.tier', string="Tiers", help="Whose orders it judges; empty: everybody's.")
    fails_open = fields.Boolean(
        "Passes When Broken Down", tracking=True,
        help="When the rule itself cannot be evaluated: set, the order goes on with a note; "
             "unset, headquarters decides.")
    legal_basis = fields.Text(
        tracking=True, translate=True,
        help="On what this rule rests. "
             "Absolute bans and resale-price floors for third parties can breach competition law.")
    version = fields.Integer(default=1, readonly=True, copy=False)
    version_ids = fields.One2many('channel.rule.version', 'rule_id', "Versions", readonly=True)
    active = fields.Boolean(default=True, tracking=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another rule has this code.")

    # === COMPUTE METHODS === #

    @api.depends('params')
    def _compute_params_text(self):
        for rule in self:
            rule.params_text = json.dumps(rule.params, sort_keys=True) if rule.params else ""

    def _inverse_params_text(self):
        for rule in self:
            try:
                params = json.loads(rule.params_text) if rule.params_text else {}
                if not isinstance(params, dict):
                    raise ValueError(rule.params_text)
                rule.params = params
            except ValueError as error:
                raise ValidationError(self.env._(
                    "The settings of %(rule)s are no JSON: %(error)s", rule=rule.name, error=error,
                )) from error

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'params')
    def _check_params(self):
        for rule in self:
            try:
                validate_params(rule.kind, rule.params)
            except (ValueError, TypeError) as error:
                raise ValidationError(self.env._(
                    "Settings of %(rule)s: %(error)s", rule=rule.name, error=error,
                )) from error

    @api.ondelete(at_uninstall=False)
    def _unlink_except_judged_by(self):
        if self.env['channel.verdict'].sudo().search_count([('rule_version_id.rule_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Orders were judged by this rule: archive it instead."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._note_version()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if JUDGED_FIELDS & set(vals):
            for rule in self:
                rule.version += 1
            self._note_version()
        return result

    # === BUSINESS METHODS === #

    def _note_version(self):
        self.env['channel.rule.version'].sudo().create([rule._prepare_version_values() for rule in self])

    def _prepare_version_values(self):
        return {
            'rule_id': self.id,
            'version': self.version,
            'kind': self.kind,
            'lane': self.lane,
            'params': validate_params(self.kind, self.params),
            'fails_open': self.fails_open,
            'tier_codes': ",".join(self.tier_ids.mapped('code')),
            'legal_basis': self.legal_basis,
        }

    @api.model
    def _get_rules_in_force(self):
        """[(engine rule, ids of the tiers it is for; empty: all)], in the order in which they are shown."""
        rules = self.sudo().search([('kind', 'in', list(KINDS))])
        versions = {(version.rule_id.id, version.version): version for version in rules.version_ids}
        return [
            (Rule(versions[rule.id, rule.version].id, rule.code, rule.kind, rule.version, rule.lane,
                  validate_params(rule.kind, rule.params), rule.fails_open), set(rule.tier_ids.ids))
            for rule in rules
        ]
