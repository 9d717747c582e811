from odoo import api, fields, models

from ...engine import DECISIONS

DECISION_NAMES = [('block', "Blocked"), ('approve', "Ask HQ"), ('warn', "Warning"), ('signal', "Note")]


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
    decision = fields.Selection(DECISION_NAMES, required=True, index=True)
    measured = fields.Char()
    limit = fields.Char()
    text_key = fields.Char(required=True)
    args = fields.Json()
    inputs = fields.Json("Facts Judged", help="Judging these again by the same version gives the same verdict.")
    message = fields.Text(compute='_compute_message')
    fix = fields.Text("What to Do", compute='_compute_message')

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'rule_version_id')
    def _compute_display_name(self):
        for verdict in self:
            verdict.display_name = f"{verdict.order_id.name}: {verdict.rule_version_id.display_name}"

    @api.depends('text_key', 'args')
    @api.depends_context('lang')
    def _compute_message(self):
        texts = self.env['channel.text']._get_texts()
        names = self._get_names()
        for verdict in self:
            args = {name: names.get((name, value), value) for name, value in (verdict.args or {}).items()}
            verdict.message, verdict.fix = self.env['channel.text']._fill(texts, verdict.text_key, args)

    # === BUSINESS METHODS === #

    def _get_names(self):
        """{(argument, stored key): its name in the reader's language}: codes and ids are kept, names are looked up."""
        stored = [verdict.args or {} for verdict in self]
        places = self.env['channel.territory'].sudo()._find_by_codes(args.get('place') for args in stored)
        units = self.env['uom.uom'].sudo().browse({args['unit'] for args in stored if args.get('unit')}).exists()
        return (
            {('place', code): place.full_name for code, place in places.items()}
            | {('unit', unit.id): unit.name for unit in units})

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
            'measured': _plain(finding.measured),
            'limit': _plain(finding.limit),
            'text_key': finding.text,
            'args': dict(finding.args),
            'inputs': dict(finding.inputs),
        }

    def _to_answer(self):
        """As `channel_submit` returns them; silent notes are for headquarters only."""
        return [{
            'rule': verdict.rule_version_id.rule_id.code,
            'version': verdict.rule_version_id.version,
            'decision': verdict.decision,
            'line': verdict.line_no - 1 if verdict.line_no else False,
            'measured': verdict.measured,
            'limit': verdict.limit,
            'message': verdict.message,
            'fix': verdict.fix,
        } for verdict in self.sorted(lambda verdict: (-DECISIONS.index(verdict.decision), verdict.line_no))
            if verdict.decision != 'signal']


def _plain(value):
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return value if value is None else str(value)
