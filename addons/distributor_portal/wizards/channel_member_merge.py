from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ChannelMemberMerge(models.TransientModel):
    """Which of two members stays, what moves to it, and what somebody has to confirm first."""

    _name = 'channel.member.merge'
    _description = "Merge Members"

    member_ids = fields.Many2many('channel.member', string="Members", required=True, readonly=True)
    survivor_id = fields.Many2one(
        'channel.member', "Stays", required=True, domain="[('id', 'in', member_ids)]",
        help="It keeps its code; orders, users, licences, codes and members below of the other move to it.")
    gone_id = fields.Many2one('channel.member', "Goes", compute='_compute_preview')
    duplicate_id = fields.Many2one('channel.duplicate', ondelete='cascade')
    limit_choice = fields.Selection(
        [('keep', "The survivor's limit stands"), ('add', "The two limits are added")], "Credit Limit", required=True,
        default='keep',
        help="What open orders hold is added in any case. Without a line of its own the survivor gets the other's.")
    preview = fields.Html(compute='_compute_preview', sanitize=False)
    refused = fields.Text(compute='_compute_preview')
    doubts = fields.Text(compute='_compute_preview')
    is_confirmed = fields.Boolean("I have looked at this: merge them all the same")

    # === COMPUTE METHODS === #

    @api.depends('survivor_id', 'member_ids')
    def _compute_preview(self):
        for merge in self:
            gone = (merge.member_ids - merge.survivor_id)[:1]
            merge.gone_id = gone
            refused, doubts = gone._get_merge_problems(merge.survivor_id) if gone else ([], [])
            merge.refused, merge.doubts = "\n".join(refused), "\n".join(doubts)
            merge.preview = merge._get_preview(gone)

    # === ACTION METHODS === #

    def action_merge(self):
        self.ensure_one()
        self.check_access('write')
        self.member_ids.check_access('write')
        if len(self.member_ids) != 2 or self.survivor_id not in self.member_ids:
            raise UserError(self.env._("Choose which of the two members stays."))
        self.gone_id._merge_into(
            self.survivor_id, is_confirmed=self.is_confirmed, adds_limits=self.limit_choice == 'add')
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'channel.member',
            'res_id': self.survivor_id.id,
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, members, pair=None):
        """:param members: two; the one with more orders, then the older one, is proposed to stay"""
        survivor = members.sorted(lambda member: (-member.order_count, member.id))[:1]
        merge = self.create({
            'member_ids': [Command.set(members.ids)], 'survivor_id': survivor.id,
            'duplicate_id': pair.id if pair else False})
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Merge Members"),
            'res_model': self._name,
            'res_id': merge.id,
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
        }

    def _get_preview(self, gone):
        """What would move, counted."""
        _ = self.env._
        counts = (
            (_("Orders"), gone.order_count), (_("Users"), len(gone.user_link_ids)),
            (_("Authorizations"), len(gone.authorization_ids)), (_("Product codes"), len(gone.sku_ids)),
            (_("Members below"), gone.downstream_count))
        rows = Markup().join(Markup("<li>%s: %s</li>") % (name, count) for name, count in counts if count)
        return Markup("<ul>%s</ul>") % rows if rows else Markup("<p>%s</p>") % _("Nothing but the member itself.")
