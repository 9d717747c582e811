from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.distributor_portal.utils import to_decimal, with_own_defaults

from ...engine import transfers
from ...engine.transfers import scans

STATES = [
    ('proposed', "Proposed"), ('offered', "Offered to Both"), ('giver_agreed', "Giver Agrees"),
    ('receiver_agreed', "Receiver Agrees"), ('agreed', "To Decide"), ('approved', "Approved"), ('packed', "Packed"),
    ('shipped', "On Its Way"), ('received', "Received"), ('closed', "Closed"), ('refused', "Refused"),
    ('cancelled', "Called Off")]
# Still to be agreed upon; reserved at the giver; not over.
ASKED = ('offered', 'giver_agreed', 'receiver_agreed')
RESERVED = ('approved', 'packed')
OPEN = ('proposed', *ASKED, 'agreed', *RESERVED, 'shipped', 'received')
# Written by the transitions (channel_transfer_flow), as superuser, and by nobody else.
FLOW_FIELDS = {
    'state', 'plan_id', 'offer_id', 'origin', 'asks', 'approver_id', 'answer_until', 'giver_user_id', 'giver_agreed_at',
    'receiver_user_id', 'receiver_agreed_at', 'approved_by_id', 'approved_at', 'shipped_at', 'shipped_by_id',
    'received_at', 'received_by_id', 'why_refused', 'check_text', 'cost', 'dc_cost', 'loss_avoided'}
# Fixed once both sides have been asked.
FACT_FIELDS = {'giver_id', 'receiver_id', 'line_ids', 'discount'}


class ChannelTransfer(models.Model):
    """Goods that one member sends to another.

    How it moves stands in channel_transfer_flow, what it does to the ledger in channel_transfer_stock, what members see
    of it in channel_transfer_portal.
    """

    _name = 'channel.transfer'
    _description = "Transfer between Members"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one(related='giver_id.company_id', store=True, precompute=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    giver_id = fields.Many2one(
        'channel.member', "From", required=True, index=True, ondelete='restrict', tracking=True,
        domain=[('state', '=', 'active'), ('tracks_stock', '=', True)])
    receiver_id = fields.Many2one(
        'channel.member', "To", required=True, index=True, ondelete='restrict', tracking=True, check_company=True,
        domain=[('state', '=', 'active'), ('tracks_stock', '=', True)])
    state = fields.Selection(
        STATES, required=True, default='proposed', readonly=True, index=True, copy=False, tracking=True)
    origin = fields.Selection(
        [('plan', "Plan"), ('offer', "Offer of a Member"), ('hand', "By Hand")], required=True, default='hand',
        readonly=True)
    plan_id = fields.Many2one(
        'channel.transfer.plan', readonly=True, copy=False, index='btree_not_null', ondelete='restrict')
    offer_id = fields.Many2one(
        'channel.offer', readonly=True, copy=False, index='btree_not_null', ondelete='restrict')
    line_ids = fields.One2many('channel.transfer.line', 'transfer_id', "Lines", copy=True)
    event_ids = fields.One2many('channel.transfer.event', 'transfer_id', "Timeline", readonly=True)
    bill_id = fields.One2many('channel.transfer.bill', 'transfer_id', "Bill", readonly=True)

    distance_km = fields.Float("Distance (km)", readonly=True, digits=(10, 1), help="Along the road.")
    days = fields.Integer("Days", default=1, help="How long it takes.")
    parcels = fields.Integer(readonly=True, aggregator='sum')
    weight = fields.Float("Weight (kg)", readonly=True, digits=(10, 2))
    cost = fields.Monetary("Cost of the Transfer", readonly=True)
    dc_cost = fields.Monetary(
        "Cost from the DC", readonly=True, help="Its part of what delivery of the same goods from the DC would add.")
    loss_avoided = fields.Monetary(
        "Loss Avoided", readonly=True, help="Value of what would have expired at the giver.")
    saving = fields.Monetary(compute='_compute_saving', store=True)
    discount = fields.Float(
        "Discount (%)", compute='_compute_discount', store=True, readonly=False, precompute=True,
        help="Off the price at which the giver buys.")
    amount = fields.Monetary(compute='_compute_amount', store=True, help="What the receiver owes the giver.")

    asks = fields.Selection(
        [('nobody', "Nobody"), ('agent', "The Common Agent"), ('hq', "Headquarters")], "Also Decides", readonly=True,
        copy=False, help="Who has to approve it when both sides have agreed.")
    approver_id = fields.Many2one('channel.member', "Agent Who Decides", readonly=True, copy=False, ondelete='restrict')
    check_text = fields.Text("Remarks of the Checks", readonly=True, copy=False)
    answer_until = fields.Date("Answer Until", readonly=True, copy=False)
    giver_user_id = fields.Many2one('res.users', "Giver's Word By", readonly=True, copy=False, ondelete='restrict')
    giver_agreed_at = fields.Datetime("Giver Agreed", readonly=True, copy=False)
    receiver_user_id = fields.Many2one(
        'res.users', "Receiver's Word By", readonly=True, copy=False, ondelete='restrict')
    receiver_agreed_at = fields.Datetime("Receiver Agreed", readonly=True, copy=False)
    approved_by_id = fields.Many2one('res.users', "Approved By", readonly=True, copy=False, ondelete='restrict')
    approved_at = fields.Datetime("Approved", readonly=True, copy=False)
    carrier = fields.Char(copy=False)
    tracking_ref = fields.Char("Tracking Number", copy=False)
    shipped_by_id = fields.Many2one('res.users', "Shipped By", readonly=True, copy=False, ondelete='restrict')
    shipped_at = fields.Datetime("Shipped", readonly=True, copy=False)
    received_by_id = fields.Many2one('res.users', "Received By", readonly=True, copy=False, ondelete='restrict')
    received_at = fields.Datetime("Received", readonly=True, copy=False)
    has_difference = fields.Boolean("Differs", compute='_compute_has_difference', store=True)
    why_refused = fields.Char("Reason", readonly=True, copy=False)

    _name_unique = models.Constraint('UNIQUE (company_id, name)', "Another transfer has this number.")
    _two_members = models.Constraint('CHECK (giver_id != receiver_id)', "A member sends nothing to itself.")
    _discount_is_a_share = models.Constraint(
        'CHECK (discount BETWEEN 0 AND 100)', "A discount lies between 0 and 100 %.")

    # === COMPUTE METHODS === #

    @api.depends('cost', 'dc_cost', 'loss_avoided')
    def _compute_saving(self):
        for transfer in self:
            transfer.saving = transfer.dc_cost + transfer.loss_avoided - transfer.cost

    @api.depends('company_id')
    def _compute_discount(self):
        for transfer in self:
            if transfer.company_id and not transfer.discount:
                transfer.discount = self.env['channel.transfer.policy']._get(transfer.company_id).discount

    @api.depends('line_ids.amount')
    def _compute_amount(self):
        for transfer in self:
            transfer.amount = sum(transfer.line_ids.mapped('amount'))

    @api.depends('state', 'line_ids.packed_qty', 'line_ids.received_qty', 'line_ids.damaged_qty')
    def _compute_has_difference(self):
        for transfer in self:
            transfer.has_difference = transfer.state in ('received', 'closed') and any(
                line.received_qty != line.packed_qty or line.damaged_qty for line in transfer.line_ids)

    # === CONSTRAINT METHODS === #

    @api.constrains('giver_id', 'receiver_id')
    def _check_one_company(self):
        for transfer in self:
            if transfer.giver_id.company_id != transfer.receiver_id.company_id:
                raise ValidationError(self.env._("Both members belong to the same headquarters."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_flow(*vals_list)
        for vals in vals_list:
            if vals.get('name', "/") == "/":
                company = self.env['channel.member'].sudo().browse(vals.get('giver_id')).company_id
                vals['name'] = self.env['ir.sequence'].sudo().with_company(company).next_by_code('channel.transfer')
        created = super().create(with_own_defaults(self, FLOW_FIELDS, vals_list))
        created.filtered(lambda transfer: transfer.origin == 'hand').sudo()._estimate()
        return created

    def write(self, vals):
        self._refuse_flow(vals)
        if not self.env.su and FACT_FIELDS & set(vals) and any(transfer.state != 'proposed' for transfer in self):
            raise UserError(self.env._("What both sides were asked about is not changed afterwards."))
        result = super().write(vals)
        if 'discount' in vals or 'giver_id' in vals:
            self.line_ids._price()
        if {'giver_id', 'receiver_id', 'line_ids'} & set(vals):
            self.filtered(lambda transfer: transfer.state == 'proposed').sudo()._estimate()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A transfer is called off, not deleted."))

    # === BUSINESS METHODS === #

    def _refuse_flow(self, *vals_list):
        if not self.env.su and any(FLOW_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("The state of a transfer follows from what is done with it."))

    def _note(self, kind, text=None):
        """Note for each of these transfers what has happened."""
        return self.env['channel.transfer.event'].sudo().create([{
            'transfer_id': transfer.id, 'company_id': transfer.company_id.id, 'kind': kind, 'user_id': self.env.uid,
            'text': text or False} for transfer in self])

    def _get_common_agent(self):
        """The nearest member above both, which is neither of them; none between agents."""
        self.ensure_one()
        common = self.giver_id.ancestor_ids & self.receiver_id.ancestor_ids - self.giver_id - self.receiver_id
        return common.sorted(lambda member: len(member.parent_path))[-1:]

    def _crosses_agents(self):
        """Whether nobody stands above both, nor one of them above the other."""
        self.ensure_one()
        return not self.giver_id.ancestor_ids & self.receiver_id.ancestor_ids

    def _estimate(self):
        """Distance, parcels and costs of transfers that people have thought of."""
        Facts = self.env['channel.transfer.facts']
        for transfer in self:
            company = transfer.company_id
            goods = Facts._make_goods(transfer.line_ids.product_id, company)
            packs = {one.key: max(1, -(-sum(int(line.qty * 1000) for line in transfer.line_ids
                                            if line.product_id.id == one.key) // one.pack)) for one in goods}
            policy = self.env['channel.transfer.policy']._get(company)
            found = transfers.estimate(transfers.Problem(
                replace(policy._to_engine(company._channel_get_today()), max_distance=0),
                tuple(Facts._make_node(member) for member in transfer.giver_id | transfer.receiver_id), goods, (),
                Facts._make_dcs(company), Facts._make_rates(company)),
                transfer.giver_id.id, transfer.receiver_id.id, packs)
            if found:
                way, parcels, cost, dc_cost = found
                transfer.write({
                    'distance_km': (way.distance or 0) / 10, 'days': way.days, 'parcels': parcels, 'cost': cost / 100,
                    'dc_cost': dc_cost / 100,
                    'weight': sum(one.grams * packs[one.key] for one in goods) / 1000})

    # === FACTS FOR OTHERS === #

    @api.model
    def _get_transferred(self, members, products, since, until):
        """What members lawfully gave and got, for the rule about leaks (R8) and whoever else asks where goods went.

        :param since, until: moments; shipped or received from then, and before
        :return: {(member id, product id): (came in, went out)}, in the products' own units
        """
        found = {}
        for side, place, done_at, qty in (
                ('receiver_id', 0, 'received_at', 'received_qty'), ('giver_id', 1, 'shipped_at', 'packed_qty')):
            for member, product, total in self.env['channel.transfer.line'].sudo()._read_group([
                    (f'transfer_id.{side}', 'in', members.ids), ('product_id', 'in', products.ids),
                    (f'transfer_id.{done_at}', '>=', since), (f'transfer_id.{done_at}', '<', until)],
                    [side, 'product_id'], [f'{qty}:sum']):
                row = found.setdefault((member.id, product.id), [0.0, 0.0])
                row[place] += total
        return {key: tuple(row) for key, row in found.items()}

    @api.model
    def _find_lawful_ways(self, givers, products):
        """{giver id: [`scans.Way`]}: to whom goods were sent by approved transfers. A scan there is no diversion."""
        found = {}
        for line in self.env['channel.transfer.line'].sudo().search([
                ('giver_id', 'in', givers), ('product_id', 'in', products), ('packed_qty', '>', 0),
                ('transfer_id.shipped_at', '!=', False)]):
            transfer = line.transfer_id
            found.setdefault(line.giver_id.id, []).append(scans.Way(
                transfer.id, line.receiver_id.id, line.product_id.id, line.lot_id.id or None, transfer.shipped_at,
                to_decimal(line.packed_qty) - to_decimal(line.coded_qty)))
        return found
