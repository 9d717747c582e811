from odoo import api, fields, models

from ..rules.channel_verdict import DECISION_NAMES

OUTCOMES = [*DECISION_NAMES, ('pass', "Passes")]


class ChannelSimulationResult(models.Model):
    """An order that a simulated rule concerns: what happened to it, and what would have."""

    _name = 'channel.simulation.result'
    _description = "Simulated Order"
    _order = 'simulation_id desc, id'
    _rec_name = 'order_id'

    simulation_id = fields.Many2one('channel.simulation', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    order_id = fields.Many2one('sale.order', required=True, ondelete='cascade')
    member_id = fields.Many2one('channel.member', "Member", required=True, ondelete='cascade')
    tier_id = fields.Many2one('channel.tier', ondelete='cascade')
    date = fields.Date(required=True)
    amount = fields.Monetary()
    line_count = fields.Integer("Lines Concerned")
    decision_was = fields.Selection(OUTCOMES, "What Happened", required=True)
    decision_present = fields.Selection(OUTCOMES, "Present Version", required=True)
    decision_new = fields.Selection(OUTCOMES, "Changed Rule", required=True)
    change = fields.Selection(
        [('stricter', "Stricter"), ('milder', "Milder"), ('same', "As Before")], required=True, index=True,
        help="The changed rule compared with the present version, on the same facts.")
    findings = fields.Json()
    message = fields.Text("Why", compute='_compute_message')

    _one_per_order = models.Constraint('UNIQUE (simulation_id, order_id)', "This order was judged already.")

    @api.depends('findings')
    @api.depends_context('lang')
    def _compute_message(self):
        Verdict = self.env['channel.verdict']
        for result in self:
            verdicts = [
                Verdict.new({'text_key': finding['text'], 'args': finding['args']})
                for finding in result.findings or ()]
            result.message = " ".join(dict.fromkeys(verdict.message or "" for verdict in verdicts))
