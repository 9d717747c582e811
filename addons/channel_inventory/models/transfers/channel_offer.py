from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.distributor_portal.utils import to_decimal


class ChannelOffer(models.Model):
    """Goods that a member offers to others by itself: they lie too long, or expire before it can sell them."""

    _name = 'channel.offer'
    _description = "Offer of a Member"
    _order = 'valid_until, id'

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    member_id = fields.Many2one('channel.member', "Offered By", required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='member_id.company_id', store=True, precompute=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    product_id = fields.Many2one('product.product', required=True, index=True, ondelete='restrict')
    categ_id = fields.Many2one(related='product_id.categ_id', store=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", ondelete='restrict', domain="[('product_id', '=', product_id)]")
    expiration_date = fields.Datetime(related='lot_id.expiration_date')
    qty = fields.Float("Offered", digits='Product Unit', required=True)
    left_qty = fields.Float("Left", digits='Product Unit', readonly=True, copy=False, help="Not asked for yet.")
    discount = fields.Float("Discount (%)", help="Off the price at which the member buys.")
    price_unit = fields.Monetary("Price", readonly=True, help="Of one unit, with the discount.")
    note = fields.Char()
    wide_from = fields.Date(
        "For Other Agents From", required=True, readonly=True, help="Until then only members of the same agent see it.")
    valid_until = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [('open', "Open"), ('closed', "Everything Asked For"), ('withdrawn', "Withdrawn"), ('lapsed', "Lapsed")],
        required=True, default='open', readonly=True, index=True)
    transfer_ids = fields.One2many('channel.transfer', 'offer_id', "Transfers", readonly=True)

    _left_is_a_part = models.Constraint(
        'CHECK (left_qty >= 0 AND left_qty <= qty)', "Not more can be asked for than was offered.")
    _positive = models.Constraint('CHECK (qty > 0)', "A quantity is more than nothing.")
    _discount_is_a_share = models.Constraint(
        'CHECK (discount BETWEEN 0 AND 100)', "A discount lies between 0 and 100 %.")
    _open_ones = models.Index("(company_id, valid_until) WHERE state = 'open'")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            member = self.env['channel.member'].sudo().browse(vals.get('member_id'))
            policy = self.env['channel.transfer.policy']._get(member.company_id)
            today = member.company_id._channel_get_today()
            vals['name'] = self.env['ir.sequence'].sudo().with_company(member.company_id).next_by_code('channel.offer')
            vals.update({
                'left_qty': vals.get('qty'), 'wide_from': today + timedelta(policy.own_days),
                'valid_until': today + timedelta(policy.offer_days), 'state': 'open'})
        offers = super().create(vals_list)
        for offer in offers:
            offer._check_offered()
            offer.sudo().price_unit = offer._get_price()
        return offers

    def write(self, vals):
        if not self.env.su and set(vals) - {'note'}:
            raise UserError(self.env._("An offer stands as it was made; withdraw it and make another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An offer is withdrawn, not deleted."))

    # === ACTION METHODS === #

    def action_withdraw(self):
        """Nobody may ask for it any more; what was asked for goes on."""
        self.check_access('write')
        self.sudo()._withdraw()

    # === BUSINESS METHODS === #

    def _check_offered(self):
        """:raise UserError: it is not shared, not there, or expires too soon"""
        self.ensure_one()
        member = self.member_id.sudo()
        if member.state != 'active' or not member.tracks_stock:
            raise UserError(self.env._("%s takes no part in sharing stock.", member.name))
        if not self.product_id.sudo().categ_id._channel_get_shared():
            raise UserError(self.env._("%s is not shared between members.", self.product_id.display_name))
        if self.lot_id and self.lot_id.product_id != self.product_id:
            raise UserError(self.env._(
                "The lot %(lot)s is none of %(product)s.", lot=self.lot_id.name, product=self.product_id.display_name))
        margin = self.env['channel.transfer.policy']._get(member.company_id).margin_days
        today = member.company_id._channel_get_today()
        if self.expiration_date and self.expiration_date.date() <= today + timedelta(margin):
            raise UserError(self.env._("%s expires too soon to be sold anywhere.", self.product_id.display_name))
        offered = sum(to_decimal(offer.left_qty) for offer in self.search([
            ('member_id', '=', member.id), ('product_id', '=', self.product_id.id), ('lot_id', '=', self.lot_id.id),
            ('state', '=', 'open')]))
        stock = self.env['channel.stock'].sudo().search([
            ('member_id', '=', member.id), ('product_id', '=', self.product_id.id), ('lot_id', '=', self.lot_id.id),
            ('owner_id', '=', False)])
        if offered > to_decimal(sum(stock.mapped('available'))):
            raise UserError(self.env._(
                "%(member)s has less of %(product)s than is offered.", member=member.name,
                product=self.product_id.display_name))

    def _get_price(self):
        """What the giver pays itself, less the discount, in the company's currency."""
        self.ensure_one()
        member, company = self.member_id.sudo(), self.company_id
        pricelist = member._get_pricelists()[member]
        price = pricelist.currency_id._convert(
            pricelist._get_product_price(self.product_id, self.qty), company.currency_id, company,
            company._channel_get_today(), round=False)
        return company.currency_id.round(max(0.0, price) * (1 - self.discount / 100))

    def _ask(self, receiver, qty):
        """A member asks for some of it: the giver has to agree. :return: the transfer

        :raise UserError: it is over, there is not so much left, or the receiver must not have it
        """
        self.ensure_one()
        if self.state != 'open' or self.valid_until < self.company_id._channel_get_today():
            raise UserError(self.env._("This offer is over."))
        if not 0 < to_decimal(qty) <= to_decimal(self.left_qty):
            raise UserError(self.env._("%s can be asked for.", f'{self.left_qty:g}'))
        left = float(to_decimal(self.left_qty) - to_decimal(qty))
        self.sudo().write({'left_qty': left, 'state': 'open' if left else 'closed'})
        transfer = self.env['channel.transfer'].sudo().create({
            'origin': 'offer', 'offer_id': self.id, 'giver_id': self.member_id.id, 'receiver_id': receiver.id,
            'discount': self.discount, 'line_ids': [Command.create({
                'product_id': self.product_id.id, 'lot_id': self.lot_id.id, 'qty': qty,
                'price_unit': self.price_unit})]})
        transfer._estimate()
        transfer._offer()
        transfer._note('asked', self.name)
        transfer._agree('receiver')
        return transfer

    def _give_back(self, qty):
        """What was asked for is not sent after all: others may ask for it."""
        for offer in self.sudo():
            offer.left_qty = min(offer.qty, offer.left_qty + qty)
            if offer.state == 'closed' and offer.valid_until >= offer.company_id._channel_get_today():
                offer.state = 'open'

    def _withdraw(self):
        for offer in self:
            if offer.state != 'open':
                raise UserError(self.env._("This offer is over."))
        self.sudo().state = 'withdrawn'

    @api.model
    def _close_old(self, company, today):
        self.search([('company_id', '=', company.id), ('state', '=', 'open'), ('valid_until', '<', today)]).write(
            {'state': 'lapsed'})
