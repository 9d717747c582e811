from odoo import fields, models


class ChannelMemberImportLine(models.TransientModel):
    """A row of the file, as the check found it, and what became of it."""

    _name = 'channel.member.import.line'
    _description = "Member Import Row"
    _order = 'is_good, number'

    import_id = fields.Many2one('channel.member.import', required=True, index=True, ondelete='cascade')
    number = fields.Integer("Row")
    code = fields.Char()
    name = fields.Char()
    tier = fields.Char()
    upstream = fields.Char()
    is_good = fields.Boolean("Good")
    outcome = fields.Selection(
        [('create', "New"), ('update', "Known"), ('error', "Error"), ('created', "Created"), ('changed', "Changed"),
         ('unchanged', "Unchanged"), ('left_out', "Left Out")], "Outcome")
    errors = fields.Char("What Is Wrong")
