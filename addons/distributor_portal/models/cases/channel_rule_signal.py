from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ChannelRule(models.Model):
    """Which rules give the analysts something to look at, besides what they do to the order."""

    _inherit = 'channel.rule'

    makes_signal = fields.Boolean(
        "Raises Signals", tracking=True,
        help="Every order that breaks the rule from now on is a signal for the analysts; "
             "those of one member are collected in one signal.")
    signals_since = fields.Datetime(readonly=True, copy=False)
    signal_score = fields.Integer(
        default=30, help="How urgent its signals are, from 0 to 100; repetition, money and age come on top.")
    violation_id = fields.Many2one('channel.violation', ondelete='restrict', help="What its signals accuse of.")

    _signal_score_range = models.Constraint(
        'CHECK (signal_score BETWEEN 0 AND 100)', "The score of a rule's signals lies between 0 and 100.")

    # === CONSTRAINT METHODS === #

    @api.constrains('makes_signal', 'violation_id')
    def _check_violation(self):
        for rule in self:
            if rule.makes_signal and not rule.violation_id:
                raise ValidationError(self.env._(
                    "%s raises signals: say what they accuse of.", rule.name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        now = self.env.cr.now()
        return super().create([
            {**vals, 'signals_since': now} if vals.get('makes_signal') else vals for vals in vals_list])

    def write(self, vals):
        if vals.get('makes_signal'):
            # What orders did before is not held against anybody now.
            self.filtered(lambda rule: not rule.makes_signal).signals_since = self.env.cr.now()
        return super().write(vals)
