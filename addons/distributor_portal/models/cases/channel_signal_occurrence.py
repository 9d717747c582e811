from odoo import fields, models


class ChannelSignalOccurrence(models.Model):
    """One time that something suspicious was seen. Several of one cause make one signal."""

    _name = 'channel.signal.occurrence'
    _description = "Signal Occurrences"
    _inherit = ['channel.append.only']
    _order = 'occurred_at desc, id desc'

    signal_id = fields.Many2one('channel.signal', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    key = fields.Char(required=True, help="Its source's own; the same key again is the same occurrence.")
    occurred_at = fields.Datetime("When", required=True, help="When it happened, not when it was noticed.")
    amount = fields.Monetary()
    currency_id = fields.Many2one(related='company_id.currency_id')
    rule_id = fields.Many2one('channel.rule', ondelete='restrict')
    order_id = fields.Many2one('sale.order', index='btree_not_null', ondelete='restrict')
    line_no = fields.Integer("Line", help="Counts from 1; 0 is the order as a whole.")
    verdict_id = fields.Many2one('channel.verdict', index='btree_not_null', ondelete='restrict')
    message = fields.Text(related='verdict_id.message')

    _key_unique = models.Constraint('UNIQUE (key)', "This occurrence was noted before.")
