from odoo import api, fields, models

from ...engine import DECISIONS, KINDS, NOT_EVALUATED, Rule, judge_one, restore, validate_params

DECISION_NAMES = [('block', "Blocked"), ('approve', "Ask HQ"), ('warn', "Warning"), ('signal', "Note")]
REPLAYED = ('decision', 'measured', 'limit', 'text')


class ChannelVerdict(models.Model):
    """That an order broke a rule: which, by how much, on what facts, and what to do about it."""

    _name = 'channel.verdict'
    _description = "Verdicts"
    _inherit = ['channel.append.only']
    _order = 'order_id desc, run desc, line_no, id'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    run = fields.Integer("Check", required=True, help="An order can be checked again; this counts the checks.")
    line_no = fields.Integer("Line", help="Counts from 1; 0 is the order as a whole.")
    sku = fields.Char("SKU")
    rule_version_id = fields.Many2one(
        'channel.rule.version', "Rule and Version", required=True, index=True, ondelete='restrict')
    rule_id = fields.Many2one(related='rule_version_id.rule_id')
    decision = fields.Selection(DECISION_NAMES, required=True, index=True, help="What follows for the order.")
    rule_decision = fields.Selection(
        DECISION_NAMES, "Rule Asked For", help="Differs from the decision where somebody let it pass.")
    override_id = fields.Many2one(
        'channel.override', "Overridden", index='btree_not_null', ondelete='restrict', readonly=True,
        help="Who let it pass, and why.")
    measured = fields.Char()
    limit = fields.Char()
    text_key = fields.Char(required=True)
    args = fields.Json()
    details = fields.Json(help="What only headquarters reads: thresholds, statistics, who else is concerned.")
    inputs = fields.Json("Facts Judged", help="Judging these again by the same version gives the same verdict.")
    message = fields.Text(compute='_compute_message', help="As the member reads it.")
    fix = fields.Text("What to Do", compute='_compute_message')
    contact = fields.Char("Whom to Ask", compute='_compute_contact')
    analysis = fields.Text(
        compute='_compute_analysis', groups='base.group_user',
        help="Everything that was measured and compared. For headquarters only: never pass it on to a member.")
    seal_ids = fields.One2many('channel.verdict.seal', 'verdict_id', "Seal", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'rule_version_id')
    def _compute_display_name(self):
        for verdict in self:
            verdict.display_name = f"{verdict.order_id.name}: {verdict.rule_version_id.display_name}"

    @api.depends('text_key', 'args')
    @api.depends_context('lang')
    def _compute_message(self):
        Text = self.env['channel.text']
        texts = Text._get_texts()
        names = self._get_names()
        for verdict in self:
            verdict.message, verdict.fix = Text._fill(texts, verdict.text_key, verdict._get_named_args(names))

    @api.depends('order_id')
    @api.depends_context('lang')
    def _compute_contact(self):
        for verdict in self:
            verdict.contact = verdict.order_id.sudo()._channel_get_contact()

    @api.depends('text_key', 'args', 'details', 'measured', 'limit', 'override_id')
    @api.depends_context('lang')
    def _compute_analysis(self):
        Text = self.env['channel.text']
        texts = Text._get_analyst_texts()
        names = self._get_names()
        for verdict in self:
            known = {**verdict._get_named_args(names), **(verdict.details or {})}
            verdict.analysis = Text._fill_analysis(
                texts, verdict.text_key, known, verdict.rule_version_id.display_name, verdict.measured, verdict.limit)

    # === ACTION METHODS === #

    def action_override(self):
        """Ask for reason, scope and day, then let these pass."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Override"),
            'res_model': 'channel.override.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_verdict_ids': self.ids},
        }

    def action_replay(self):
        """Judge the stored facts again and say whether anything comes out differently."""
        self.check_access('read')
        replayed = self._replay()
        differing = [verdict for verdict, outcome in replayed.items() if outcome]
        if differing:
            text = self.env._("%(count)s of %(all)s verdicts come out differently: %(which)s", count=len(differing),
                              all=len(self), which="; ".join(
                                  f"{verdict.display_name} ({', '.join(replayed[verdict])})" for verdict in differing))
        else:
            text = self.env._("%s verdicts judged again: each comes out the same.", len(self))
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'danger' if differing else 'success', 'message': text, 'sticky': bool(differing)},
        }

    # === BUSINESS METHODS === #

    def _replay(self):
        """Judge the stored facts again, by the rule's version of then.

        :return: {verdict: {what differs: (then, now)}}; empty where all is the same
        """
        outcome = {}
        for verdict in self:
            then = (verdict.rule_decision or verdict.decision, verdict.measured, verdict.limit, verdict.text_key)
            now = verdict._judge_again()
            outcome[verdict] = {
                name: (before, after) for name, before, after in zip(REPLAYED, then, now, strict=True)
                if (before or None) != (after or None)}
        return outcome

    def _judge_again(self):
        """(decision, measured, limit, text key) as they come out now."""
        self.ensure_one()
        version = self.rule_version_id
        if self.text_key == NOT_EVALUATED and not self.inputs:
            # The facts themselves could not be read: there is nothing to judge again.
            return self.rule_decision or self.decision, self.measured, self.limit, self.text_key
        known = KINDS[version.kind].schema()
        params = {name: value for name, value in (version.params or {}).items() if name in known}
        rule = Rule(version.id, version.rule_id.code, version.kind, version.version, version.lane,
                    validate_params(version.kind, params), version.fails_open)
        line = self.line_no - 1 if self.line_no else None
        finding = judge_one(rule, restore(version.kind, self.order_id.id, line, self.inputs or {}), KINDS[version.kind])
        if not finding:
            return 'pass', None, None, None
        return finding.decision, _plain(finding.measured), _plain(finding.limit), finding.text

    def _get_named_args(self, names):
        return {name: names.get((name, _hashable(value)), value) for name, value in (self.args or {}).items()}

    def _get_names(self):
        """{(argument, stored key): its name in the reader's language}: codes and ids are kept, names are looked up."""
        stored = [verdict.args or {} for verdict in self]
        codes = {code for args in stored for code in (args.get('place'), *(args.get('places') or ())) if code}
        places = self.env['channel.territory'].sudo()._find_by_codes(codes)
        units = self.env['uom.uom'].sudo().browse({args['unit'] for args in stored if args.get('unit')}).exists()
        return (
            {('place', code): place.full_name for code, place in places.items()}
            | {('places', tuple(args['places'])): ", ".join(
                places[code].full_name if code in places else code for code in args['places'])
               for args in stored if args.get('places')}
            | {('channel', code): name for code, name in self._get_channel_names().items()}
            | {('unit', unit.id): unit.name for unit in units})

    @api.model
    def _get_channel_names(self):
        return dict(self.env['channel.authorization']._fields['sales_channel']._description_selection(self.env))

    @api.model
    def _prepare_from_finding(self, finding, order, sku):
        return {
            'order_id': order.id,
            'company_id': order.company_id.id,
            'run': order.channel_run,
            'line_no': 0 if finding.line is None else finding.line + 1,
            'sku': sku,
            'rule_version_id': finding.rule.key,
            'decision': finding.decision,
            'rule_decision': finding.ruled or finding.decision,
            'override_id': finding.override,
            'measured': _plain(finding.measured),
            'limit': _plain(finding.limit),
            'text_key': finding.text,
            'args': dict(finding.args),
            'details': dict(finding.details),
            'inputs': dict(finding.inputs),
        }

    def _to_answer(self):
        """As `channel_submit` returns them; silent notes are for headquarters only.

        So are the values of kinds that would tell how to stay just below a limit, or whose place it is.
        """
        shown = self.filtered(lambda verdict: verdict.decision != 'signal')
        return [{
            'rule': verdict.rule_version_id.rule_id.code,
            'version': verdict.rule_version_id.version,
            'decision': verdict.decision,
            'line': verdict.line_no - 1 if verdict.line_no else False,
            'measured': verdict.measured if verdict._shows_values() else False,
            'limit': verdict.limit if verdict._shows_values() else False,
            'message': verdict.message,
            'fix': verdict.fix,
            'ask': verdict.contact,
        } for verdict in shown.sorted(lambda verdict: (-DECISIONS.index(verdict.decision), verdict.line_no))]

    def _shows_values(self):
        self.ensure_one()
        kind = KINDS.get(self.rule_version_id.kind)
        return bool(kind and kind.shows_values)


def _plain(value):
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return value if value is None else str(value)


def _hashable(value):
    return tuple(value) if isinstance(value, list) else value
