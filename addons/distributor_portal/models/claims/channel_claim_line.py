from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine import claims
from ...utils import to_decimal
from .channel_claim_policy import KINDS

WANTED = [
    ('credit', "Credit"), ('replacement', "Replacement"), ('take_back', "Take Back"), ('buy', "Keep and Pay")]
# What can come of each kind; the first is the default.
WANTED_BY_KIND = {
    'short': ('credit', 'replacement'), 'damaged': ('credit', 'replacement', 'take_back'),
    'surplus': ('take_back', 'buy'), 'wrong': ('credit', 'replacement', 'take_back'),
    'quality': ('credit', 'replacement', 'take_back'), 'return': ('take_back',),
    'other': ('credit', 'replacement', 'take_back')}
# What no photo of a product shows.
UNSEEN_KINDS = ('short', 'surplus')
# What headquarters decides, a line at a time; everything else is the member's and fixed once it is sent.
DECIDED_FIELDS = {'accepted_qty', 'granted'}


class ChannelClaimLine(models.Model):
    """So much of a product, what is wrong with it, what the member wants and what it gets."""

    _name = 'channel.claim.line'
    _description = "Claim Line"
    _order = 'claim_id, id'

    claim_id = fields.Many2one('channel.claim', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='claim_id.company_id', store=True)
    member_id = fields.Many2one(related='claim_id.member_id', store=True)
    carrier_id = fields.Many2one(related='claim_id.carrier_id', store=True)
    parcel_id = fields.Many2one(related='claim_id.parcel_id', store=True)
    warehouse_id = fields.Many2one(related='claim_id.warehouse_id', store=True)
    picking_id = fields.Many2one(related='claim_id.picking_id', store=True, index=True)
    order_id = fields.Many2one(related='claim_id.order_id', store=True)
    state = fields.Selection(related='claim_id.state', store=True, string="Claim Status")
    date = fields.Datetime(related='claim_id.sent_at', store=True, string="Sent")
    currency_id = fields.Many2one(related='claim_id.currency_id')
    product_id = fields.Many2one('product.product', required=True, index=True, ondelete='restrict')
    uom_id = fields.Many2one(related='product_id.uom_id')
    kind = fields.Selection(KINDS, required=True)
    claimed_qty = fields.Float("Claimed", digits='Product Unit', required=True)
    accepted_qty = fields.Float("Accepted", digits='Product Unit', help="Headquarters decides, up to what is claimed.")
    returned_qty = fields.Float("Come Back", digits='Product Unit', readonly=True)
    is_return_over = fields.Boolean(
        readonly=True, copy=False, help="Nothing more comes back: what has not come can be claimed again.")
    reason_id = fields.Many2one('channel.claim.reason', ondelete='restrict', domain=[('use', '=', 'claim')])
    note = fields.Char(help="Lot, expiry date, what came instead: in the member's words.")
    wanted = fields.Selection(
        WANTED, required=True, compute='_compute_wanted', store=True, readonly=False, precompute=True)
    granted = fields.Selection(
        WANTED, compute='_compute_granted', store=True, readonly=False,
        help="What the member gets for what is accepted. At first what it wants.")
    price_unit = fields.Float(
        "Price", digits='Product Price', readonly=True, help="What was invoiced for one, before tax.")
    amount = fields.Monetary(compute='_compute_amounts', store=True)
    accepted_amount = fields.Monetary("Amount Accepted", compute='_compute_amounts', store=True)
    photo_ids = fields.One2many('channel.claim.photo', 'line_id', "Photos")
    move_line_ids = fields.One2many(
        'account.move.line', 'channel_claim_line_id', "Credit Notes and Invoices", readonly=True)
    replacement_id = fields.Many2one('sale.order', "Replacement", readonly=True, copy=False, ondelete='set null')
    return_id = fields.Many2one('stock.picking', "Return", readonly=True, copy=False, ondelete='set null')

    _positive = models.Constraint('CHECK (claimed_qty > 0)', "Nothing is claimed in vain.")
    _accepted_within = models.Constraint(
        'CHECK (accepted_qty IS NULL OR (accepted_qty >= 0 AND accepted_qty <= claimed_qty))',
        "Not more is accepted than is claimed.")
    _one_each = models.Constraint(
        'UNIQUE (claim_id, product_id, kind)', "A claim has one line of each product and kind.")

    # === COMPUTE METHODS === #

    @api.depends('kind')
    def _compute_wanted(self):
        for line in self:
            if line.wanted not in WANTED_BY_KIND.get(line.kind, ()):
                line.wanted = WANTED_BY_KIND.get(line.kind, (False,))[0]

    @api.depends('wanted')
    def _compute_granted(self):
        for line in self:
            line.granted = line.wanted

    @api.depends('claimed_qty', 'accepted_qty', 'price_unit', 'kind', 'claim_id.currency_id')
    def _compute_amounts(self):
        for line in self:
            # What came in surplus was never paid: nothing of it is owed to the member.
            price = to_decimal(0 if line.kind == 'surplus' else line.price_unit, 6)
            quantum = to_decimal(line.currency_id.rounding or .01, 6)
            line.amount = float(claims.amount(to_decimal(line.claimed_qty), price, quantum))
            line.accepted_amount = float(claims.amount(to_decimal(line.accepted_qty), price, quantum))

    @api.depends('product_id', 'claimed_qty', 'kind')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for line in self:
            line.display_name = f"{kinds.get(line.kind, '')}: {line.claimed_qty:g} × {line.product_id.display_name}"

    # === CONSTRAINT METHODS === #

    @api.constrains('kind', 'wanted', 'granted')
    def _check_wanted_fits_kind(self):
        for line in self:
            if {line.wanted, line.granted or line.wanted} - set(WANTED_BY_KIND[line.kind]):
                raise ValidationError(self.env._("%s: this cannot be had for this kind of claim.", line.display_name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_open_for({'claimed_qty'})
        for line in lines.filtered(lambda line: not line.price_unit):
            line.sudo().price_unit = line._find_price()
        return lines

    def write(self, vals):
        self._check_open_for(set(vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_open_for({'claimed_qty'})

    # === BUSINESS METHODS === #

    def _check_open_for(self, names):
        """What the member says is fixed once it is sent, what headquarters decides once it has decided."""
        if self.env.su:
            return
        states = ('draft', 'sent') if names <= DECIDED_FIELDS else ('draft',)
        if names - {'accepted_qty', 'granted', 'product_id', 'kind', 'claimed_qty', 'reason_id', 'note', 'wanted',
                    'claim_id'}:
            raise AccessError(self.env._("This follows from the claim: it is not written by hand."))
        closed = self.claim_id.filtered(lambda claim: claim.state not in states)
        if closed:
            raise UserError(self.env._("%s: this cannot be changed any more.", closed[0].name))

    def _get_sale_lines(self):
        """The order lines that the delivery brought this product for."""
        self.ensure_one()
        return self.picking_id.sudo().move_ids.filtered(lambda move: move.product_id == self.product_id).sale_line_id

    def _get_invoice_lines(self):
        """The posted invoice lines that billed it, the first one first."""
        self.ensure_one()
        return self._get_sale_lines().invoice_lines.filtered(
            lambda line: line.move_id.move_type == 'out_invoice' and line.parent_state == 'posted'
            and line.quantity > 0).sorted('id')

    def _find_price(self):
        """What one, in the product's own unit, was invoiced at; before there is an invoice: ordered at.

        Where that was at several prices, what it comes to on average, dealt out as it would be credited.
        """
        self.ensure_one()
        priced = [
            (line._channel_get_creditable_qty(), line.price_subtotal, line.product_uom_id._compute_quantity(
                line.quantity, self.product_id.uom_id, round=False)) for line in self._get_invoice_lines()
        ] or [(qty, line.price_subtotal, qty) for line in self._get_sale_lines() if (qty := line._channel_get_qty())]
        return float(claims.average_price(to_decimal(self.claimed_qty), [
            (to_decimal(room), to_decimal(subtotal, 6) / to_decimal(qty, 6)) for room, subtotal, qty in priced]))

    def _get_counted(self):
        """{(product, is it surplus): quantity}, as the counter takes it."""
        counted = {}
        for line in self:
            key = (line.product_id, line.kind == 'surplus')
            counted[key] = counted.get(key, 0.0) + line.claimed_qty
        return counted
