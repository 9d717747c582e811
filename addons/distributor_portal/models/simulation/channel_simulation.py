import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine import KINDS, ParamError, validate_params
from ...utils import with_own_defaults
from ..rules.channel_rule import LANES

RESULT_FIELDS = {
    'state', 'order_count', 'done_count', 'last_order_id', 'version_id', 'started_at', 'finished_at', 'error',
    'sees_only_broken'}
# What decides the outcome: another value needs another run.
TRIED_FIELDS = {
    'rule_id', 'kind', 'lane', 'params_text', 'params', 'tier_ids', 'fails_open', 'date_from', 'date_to', 'member_ids',
    'order_tier_ids', 'company_id'}


class ChannelSimulation(models.Model):
    """A rule that is tried on past orders before it judges new ones. It writes nothing to them.

    How the orders are judged stands in channel_simulation_run.
    """

    _name = 'channel.simulation'
    _description = "Rule Simulation"
    _inherit = ['mail.thread']
    _order = 'id desc'

    name = fields.Char(compute='_compute_name', store=True, readonly=False, required=True, precompute=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    rule_id = fields.Many2one(
        'channel.rule', "Rule to Change", index='btree_not_null', ondelete='cascade',
        help="Empty: a rule that does not exist yet.")
    version_id = fields.Many2one(
        'channel.rule.version', "Compared With", readonly=True, copy=False,
        help="The version that was in force when this was run.")
    kind = fields.Selection(
        selection=lambda self: self.env['channel.rule']._fields['kind']._description_selection(self.env),
        required=True, compute='_compute_from_rule', store=True, readonly=False, precompute=True)
    lane = fields.Selection(
        LANES, "When Broken", required=True, compute='_compute_from_rule', store=True, readonly=False, precompute=True)
    params = fields.Json(compute='_compute_from_rule', store=True, readonly=False, precompute=True)
    params_text = fields.Char(
        "Settings", compute='_compute_params_text', inverse='_inverse_params_text',
        help="As JSON. Empty: the kind's defaults.")
    tier_ids = fields.Many2many(
        'channel.tier', string="Rule for Tiers", compute='_compute_tier_ids', store=True, readonly=False,
        help="Whose orders the rule would judge; empty: everybody's.")
    fails_open = fields.Boolean(
        "Passes When Broken Down", compute='_compute_from_rule', store=True, readonly=False, precompute=True)
    date_from = fields.Date(
        "Orders From", required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=90))
    date_to = fields.Date("Orders To", required=True, default=fields.Date.context_today)
    member_ids = fields.Many2many(
        'channel.member', string="Only Members", check_company=True, help="With all below them. Empty: everybody.")
    order_tier_ids = fields.Many2many(
        'channel.tier', 'channel_simulation_order_tier_rel', string="Only Orders of Tiers")
    state = fields.Selection(
        [('draft', "Draft"), ('running', "Running"), ('done', "Done"), ('failed', "Failed"), ('live', "Live")],
        required=True, default='draft', readonly=True, copy=False, index=True, tracking=True)
    error = fields.Char(readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    finished_at = fields.Datetime("Finished", readonly=True, copy=False)
    order_count = fields.Integer("Orders", readonly=True, copy=False)
    done_count = fields.Integer("Orders Judged", readonly=True, copy=False)
    last_order_id = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute='_compute_progress')
    sees_only_broken = fields.Boolean(
        readonly=True, copy=False,
        help="What such a rule judges is stored for the orders that broke it only: those are judged again.")
    result_ids = fields.One2many('channel.simulation.result', 'simulation_id', "Orders Concerned", readonly=True)
    summary = fields.Html("Outcome", compute='_compute_summary', sanitize=False)

    _check_company_auto = True
    _dates_in_order = models.Constraint('CHECK (date_from <= date_to)', "The period ends before it starts.")

    # === COMPUTE METHODS === #

    @api.depends('rule_id', 'kind')
    def _compute_name(self):
        for simulation in self:
            simulation.name = simulation.name or (
                self.env._("%s, changed", simulation.rule_id.name) if simulation.rule_id
                else self.env._("A new rule"))

    @api.depends('rule_id')
    def _compute_from_rule(self):
        for simulation in self:
            rule = simulation.rule_id
            if rule or not simulation.kind:
                simulation.kind = rule.kind or 'pack'
                simulation.lane = rule.lane or 'warn'
                simulation.params = rule.params
                simulation.fails_open = rule.fails_open

    @api.depends('rule_id')
    def _compute_tier_ids(self):
        for simulation in self:
            simulation.tier_ids = simulation.rule_id.tier_ids or simulation.tier_ids

    @api.depends('params')
    def _compute_params_text(self):
        for simulation in self:
            simulation.params_text = json.dumps(simulation.params, sort_keys=True) if simulation.params else ""

    def _inverse_params_text(self):
        for simulation in self:
            try:
                params = json.loads(simulation.params_text) if simulation.params_text else {}
                if not isinstance(params, dict):
                    raise ValueError(simulation.params_text)
                simulation.params = params
                simulation._check_params()
            except ValueError as error:
                raise ValidationError(self.env._("The settings are no JSON: %s", error)) from error

    @api.depends('done_count', 'order_count', 'state')
    def _compute_progress(self):
        for simulation in self:
            simulation.progress = 100.0 * simulation.done_count / simulation.order_count if (
                simulation.order_count) else (100.0 if simulation.state in ('done', 'live') else 0.0)

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'params', 'lane')
    def _check_params(self):
        for simulation in self:
            try:
                KINDS[simulation.kind].check_lane(
                    simulation.lane, validate_params(simulation.kind, simulation.params))
            except ParamError as error:
                raise ValidationError(self.env._(
                    "Settings: %s", self.env['channel.text']._get_param_problem(error))) from error

    @api.constrains('rule_id', 'kind')
    def _check_kind(self):
        for simulation in self:
            if simulation.rule_id and simulation.rule_id.kind != simulation.kind:
                raise ValidationError(self.env._("A rule keeps its kind: for another kind try a new rule."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_results(*vals_list)
        return super().create(with_own_defaults(self, RESULT_FIELDS, vals_list))

    def write(self, vals):
        self._refuse_results(vals)
        if TRIED_FIELDS & set(vals) and not self.env.su:
            for simulation in self:
                if simulation.state not in ('draft', 'failed', 'done'):
                    raise UserError(self.env._("%s is running or live already: copy it to try more.", simulation.name))
            self.sudo().write({'state': 'draft'})
        return super().write(vals)

    # === ACTION METHODS === #

    def action_run(self):
        """Judge the orders of the period, in the background."""
        self.check_access('write')
        self._start()
        self.env.ref('distributor_portal.ir_cron_simulate')._trigger()

    def action_cancel(self):
        """Stop running; what was found so far is dropped with the next run."""
        self.check_access('write')
        self.sudo().filtered(lambda simulation: simulation.state == 'running').state = 'draft'

    def action_make_live(self):
        """Write what was tried to the rule, as its new version; or create the rule."""
        self.check_access('write')
        self.ensure_one()
        if not self.env['channel.rule'].has_access('write'):
            raise AccessError(self.env._("Only a manager of the channel changes rules."))
        if self.state != 'done':
            raise UserError(self.env._("Run it first: what goes live has been looked at."))
        values = {
            'lane': self.lane, 'params': self.params, 'fails_open': self.fails_open,
            'tier_ids': [fields.Command.set(self.tier_ids.ids)]}
        if self.rule_id:
            if self._find_version() != self.version_id:
                raise UserError(self.env._(
                    "%s was changed since this was run: run it again, and compare with what holds now.",
                    self.rule_id.name))
            self.rule_id.write(values)
        else:
            self.rule_id = self.env['channel.rule'].create({
                **values, 'name': self.name, 'kind': self.kind, 'code': f'tried-{self.id}'})
        self.sudo().state = 'live'
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.rule', 'res_id': self.rule_id.id,
            'view_mode': 'form'}

    def action_view_results(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_simulation_result_action')
        return {**action, 'domain': [('simulation_id', 'in', self.ids)]}

    # === BUSINESS METHODS === #

    def _refuse_results(self, *vals_list):
        if not self.env.su and any(RESULT_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("What a simulation finds is not written by hand."))

    def _find_version(self):
        """The version of the rule in force now, or none."""
        rule = self.rule_id.sudo()
        return rule.version_ids.filtered(lambda version: version.version == rule.version)[:1]
