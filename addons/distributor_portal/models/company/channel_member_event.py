from odoo import api, fields, models


class ChannelMemberEvent(models.Model):
    """What changed with the people of a member: who came, who went, who may do what. Its owners read it too."""

    _name = 'channel.member.event'
    _description = "Change of a Member's People"
    _inherit = ['channel.append.only']
    _order = 'at desc, id desc'

    # Restricted where it is a fact: a member or a person with a past is archived, not deleted.
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    kind = fields.Selection(
        [('invited', "Invited"), ('invited_again', "Invited again"), ('withdrawn', "Invitation withdrawn"),
         ('added', "Joined"), ('role', "Role changed"), ('limit', "Order limit changed"), ('removed', "Removed"),
         ('left', "Left"), ('erased', "Personal data erased")],
        "What", required=True)
    person_id = fields.Many2one('res.users', "Person", ondelete='restrict')
    # Names stand there, where they can be erased; a fact holds none.
    invitation_id = fields.Many2one('channel.invitation', ondelete='restrict')
    who = fields.Char("Who", compute='_compute_who')
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', "By", required=True, ondelete='restrict')
    old = fields.Char("Before")
    new = fields.Char("After")

    # === COMPUTE METHODS === #

    @api.depends('person_id', 'invitation_id')
    def _compute_who(self):
        for event in self:
            event.who = event.sudo().person_id.name or event.sudo().invitation_id.name

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, kind, member, person=None, old=None, new=None, invitation=None):
        return self.sudo().create([{
            'member_id': member.id,
            'company_id': member.company_id.id,
            'kind': kind,
            'person_id': person.id if person else False,
            'invitation_id': invitation.id if invitation else False,
            'user_id': self.env.uid,
            'old': old,
            'new': new,
        }])
