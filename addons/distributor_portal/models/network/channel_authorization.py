from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.kinds import Licence


class ChannelAuthorization(models.Model):
    """Which products a member may sell, where, until when, and on which contract that rests."""

    _name = 'channel.authorization'
    _description = "Authorization"
    _inherit = ['mail.thread']
    _order = 'member_id, date_from desc, id desc'

    name = fields.Char("Contract", required=True, tracking=True, help="Number of the contract that grants it.")
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade', tracking=True)
    company_id = fields.Many2one(related='member_id.company_id', store=True)
    product_ids = fields.Many2many('product.product', string="Products")
    categ_ids = fields.Many2many('product.category', string="Product Categories", help="With all below them.")
    territory_ids = fields.Many2many(
        'channel.territory', string="Territories", help="Empty: the member's own territories.")
    sales_channel = fields.Selection(
        [('any', "Any"), ('offline', "Shops"), ('online', "Online"), ('project', "Projects")],
        required=True, default='any', tracking=True)
    is_exclusive = fields.Boolean("Exclusive", tracking=True, help="Nobody else is licensed for this there.")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date("Until", tracking=True, help="Empty: without end.")
    active = fields.Boolean(default=True)

    _dates_in_order = models.Constraint(
        'CHECK (date_to IS NULL OR date_from <= date_to)', "The authorization ends before it starts.")

    # === BUSINESS METHODS === #

    @api.model
    def _get_in_force_domain(self, members, today):
        return (
            Domain('member_id', 'in', members.ids)
            & Domain('sales_channel', 'in', ('any', 'offline'))
            & Domain('date_from', '<=', today)
            & (Domain('date_to', '=', False) | Domain('date_to', '>=', today))
        )

    @api.model
    def _get_licences(self, members, today):
        """{member: tuple of engine licences}.

        A member without any authorization of its own sells under those of the nearest member above.
        """
        line = members.ancestor_ids
        own = self.search(self._get_in_force_domain(line, today)).grouped('member_id')
        licences = {}
        for member in members:
            node = member
            while node and node not in own:
                node = node.upstream_id
            licences[member] = tuple(grant._to_engine(member) for grant in own.get(node, ()))
        return licences

    def _to_engine(self, member):
        """For `member`, who may stand below the holder: then its own territories bound it too."""
        self.ensure_one()
        territories = self.territory_ids or member.territory_ids or self.member_id.territory_ids
        return Licence(
            self.name, frozenset(self.product_ids.ids), frozenset(self.categ_ids.ids),
            frozenset(territories.mapped('code')))
