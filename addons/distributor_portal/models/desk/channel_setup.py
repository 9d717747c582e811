from odoo import api, fields, models


class ChannelSetup(models.TransientModel):
    """What a new channel needs before the first order, each with its state as the data say."""

    _name = 'channel.setup'
    _description = "Set Up Your Channel"

    company_id = fields.Many2one('res.company', required=True, readonly=True, default=lambda self: self.env.company)
    steps_html = fields.Html(compute='_compute_steps_html', sanitize=False)
    is_done = fields.Boolean(compute='_compute_steps_html')

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    def _compute_display_name(self):
        for setup in self:
            setup.display_name = self.env._("Set Up Your Channel")

    @api.depends('company_id')
    @api.depends_context('lang')
    def _compute_steps_html(self):
        """The steps with their state of now, each a link to the screen on which it is done."""
        steps = [
            {'code': code, 'name': name, 'what': what, 'action': action, 'is_done': self._has_any(model, domain)}
            for code, (name, what, model, domain, action) in self._get_steps().items()]
        done = sum(step['is_done'] for step in steps)
        for setup in self:
            setup.is_done = done == len(steps)
            setup.steps_html = self.env['ir.qweb']._render(
                'distributor_portal.setup_steps', {'steps': steps, 'done': done})

    # === ACTION METHODS === #

    def action_dismiss(self):
        """Show it above the desk no more; it stays in the menu."""
        self.check_access('write')
        self.env.company.sudo().channel_setup_is_over = True
        return self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_desk_action')

    # === BUSINESS METHODS === #

    @api.model
    def _get_steps(self):
        """{code: (name, what for, model, domain of what makes it done, action that does it)}. Override to add one."""
        _ = self.env._
        company = [('company_id', 'in', (False, self.env.company.id))]
        action = 'distributor_portal.%s'
        return {
            'warehouses': (
                _("Warehouses"), _("Say where each stands, so that the nearest one ships"), 'stock.warehouse',
                [('channel_territory_id', '!=', False), ('company_id', '=', self.env.company.id)],
                'stock.action_warehouse_form'),
            'tiers': (
                _("Tiers"), _("The steps between headquarters and the shelf"), 'channel.tier', [],
                action % 'channel_tier_action'),
            'products': (
                _("Products"), _("What the channel sells, with a code and a price"), 'product.product',
                [('default_code', '!=', False), ('sale_ok', '=', True), ('type', '=', 'consu'), *company],
                action % 'channel_product_action'),
            'pricelists': (
                _("Price Lists"), _("What each tier pays"), 'product.pricelist', company,
                'product.product_pricelist_action2'),
            'members': (
                _("Members"), _("Bring in agents, dealers and stores from a file, or add them one by one"),
                'channel.member', company, action % 'channel_member_import_action'),
            'licences': (
                _("Authorizations"), _("Who may sell what, and where"), 'channel.authorization', company,
                action % 'channel_authorization_action'),
            'rules': (
                _("Rules"), _("What every order is checked for, and what follows"), 'channel.rule', [],
                action % 'channel_rule_action'),
            'credit': (
                _("Credit"), _("How much each member may owe"), 'channel.credit.line', company,
                action % 'channel_credit_line_action'),
            'users': (
                _("People"), _("Who logs in for a member, and in which role"), 'channel.member.user',
                [('member_id.company_id', '=', self.env.company.id)], action % 'channel_member_action'),
            'order': (
                _("First Order"), _("Sent from the dealer centre, by a system, or made by hand"), 'sale.order',
                [('channel_member_id', '!=', False), ('company_id', '=', self.env.company.id)],
                action % 'channel_order_action'),
        }

    @api.model
    def _has_any(self, model, domain):
        return bool(self.env[model].search_count(domain, limit=1))

    @api.model
    def _get_progress(self):
        """What the desk shows a manager: ``{"done", "all"}``, or False once there is nothing left to set up."""
        company = self.env.company
        if company.channel_setup_is_over or not self.env.user.has_group('distributor_portal.group_channel_manager'):
            return False
        steps = self._get_steps().values()
        done = sum(self._has_any(model, domain) for _name, _what, model, domain, _action in steps)
        return False if done == len(steps) else {'done': done, 'all': len(steps)}
