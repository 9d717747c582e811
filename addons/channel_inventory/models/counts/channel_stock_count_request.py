from odoo import api, fields, models
from odoo.fields import Domain


class ChannelStockCountRequest(models.Model):
    """Headquarters asks members to count: who, what, by when."""

    _name = 'channel.stock.count.request'
    _description = "Request to Count"
    _order = 'date_due desc, id desc'
    _check_company_auto = True

    name = fields.Char("Title", required=True, help="Members read it.")
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    member_ids = fields.Many2many(
        'channel.member', string="Members", required=True, check_company=True,
        domain="[('company_id', '=', company_id)]")
    categ_ids = fields.Many2many('product.category', string="Categories", help="What of these the member holds.")
    product_ids = fields.Many2many(
        'product.product', string="Products", domain=[('is_storable', '=', True)],
        help="Counted even where the book has none of them. Neither products nor categories: all that is there.")
    date_due = fields.Date("Count Until", required=True, default=lambda self: fields.Date.add(
        fields.Date.context_today(self), days=7))
    is_blind = fields.Boolean(
        "Blind", default=lambda self: self.env.company.channel_count_blind,
        help="Whoever counts does not see what the book says.")
    note = fields.Text("To the Members")
    state = fields.Selection(
        [('draft', "Draft"), ('open', "Open"), ('closed', "Closed")], required=True, default='draft', readonly=True,
        copy=False, index=True)
    count_ids = fields.One2many('channel.stock.count', 'request_id', "Counts", readonly=True)
    member_count = fields.Integer("Asked", compute='_compute_progress')
    counted_count = fields.Integer("Have Counted", compute='_compute_progress')
    progress = fields.Float(compute='_compute_progress')
    is_late = fields.Boolean("Late", compute='_compute_is_late', search='_search_is_late')

    # === COMPUTE METHODS === #

    @api.depends('member_ids', 'count_ids.member_id')
    def _compute_progress(self):
        for request in self:
            request.member_count = len(request.member_ids)
            request.counted_count = len(request.count_ids.member_id & request.member_ids)
            request.progress = 100 * request.counted_count / (request.member_count or 1)

    @api.depends('state', 'date_due')
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for request in self:
            request.is_late = request.state == 'open' and request.date_due < today

    def _search_is_late(self, operator, value):
        if operator != 'in' or set(value) != {True}:
            return NotImplemented
        return [('state', '=', 'open'), ('date_due', '<', fields.Date.context_today(self))]

    # === ACTION METHODS === #

    def action_open(self):
        """draft, closed → open: the members find it on their home page."""
        self.check_access('write')
        self.state = 'open'

    def action_close(self):
        """open → closed: nobody is asked any more."""
        self.check_access('write')
        self.state = 'closed'

    def action_view_lines(self):
        """What was counted for these requests."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_count_line_action')
        return {**action, 'domain': [('count_id.request_id', 'in', self.ids)], 'context': {}}

    def action_view_missing(self):
        """The members that have not counted yet."""
        self.check_access('read')
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_member_action')
        return {**action, 'domain': [('id', 'in', (self.member_ids - self.count_ids.member_id).ids)], 'context': {}}

    # === PORTAL === #

    @api.model
    def _portal_get_domain(self, members):
        """What these members are still asked to count."""
        return Domain('state', '=', 'open') & Domain('member_ids', 'in', members.ids) & ~Domain(
            'count_ids', 'any', [('member_id', 'in', members.ids)])
