import json
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...engine import KINDS, ParamError, Rule, validate_params

# What a judgement depends on: a change of any of these is a new version.
JUDGED_FIELDS = {'kind', 'params', 'lane', 'fails_open', 'tier_ids', 'legal_basis', 'date_from', 'date_to'}
LANES = [('block', "Block"), ('approve', "Ask HQ"), ('warn', "Warn"), ('signal', "Note silently")]
STATISTICS_DAYS = 30


class ChannelRule(models.Model):
    """A rule that orders are judged by. Changing it makes a new version; verdicts keep the one they were made with."""

    _name = 'channel.rule'
    _description = "Order Rule"
    _inherit = ['mail.thread', 'channel.kept.setup']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Stable; verdicts and integrations name the rule by it.")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [('intake', "Order can be read"), ('product', "Product is sold"), ('price', "Price is known and as expected"),
         ('pack', "Whole packs and minimum"), ('authorisation', "Member is licensed for the product"),
         ('territory', "Delivery inside the licensed territory"), ('ship_to', "Delivery to another dealer's store"),
         ('region', "Product sold in some territories only"), ('exclusivity', "Exclusive to another member"),
         ('floor', "Net price below the floor"), ('discount', "Unusual discount"),
         ('split', "Split or duplicate order, gifts"), ('account', "New or dormant account, other payer"),
         ('origin', "Many orders from one line or device"), ('travel', "Login from elsewhere"),
         ('stock', "Warehouse has the quantity"), ('credit', "Credit suffices"),
         ('quantity', "Quantity beyond demand"), ('leakage', "Stock that leaks"), ('scan_place', "Scanned outside"),
         ('clone', "Cloned code"), ('foreign_return', "Return of another's goods"),
         ('online_leak', "Leak on marketplaces")],
        required=True, tracking=True)
    lane = fields.Selection(
        LANES, "When Broken", required=True, default='block', tracking=True,
        help="Block: the order is sent back. Ask HQ: it waits for headquarters. Warn: it goes on, the member is told. "
             "Note silently: it goes on, only headquarters sees the note.")
    params = fields.Json("Parameters", copy=True)
    params_text = fields.Char(
        "Settings", compute='_compute_params_text', inverse='_inverse_params_text',
        help="As JSON. Empty: the kind's defaults.")
    schema_html = fields.Html("What Can Be Set", compute='_compute_schema_html', sanitize=False)
    waits_for = fields.Char(
        "Waits For", compute='_compute_waits_for', help="The data that this kind judges and that nobody delivers yet.")
    tier_ids = fields.Many2many('channel.tier', string="Tiers", help="Whose orders it judges; empty: everybody's.")
    date_from = fields.Date("In Force From", tracking=True, help="Empty: at once.")
    date_to = fields.Date("In Force Until", tracking=True, help="Empty: without end.")
    fails_open = fields.Boolean(
        "Passes When Broken Down", tracking=True,
        help="When the rule itself cannot be evaluated: set, the order goes on with a note; "
             "unset, headquarters decides. Either way its responsible is told.")
    user_id = fields.Many2one(
        'res.users', "Responsible", domain=[('share', '=', False)], tracking=True,
        help="Is told when the rule breaks down. Empty: all managers of the channel.")
    legal_basis = fields.Text(
        tracking=True, translate=True,
        help="On what this rule rests. "
             "Absolute bans and resale-price floors for third parties can breach competition law.")
    version = fields.Integer(default=1, readonly=True, copy=False)
    version_ids = fields.One2many('channel.rule.version', 'rule_id', "Versions", readonly=True)
    verdict_count = fields.Integer("Verdicts in 30 Days", compute='_compute_statistics')
    block_count = fields.Integer("Blocked", compute='_compute_statistics')
    approve_count = fields.Integer("Asked HQ", compute='_compute_statistics')
    warn_count = fields.Integer("Warned", compute='_compute_statistics')
    signal_count = fields.Integer("Noted", compute='_compute_statistics')
    overridden_rate = fields.Float(
        "Overridden", compute='_compute_statistics', help="Share of its verdicts that somebody let pass.")
    active = fields.Boolean(default=True, tracking=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another rule has this code.")
    _dates_in_order = models.Constraint(
        'CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)', "The rule ends before it starts.")

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

    @api.depends('kind', 'params')
    @api.depends_context('lang')
    def _compute_schema_html(self):
        texts = self.env['channel.text']._get_kind_texts()
        for rule in self:
            rule.schema_html = rule.kind in KINDS and self.env['ir.qweb']._render('distributor_portal.rule_schema', {
                'what': texts.get(rule.kind, ""), 'rows': rule._get_schema_rows()})

    @api.depends('kind')
    @api.depends_context('lang')
    def _compute_waits_for(self):
        waiting = self._get_waiting_kinds()
        for rule in self:
            rule.waits_for = waiting.get(rule.kind)

    def _compute_statistics(self):
        since = fields.Datetime.now() - timedelta(days=STATISTICS_DAYS)
        counts, overridden = {}, {}
        for version, decision, count, passed in self.env['channel.verdict']._read_group(
                Domain('rule_version_id.rule_id', 'in', self.ids) & Domain('create_date', '>=', since),
                ['rule_version_id', 'decision'], ['__count', 'override_id:count']):
            key = version.rule_id.id
            counts[key, decision] = counts.get((key, decision), 0) + count
            overridden[key] = overridden.get(key, 0) + passed
        for rule in self:
            for decision in ('block', 'approve', 'warn', 'signal'):
                rule[f'{decision}_count'] = counts.get((rule.id, decision), 0)
            rule.verdict_count = rule.block_count + rule.approve_count + rule.warn_count + rule.signal_count
            rule.overridden_rate = overridden.get(rule.id, 0) / rule.verdict_count if rule.verdict_count else 0.0

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'params', 'lane')
    def _check_params(self):
        for rule in self:
            try:
                KINDS[rule.kind].check_lane(rule.lane, validate_params(rule.kind, rule.params))
            except ParamError as error:
                raise ValidationError(self.env._(
                    "Settings of %(rule)s: %(error)s", rule=rule.name,
                    error=self.env['channel.text']._get_param_problem(error),
                )) from error
            except TypeError as error:
                raise ValidationError(self.env._(
                    "Settings of %(rule)s: %(error)s", rule=rule.name, error=error)) from error

    @api.constrains('kind', 'lane', 'legal_basis')
    def _check_legal_basis(self):
        for rule in self:
            if rule.lane == 'block' and KINDS[rule.kind].needs_basis and not (rule.legal_basis or '').strip():
                raise ValidationError(self.env._(
                    "%s blocks by territory or price: write down its legal basis, or choose a milder consequence.",
                    rule.name))

    @api.constrains('kind', 'active')
    def _check_has_facts(self):
        for rule in self:
            if rule.active and rule.waits_for:
                raise ValidationError(self.env._(
                    "%(rule)s would judge nothing: its kind waits for %(data)s. Keep it archived until then.",
                    rule=rule.name, data=rule.waits_for))

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

    # === ACTION METHODS === #

    def action_view_verdicts(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_verdict_action')
        return {**action, 'domain': [('rule_version_id.rule_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_waiting_kinds(self):
        """{kind: what data it waits for}. Override, in the addon that brings the facts of a kind, to take it out."""
        _ = self.env._
        return {
            'quantity': _("the members' sell-through and stock (expected demand per member and product)"),
            'leakage': _("the members' stock books (opening, receipts, sales and counts)"),
            'scan_place': _("scans of item codes with their places"),
            'clone': _("scans of item codes with their places and times"),
            'foreign_return': _("item codes of returned goods"),
            'online_leak': _("a feed of offers on marketplaces"),
        }

    def _get_schema_rows(self):
        """The kind's parameters as a person reads them."""
        self.ensure_one()
        meanings = self.env['channel.text']._get_param_texts()
        return [{
            'name': name,
            'meaning': meanings.get((self.kind, name), ""),
            'value': (self.params or {}).get(name, spec.default),
            'default': spec.default,
            'is_set': name in (self.params or {}),
            'range': " / ".join(spec.choices) or " – ".join(
                "…" if bound is None else f"{bound:g}" for bound in (spec.minimum, spec.maximum)
            ) * (spec.minimum is not None or spec.maximum is not None),
        } for name, spec in KINDS[self.kind].schema().items()]

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
            'date_from': self.date_from,
            'date_to': self.date_to,
        }

    def _to_engine(self, version):
        """:param version: the version's record"""
        return Rule(
            version.id, self.code, self.kind, version.version, self.lane, validate_params(self.kind, self.params),
            self.fails_open)

    @api.model
    def _get_rules_in_force(self, today=None):
        """[(engine rule, ids of the tiers it is for; empty: all)], in the order in which they are shown."""
        return list(self._get_rules_of_day(today or fields.Date.context_today(self)))

    @api.model
    @tools.ormcache('today')
    def _get_rules_of_day(self, today):
        # Rules change rarely and every order asks for them. Whatever changes one clears the cache.
        domain = Domain('kind', 'in', list(KINDS))
        domain &= Domain('date_from', '=', False) | Domain('date_from', '<=', today)
        domain &= Domain('date_to', '=', False) | Domain('date_to', '>=', today)
        rules = self.sudo().search(domain)
        versions = {(version.rule_id.id, version.version): version for version in rules.version_ids}
        return tuple(
            (rule._to_engine(versions[rule.id, rule.version]), frozenset(rule.tier_ids.ids)) for rule in rules)
