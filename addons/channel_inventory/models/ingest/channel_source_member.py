from odoo import api, fields, models


class ChannelSourceMember(models.Model):
    """What a source calls a member of ours, where it is not the member's code."""

    _name = 'channel.source.member'
    _description = "Member's Code at a Source"
    _order = 'source_id, code'
    _rec_name = 'code'

    source_id = fields.Many2one('channel.source', required=True, index=True, ondelete='cascade')
    code = fields.Char("Its Code", required=True)
    member_id = fields.Many2one('channel.member', "Our Member", required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='member_id.company_id')

    _one_meaning = models.Constraint('UNIQUE (source_id, code)', "The source calls another member so.")

    # === BUSINESS METHODS === #

    @api.model
    def _learn(self, source_code, code, member):
        """Remember it, once a person has said so. What is known already stays: a guess never overwrites a decision."""
        source = self.env['channel.source'].search([('code', '=', source_code)], limit=1)
        if source and not self.search_count([('source_id', '=', source.id), ('code', '=', code)], limit=1):
            self.create({'source_id': source.id, 'code': code, 'member_id': member.id})
