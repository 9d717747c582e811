from odoo import fields, models

from ..network.channel_member import ROLES


class ChannelReconciliationSignature(models.Model):
    """That a member has agreed to a statement: who, when, from where, and to which content."""

    _name = 'channel.reconciliation.signature'
    _description = "Sign-Offs of Statements"
    _inherit = ['channel.append.only']
    _order = 'id desc'

    reconciliation_id = fields.Many2one(
        'channel.reconciliation', "Statement", required=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, ondelete='restrict')
    currency_id = fields.Many2one(related='reconciliation_id.currency_id')
    kind = fields.Selection([('signed', "Signed"), ('tacit', "Agreed Tacitly")], required=True)
    user_id = fields.Many2one('res.users', "By", ondelete='restrict')
    name = fields.Char("Name", required=True, help="As the person has written it.")
    role = fields.Selection(ROLES, help="Of the person at the member, at that moment.")
    signed_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    ip = fields.Char("IP Address")
    sha256 = fields.Char("SHA-256", required=True, help="Of the content that the person saw.")
    closing_amount = fields.Monetary("Closing Balance", required=True)
    excluded_amount = fields.Monetary("Disputed", required=True, help="Not agreed to, of the closing balance.")
    excluded_count = fields.Integer("Disputed Lines", required=True)

    _one_each = models.UniqueIndex('(reconciliation_id)', "This statement has been signed already.")
