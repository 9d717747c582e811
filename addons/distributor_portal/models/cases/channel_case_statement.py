from odoo import fields, models


class ChannelCaseStatement(models.Model):
    """What the accused member says to a case: an answer to the notice, or an appeal."""

    _name = 'channel.case.statement'
    _description = "Statements of Members"
    _inherit = ['channel.append.only']
    _order = 'case_id, id'

    case_id = fields.Many2one('channel.case', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection([('answer', "Answer"), ('appeal', "Appeal")], required=True)
    text = fields.Text(required=True)
    user_id = fields.Many2one('res.users', "By", required=True, ondelete='restrict')
    said_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    token = fields.Char(required=True, help="The form's own: sent twice it is one statement.")
    evidence_ids = fields.One2many('channel.case.evidence', 'statement_id', "Files")

    _token_unique = models.Constraint('UNIQUE (case_id, token)', "This statement was received before.")
    _one_appeal = models.UniqueIndex("(case_id) WHERE kind = 'appeal'", "There is an appeal already.")
