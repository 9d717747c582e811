from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

ROLES = [('owner', "Owner"), ('buyer', "Buyer"), ('warehouse', "Warehouse"), ('finance', "Finance")]


class ChannelMember(models.Model):
    """A node of the channel tree: an agent, a dealer, a store. Headquarters is the company itself."""

    _name = 'channel.member'
    _description = "Channel Member"
    _inherit = ['mail.thread']
    _parent_name = 'upstream_id'
    _parent_store = True
    _order = 'code'
    _rec_names_search = ['code', 'name']

    partner_id = fields.Many2one(
        'res.partner', "Company", required=True, index=True, ondelete='restrict',
        domain=[('is_company', '=', True)], help="The company that orders and pays. One company is one node.")
    name = fields.Char(related='partner_id.name', store=True, readonly=False, index='trigram')
    code = fields.Char(
        required=True, copy=False, tracking=True, index='trigram',
        help="Stable; integrations name the member by it.")
    company_id = fields.Many2one('res.company', "Headquarters", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    tier_id = fields.Many2one('channel.tier', required=True, index=True, ondelete='restrict', tracking=True)
    upstream_id = fields.Many2one(
        'channel.member', "Upstream", index=True, ondelete='restrict', tracking=True,
        help="Whom it buys through. Empty for members right below headquarters.")
    parent_path = fields.Char(index=True)
    downstream_ids = fields.One2many('channel.member', 'upstream_id', "Downstream")
    downstream_count = fields.Integer("Members Below", compute='_compute_downstream_count')
    ancestor_ids = fields.Many2many(
        'channel.member', 'channel_member_ancestor_rel', 'member_id', 'ancestor_id', "Itself and All Above",
        compute='_compute_ancestor_ids', store=True, recursive=True,
        help="What record rules look along: whoever belongs to one of these sees this member.")
    link_ids = fields.One2many('channel.member.link', 'member_id', "Upstream History")
    user_link_ids = fields.One2many('channel.member.user', 'member_id', "Users")
    state = fields.Selection(
        [('prospect', "Prospect"), ('active', "Active"), ('suspended', "Suspended"), ('closed', "Closed")],
        required=True, default='active', tracking=True, help="Only active members can order.")
    territory_ids = fields.Many2many('channel.territory', string="Territories", help="Where it may sell.")
    authorization_ids = fields.One2many(
        'channel.authorization', 'member_id', "Authorizations", groups='base.group_user')
    segment = fields.Selection(
        [('vip', "VIP"), ('core', "Core"), ('regular', "Regular")], default='regular', required=True,
        groups='base.group_user')
    reviews_downstream = fields.Boolean(
        "Reviews Orders Below", compute='_compute_reviews_downstream', store=True, readonly=False,
        help="Orders of the members right below wait for this member's approval.")
    pricelist_id = fields.Many2one(
        'product.pricelist', "Price List", ondelete='restrict', groups='base.group_user',
        help="Empty: the nearest upstream's, else the company's own.")
    warehouse_id = fields.Many2one(
        'stock.warehouse', "Preferred Warehouse", groups='base.group_user', check_company=True,
        help="Ships first whenever it has the whole order; empty: the nearest one does.")
    street_id = fields.Many2one('channel.territory', "Street or District", ondelete='restrict')
    street_code = fields.Char(related='street_id.code', string="Division Code")
    latitude = fields.Float(digits=(10, 6), compute='_compute_coordinates', store=True, readonly=False)
    longitude = fields.Float(digits=(10, 6), compute='_compute_coordinates', store=True, readonly=False)
    credit_line_ids = fields.One2many('channel.credit.line', 'member_id', "Credit", groups='base.group_user')
    sku_ids = fields.One2many('channel.member.sku', 'member_id', "Own Product Codes", groups='base.group_user')
    order_count = fields.Integer(compute='_compute_order_count')
    note = fields.Html(groups='base.group_user')
    active = fields.Boolean(default=True)

    _check_company_auto = True
    _code_unique = models.Constraint('UNIQUE (code)', "Another member has this code.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[A-Z0-9][A-Z0-9._-]{0,31}$')",
        "A member's code is made of capital letters, digits, dots, dashes and underscores.")
    _not_own_upstream = models.Constraint('CHECK (upstream_id != id)', "A member cannot be its own upstream.")

    # === COMPUTE METHODS === #

    @api.depends('upstream_id.ancestor_ids')
    def _compute_ancestor_ids(self):
        for member in self:
            member.ancestor_ids = member.upstream_id.ancestor_ids | member

    @api.depends('tier_id')
    def _compute_reviews_downstream(self):
        for member in self:
            member.reviews_downstream = member.tier_id.reviews_downstream

    @api.depends('street_id')
    def _compute_coordinates(self):
        for member in self:
            if member.street_id:
                member.latitude = member.street_id.latitude
                member.longitude = member.street_id.longitude

    @api.depends('downstream_ids')
    def _compute_downstream_count(self):
        counts = dict(self._read_group([('upstream_id', 'in', self.ids)], ['upstream_id'], ['__count']))
        for member in self:
            member.downstream_count = counts.get(member, 0)

    def _compute_order_count(self):
        counts = dict(self.env['sale.order']._read_group(
            [('channel_member_id', 'in', self.ids)], ['channel_member_id'], ['__count']))
        for member in self:
            member.order_count = counts.get(member, 0)

    @api.depends('code', 'name')
    def _compute_display_name(self):
        for member in self:
            member.display_name = f"{member.code or ''} {member.name or ''}".strip()

    # === CONSTRAINT METHODS === #

    @api.constrains('upstream_id', 'tier_id', 'company_id')
    def _check_upstream(self):
        for member in self:
            if not member.upstream_id:
                if not member.tier_id.is_root:
                    raise ValidationError(self.env._(
                        "%(member)s needs an upstream: a %(tier)s does not stand right below headquarters.",
                        member=member.code, tier=member.tier_id.name))
            elif member.upstream_id.tier_id.step >= member.tier_id.step:
                raise ValidationError(self.env._(
                    "%(upstream)s cannot be the upstream of %(member)s: it stands on the same step or below.",
                    upstream=member.upstream_id.code, member=member.code))
            elif member.upstream_id.company_id != member.company_id:
                raise ValidationError(self.env._(
                    "%(upstream)s belongs to another company than %(member)s.",
                    upstream=member.upstream_id.code, member=member.code))

    @api.constrains('tier_id')
    def _check_downstream_steps(self):
        for member in self.search([('upstream_id', 'in', self.ids)]):
            member._check_upstream()

    @api.constrains('partner_id')
    def _check_partner_is_company(self):
        for member in self:
            if not member.partner_id.is_company:
                raise ValidationError(self.env._("%s is a person; a member is a company.", member.partner_id.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env['sale.order'].sudo().search_count([('channel_member_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("A member that has ordered is closed or archived, not deleted."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env['channel.member.link'].sudo().create([{
            'member_id': member.id,
            'upstream_id': member.upstream_id.id,
            'date_from': fields.Date.context_today(member),
        } for member in members])
        return members

    def write(self, vals):
        moved = self.browse()
        if 'upstream_id' in vals:
            moved = self.filtered(lambda member: member.upstream_id.id != (vals['upstream_id'] or False))
        result = super().write(vals)
        if moved:
            self.env['channel.member.link'].sudo()._relink(moved)
            # Record rules look along it, and a search does not wait for a many2many that is still to be computed.
            self.flush_model(['ancestor_ids'])
        return result

    # === ACTION METHODS === #

    def action_view_orders(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_order_action')
        return {**action, 'domain': [('channel_member_id', 'in', self.ids)], 'context': {}}

    def action_view_downstream(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_member_action')
        return {**action, 'domain': [('upstream_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_own_members_domain(self, user=None, roles=None):
        """The nodes that `user` belongs to in person, not those below. :param roles: only in one of these"""
        links = Domain('user_id', '=', (user or self.env.user).id)
        if roles:
            links &= Domain('role', 'in', list(roles))
        return Domain('user_link_ids', 'any', links)

    def _get_setting_from_line(self, name):
        """{member: its value of field `name`, or that of the nearest member above which has one}."""
        values = {}
        for member in self:
            node = member
            while node and not node[name]:
                node = node.upstream_id
            values[member] = node[name] if node else member[name]
        return values

    def _get_pricelists(self):
        """{member: price list} by the member's own, its nearest upstream's, else what Odoo gives its company."""
        lists = self._get_setting_from_line('pricelist_id')
        return {member: found or member.partner_id.property_product_pricelist for member, found in lists.items()}
