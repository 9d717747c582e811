from odoo import fields, models


class ChannelMemberLink(models.Model):
    """Under whom a member stood, and when."""

    _name = 'channel.member.link'
    _description = "Upstream History"
    _order = 'date_from desc, id desc'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    upstream_id = fields.Many2one('channel.member', "Upstream", index=True, ondelete='restrict')
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", help="Empty: it still stands there.")

    _dates_in_order = models.Constraint(
        'CHECK (date_to IS NULL OR date_from <= date_to)', "The link ends before it starts.")
    _one_current = models.UniqueIndex('(member_id) WHERE date_to IS NULL', "A member has one upstream at a time.")

    # === BUSINESS METHODS === #

    def _relink(self, members):
        """Close what is open for `members` and note their upstream of today."""
        open_links = self.search([('member_id', 'in', members.ids), ('date_to', '=', False)])
        open_links.date_to = fields.Date.context_today(self)
        self.flush_model()  # the old link must be closed before the new one is opened
        return self.create([
            {'member_id': member.id, 'upstream_id': member.upstream_id.id, 'date_from': fields.Date.context_today(self)}
            for member in members
        ])
