from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class ChannelTransferShare(models.TransientModel):
    """Look now at who has too much and who too little."""

    _name = 'channel.transfer.share'
    _description = "Share Slow Stock"
    _check_company_auto = True

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    scope = fields.Selection(
        [('agent', "One agent with all below"), ('region', "A region, whoever the agent")], required=True,
        default='agent')
    agent_id = fields.Many2one(
        'channel.member', "Agent", domain="[('company_id', '=', company_id)]", check_company=True)
    territory_ids = fields.Many2many('channel.territory', string="Territories", help="Empty: everywhere.")
    product_ids = fields.Many2many(
        'product.product', string="Products", check_company=True, help="Empty: all that is shared.")

    # === ACTION METHODS === #

    def action_share(self):
        """Make the plan and show it."""
        self.check_access('write')
        self.ensure_one()
        self.env['channel.transfer'].check_access('create')
        # From here on all is done as superuser, whom no rule keeps out of another company.
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Stock is shared within your own companies only."))
        members = self.env['channel.member'].sudo().search(self._get_domain())
        if len(members) < 2:
            raise UserError(self.env._("There are fewer than two members to look at."))
        plan = self.env['channel.transfer.plan'].sudo().with_company(self.company_id)._run(
            members, self.agent_id if self.scope == 'agent' else None, self.product_ids.sudo() or None)
        return {'type': 'ir.actions.act_window', 'res_model': 'channel.transfer.plan', 'res_id': plan.id,
                'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _get_domain(self):
        self.ensure_one()
        domain = Domain('company_id', '=', self.company_id.id) & Domain('state', '=', 'active') & Domain(
            'tracks_stock', '=', True)
        if self.scope == 'agent':
            if not self.agent_id:
                raise UserError(self.env._("Choose the agent."))
            return domain & Domain('id', 'child_of', self.agent_id.id)
        if self.territory_ids:
            domain &= Domain.OR(Domain('street_id.code', '=like', f'{code}%')
                                for code in self.territory_ids.mapped('code'))
        return domain
