from odoo import fields, models


class ChannelCaseEvidenceEvent(models.Model):
    """That evidence was shown to the accused member, or withdrawn: by whom, when, why."""

    _name = 'channel.case.evidence.event'
    _description = "Evidence History"
    _inherit = ['channel.append.only']
    _order = 'id'

    evidence_id = fields.Many2one('channel.case.evidence', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection([('disclosed', "Disclosed"), ('withdrawn', "Withdrawn")], required=True)
    reason = fields.Char()
    user_id = fields.Many2one('res.users', "By", required=True, ondelete='restrict')

    _once = models.Constraint('UNIQUE (evidence_id, kind)', "This was done before.")
    _withdrawn_with_reason = models.Constraint(
        "CHECK (kind != 'withdrawn' OR reason IS NOT NULL)", "Whoever withdraws evidence says why.")
