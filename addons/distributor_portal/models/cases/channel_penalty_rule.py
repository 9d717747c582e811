from odoo import fields, models

from ...engine import cases
from ...utils import to_decimal

KINDS = [
    ('warning', "Warning"), ('clawback', "Rebate Claw-Back"), ('deposit', "Deposit Deduction"),
    ('credit', "Credit Cut"), ('freeze', "Assortment Freeze"), ('grade', "Lower Grade"),
    ('compensation', "Compensation to the Harmed Member"), ('termination', "Termination")]


class ChannelPenaltyRule(models.Model):
    """A row of the penalty matrix: from which case and which value on, what follows."""

    _name = 'channel.penalty.rule'
    _description = "Penalty Rule"
    _order = 'sequence, from_count, from_value, id'

    name = fields.Char(compute='_compute_display_name')
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one('res.company', help="Empty: in every company.")
    violation_id = fields.Many2one(
        'channel.violation', ondelete='cascade',
        help="Empty: for any. A row for the very violation goes before one for any, of the same penalty.")
    kind = fields.Selection(KINDS, "Penalty", required=True)
    from_count = fields.Integer("From Case No.", required=True, default=1, help="Confirmed cases, this one included.")
    to_count = fields.Integer("To Case No.", help="0: every later one as well.")
    window_days = fields.Integer(
        "Within Days", required=True, default=365, help="How far back confirmed cases count. 0: for ever.")
    from_value = fields.Float("From Value", help="Of the case, in the currency of its company.")
    fixed_amount = fields.Float("Fixed Amount")
    rate = fields.Float("Share of the Value", digits=(5, 4), help="1 is the whole value, 0.5 half of it.")
    min_amount = fields.Float("At Least")
    max_amount = fields.Float("At Most", help="0: no such bound.")
    days = fields.Integer(help="How long a freeze lasts.")
    active = fields.Boolean(default=True)

    _counts = models.Constraint(
        'CHECK (from_count > 0 AND (to_count = 0 OR to_count >= from_count))',
        "Cases count from 1, and the last one does not come before the first.")
    _not_negative = models.Constraint(
        'CHECK (window_days >= 0 AND from_value >= 0 AND fixed_amount >= 0 AND rate >= 0 AND min_amount >= 0 '
        'AND max_amount >= 0 AND days >= 0)', "Days, values and amounts are not negative.")
    _bounds = models.Constraint(
        'CHECK (max_amount = 0 OR min_amount <= max_amount)', "The least amount is more than the most.")
    _freeze_has_days = models.Constraint(
        "CHECK (kind != 'freeze' OR days > 0)", "Say for how many days the assortment is frozen.")

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for rule in self:
            rule.display_name = rule.name = kinds.get(rule.kind, "")

    # === BUSINESS METHODS === #

    def _to_engine(self):
        self.ensure_one()
        return cases.PenaltyRule(
            self.id, self.kind, self.violation_id.id or None, self.from_count, self.to_count,
            to_decimal(self.from_value, 2), self.window_days, to_decimal(self.fixed_amount, 2),
            to_decimal(self.rate, 4), to_decimal(self.min_amount, 2),
            to_decimal(self.max_amount, 2) if self.max_amount else None, self.days)
