from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...utils import with_own_defaults
from .channel_claim_policy import KINDS

STATES = [
    ('draft', "Draft"), ('upstream', "At the Upstream"), ('sent', "Sent"), ('second', "Second Person"),
    ('accepted', "Accepted"), ('partly', "Accepted in Part"), ('refused', "Refused"), ('settled', "Settled"),
    ('withdrawn', "Withdrawn")]
OPEN_STATES = ('draft', 'upstream', 'sent', 'second', 'accepted', 'partly')
# Written by the transitions (channel_claim_flow), as superuser, and by nobody else.
FLOW_FIELDS = {
    'state', 'sent_at', 'deadline', 'decided_at', 'decided_by_id', 'confirmed_by_id', 'decision', 'decision_note',
    'refusal_id', 'offer_until', 'is_final', 'objected_at', 'opinion', 'settled_at', 'is_overdue_told', 'receipt_id',
    'parcel_id', 'carrier_id', 'warehouse_id', 'source'}
# Fixed once it is sent.
FACT_FIELDS = {'member_id', 'picking_id', 'text', 'external_id', 'company_id'}


class ChannelClaim(models.Model):
    """What a member claims of a delivery, or asks to give back, until it ends with money or goods.

    How it moves stands in channel_claim_flow, what it ends with in channel_claim_settle, what the member sees in
    channel_claim_portal.
    """

    _name = 'channel.claim'
    _description = "Claim"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    picking_id = fields.Many2one(
        'stock.picking', "Delivery", required=True, index=True, ondelete='restrict',
        domain=[('state', '=', 'done'), ('picking_type_code', '=', 'outgoing'),
                ('sale_id.channel_member_id', '!=', False)])
    company_id = fields.Many2one(related='picking_id.company_id', store=True, precompute=True)
    order_id = fields.Many2one(related='picking_id.sale_id', store=True, index=True, precompute=True)
    member_id = fields.Many2one(
        related='picking_id.sale_id.channel_member_id', store=True, index=True, precompute=True, string="Member")
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    currency_id = fields.Many2one(related='order_id.currency_id', store=True)
    source = fields.Selection(
        [('receipt', "Receipt"), ('portal', "Dealer Centre"), ('hq', "Headquarters"), ('api', "Other System")],
        required=True, default='hq', readonly=True)
    external_id = fields.Char("External Number", readonly=True, copy=False, help="As another system names it; once.")
    receipt_id = fields.Many2one('channel.receipt', readonly=True, copy=False, ondelete='restrict')
    parcel_id = fields.Many2one('channel.parcel', readonly=True, index='btree_not_null', ondelete='set null')
    carrier_id = fields.Many2one('channel.carrier', readonly=True, index='btree_not_null', ondelete='restrict')
    warehouse_id = fields.Many2one('stock.warehouse', readonly=True, index='btree_not_null', ondelete='restrict')
    kind = fields.Selection(
        [*KINDS, ('several', "Several")], compute='_compute_kind', store=True, help="That of its lines.")
    state = fields.Selection(
        STATES, required=True, default='draft', readonly=True, index=True, copy=False, tracking=True,
        group_expand=True)
    claimed_by_id = fields.Many2one(
        'res.users', "Made By", default=lambda self: self.env.user, readonly=True, ondelete='restrict')
    user_id = fields.Many2one(
        'res.users', "Responsible", index='btree_not_null', tracking=True, domain=[('share', '=', False)],
        help="Answers the member. At first whom the settings name, else the order's salesperson.")
    text = fields.Text("The Member's Words")
    line_ids = fields.One2many('channel.claim.line', 'claim_id', "Lines", copy=False)
    event_ids = fields.One2many('channel.claim.event', 'claim_id', "Timeline", readonly=True)
    photo_ids = fields.One2many('channel.claim.photo', 'claim_id', "Photos", readonly=True)
    photo_count = fields.Integer(compute='_compute_photo_count')
    amount = fields.Monetary(
        "Claimed", compute='_compute_amounts', store=True, help="By the invoiced prices, before tax.")
    accepted_amount = fields.Monetary("Accepted", compute='_compute_amounts', store=True)

    sent_at = fields.Datetime("Sent", readonly=True, copy=False)
    deadline = fields.Date("Answer Until", readonly=True, copy=False, tracking=True)
    is_overdue = fields.Boolean("Overdue", compute='_compute_is_overdue', search='_search_is_overdue')
    is_overdue_told = fields.Boolean(readonly=True, copy=False)
    opinion = fields.Selection(
        [('supports', "Supports it"), ('doubts', "Doubts it")], "Opinion of the Upstream", readonly=True, copy=False)
    decision = fields.Selection(
        [('accepted', "Accepted"), ('partly', "Accepted in Part"), ('refused', "Refused")], readonly=True, copy=False)
    refusal_id = fields.Many2one(
        'channel.claim.reason', "Why Not All", readonly=True, copy=False, ondelete='restrict', tracking=True)
    decision_note = fields.Text("Answer to the Member", readonly=True, copy=False)
    decided_at = fields.Datetime("Decided", readonly=True, copy=False)
    decided_by_id = fields.Many2one('res.users', "Decided By", readonly=True, copy=False, ondelete='restrict')
    confirmed_by_id = fields.Many2one(
        'res.users', "Second Person", readonly=True, copy=False, ondelete='restrict',
        help="Who has confirmed a decision above the amount from which two are needed.")
    offer_until = fields.Date("Member Answers Until", readonly=True, copy=False)
    objected_at = fields.Datetime("Objected", readonly=True, copy=False)
    is_final = fields.Boolean(readonly=True, copy=False, help="The member cannot object any more.")
    settled_at = fields.Datetime("Settled", readonly=True, copy=False)

    return_until = fields.Date("Send Back Until", copy=False, help="Until when goods may come back.")
    return_address_id = fields.Many2one(
        'res.partner', "Send Back To", copy=False,
        help="Where goods go back to. Empty: to the warehouse they came from.")
    return_number = fields.Char(readonly=True, copy=False, help="The member writes it on the parcel.")
    move_ids = fields.One2many('account.move', 'channel_claim_id', "Credit Notes and Invoices", readonly=True)
    replacement_ids = fields.One2many('sale.order', 'channel_claim_id', "Replacements", readonly=True)
    return_ids = fields.One2many('stock.picking', 'channel_claim_id', "Returns", readonly=True)
    move_count = fields.Integer(compute='_compute_document_counts')
    replacement_count = fields.Integer(compute='_compute_document_counts')
    return_count = fields.Integer(compute='_compute_document_counts')

    _name_unique = models.Constraint('UNIQUE (company_id, name)', "Another claim has this number.")
    _external_unique = models.UniqueIndex(
        '(company_id, external_id) WHERE external_id IS NOT NULL', "This claim was received before.")
    _one_per_receipt = models.UniqueIndex(
        '(receipt_id) WHERE receipt_id IS NOT NULL', "This receipt has its claim already.")
    _two_people = models.Constraint(
        'CHECK (confirmed_by_id IS NULL OR confirmed_by_id != decided_by_id)',
        "Whoever has decided a claim does not confirm the decision.")
    _to_answer = models.Index("(deadline) WHERE state IN ('sent', 'second')")

    # === COMPUTE METHODS === #

    @api.depends('line_ids.kind')
    def _compute_kind(self):
        for claim in self:
            kinds = set(claim.line_ids.mapped('kind'))
            claim.kind = kinds.pop() if len(kinds) == 1 else 'several' if kinds else False

    @api.depends('line_ids.amount', 'line_ids.accepted_amount')
    def _compute_amounts(self):
        for claim in self:
            claim.amount = sum(claim.line_ids.mapped('amount'))
            claim.accepted_amount = sum(claim.line_ids.mapped('accepted_amount'))

    @api.depends('photo_ids')
    def _compute_photo_count(self):
        counts = dict(self.env['channel.claim.photo'].sudo()._read_group(
            [('claim_id', 'in', self.ids)], ['claim_id'], ['__count']))
        for claim in self:
            claim.photo_count = counts.get(claim, 0)

    @api.depends('move_ids', 'replacement_ids', 'return_ids')
    def _compute_document_counts(self):
        for claim in self.sudo():
            claim.move_count = len(claim.move_ids)
            claim.replacement_count = len(claim.replacement_ids)
            claim.return_count = len(claim.return_ids)

    @api.depends('state', 'deadline')
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for claim in self:
            claim.is_overdue = claim.state in ('sent', 'second') and bool(claim.deadline) and claim.deadline < today

    def _search_is_overdue(self, operator, value):
        if operator != 'in' or set(value) != {True}:
            return NotImplemented
        return [('state', 'in', ('sent', 'second')), ('deadline', '<', fields.Date.context_today(self))]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_flow(*vals_list)
        for vals in vals_list:
            if vals.get('name', "/") == "/":
                company = self.env['stock.picking'].sudo().browse(vals.get('picking_id')).company_id
                vals['name'] = self.env['ir.sequence'].sudo().with_company(company).next_by_code('channel.claim')
        claims = super().create(with_own_defaults(self, FLOW_FIELDS, vals_list))
        for claim in claims:
            picking = claim.picking_id.sudo()
            if not picking._channel_is_delivery() or picking.state != 'done':
                raise UserError(self.env._("%s is no delivery to a member that has been shipped.", picking.name))
            claim.sudo().write(claim._prepare_from_delivery())
        return claims

    def write(self, vals):
        self._refuse_flow(vals)
        if not self.env.su and FACT_FIELDS & set(vals) and any(claim.state != 'draft' for claim in self):
            raise UserError(self.env._("What was claimed is not changed after it was sent."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A claim is withdrawn or refused, not deleted."))

    # === ACTION METHODS === #

    def action_view_moves(self):
        self.check_access('read')
        return self._show(self.move_ids, 'account.move', self.env._("Credit Notes and Invoices"))

    def action_view_replacements(self):
        self.check_access('read')
        return self._show(self.replacement_ids, 'sale.order', self.env._("Replacements"))

    def action_view_returns(self):
        self.check_access('read')
        return self._show(self.return_ids, 'stock.picking', self.env._("Returns"))

    # === BUSINESS METHODS === #

    def _refuse_flow(self, *vals_list):
        if not self.env.su and any(FLOW_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("The state of a claim follows from what is done with it."))

    def _prepare_from_delivery(self):
        """What a claim takes over from its delivery: the parcel, who brought it, who answers."""
        self.ensure_one()
        picking = self.picking_id.sudo()
        parcel = picking.channel_parcel_id
        values = {
            'parcel_id': parcel.id,
            'carrier_id': parcel.carrier_id.id,
            'warehouse_id': picking.picking_type_id.warehouse_id.id,
        }
        if not self.user_id:
            values['user_id'] = (self.company_id.channel_claim_user_id or self.order_id.user_id).id
        return values

    def _note(self, kind, text=None):
        """Note for each of these claims what has happened."""
        return self.env['channel.claim.event'].sudo().create([{
            'claim_id': claim.id, 'company_id': claim.company_id.id, 'kind': kind, 'user_id': self.env.uid,
            'text': text or False} for claim in self])

    def _show(self, records, model, name):
        action = {
            'type': 'ir.actions.act_window', 'name': name, 'res_model': model, 'view_mode': 'list,form',
            'domain': [('id', 'in', records.ids)]}
        return {**action, 'view_mode': 'form', 'res_id': records.id} if len(records) == 1 else action

    def _in_company_currency(self, amount):
        self.ensure_one()
        company = self.company_id
        return self.currency_id._convert(amount, company.currency_id, company, fields.Date.context_today(self))
