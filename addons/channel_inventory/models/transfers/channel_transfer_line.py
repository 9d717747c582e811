from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.distributor_portal.engine.packs import plain
from odoo.addons.distributor_portal.utils import to_decimal, with_own_defaults

# Written by the steps of the transfer, as superuser, and by nobody else.
RESULT_FIELDS = {
    'packed_qty', 'coded_qty', 'received_qty', 'damaged_qty', 'expiring_qty', 'giver_days_before', 'giver_days_after',
    'receiver_days_before', 'receiver_days_after'}


class ChannelTransferLine(models.Model):
    """One product of one lot that is transferred, and why."""

    _name = 'channel.transfer.line'
    _description = "Transfer Line"
    _order = 'transfer_id, id'

    transfer_id = fields.Many2one('channel.transfer', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='transfer_id.company_id', store=True, precompute=True)
    currency_id = fields.Many2one(related='transfer_id.currency_id')
    giver_id = fields.Many2one(related='transfer_id.giver_id', store=True, precompute=True, index=True)
    receiver_id = fields.Many2one(related='transfer_id.receiver_id', store=True, precompute=True, index=True)
    state = fields.Selection(related='transfer_id.state', store=True, precompute=True)
    product_id = fields.Many2one(
        'product.product', required=True, index=True, ondelete='restrict', domain=[('is_storable', '=', True)])
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", ondelete='restrict', domain="[('product_id', '=', product_id)]")
    expiration_date = fields.Datetime(related='lot_id.expiration_date')
    qty = fields.Float("Quantity", digits='Product Unit', required=True, help="In the product's own unit.")
    packed_qty = fields.Float("Packed", digits='Product Unit', readonly=True, copy=False)
    coded_qty = fields.Float(
        "By Codes", digits='Product Unit', readonly=True, copy=False, help="What of it was scanned out by item codes.")
    received_qty = fields.Float("Received", digits='Product Unit', readonly=True, copy=False)
    damaged_qty = fields.Float("Of These Damaged", digits='Product Unit', readonly=True, copy=False)
    price_unit = fields.Monetary("Price", help="Of one unit: what the giver pays, less the discount.")
    amount = fields.Monetary(compute='_compute_amount', store=True, help="What arrives undamaged is paid for.")
    expiring_qty = fields.Float(
        "Would Expire", digits='Product Unit', readonly=True, help="What of it the giver would not sell in time.")
    giver_days_before = fields.Float("Giver's Days of Supply", digits=(10, 1), readonly=True, help="-1: nothing sells.")
    giver_days_after = fields.Float("… Then", digits=(10, 1), readonly=True)
    receiver_days_before = fields.Float("Receiver's Days of Supply", digits=(10, 1), readonly=True)
    receiver_days_after = fields.Float("… After It", digits=(10, 1), readonly=True)

    _positive = models.Constraint('CHECK (qty > 0)', "A quantity is more than nothing.")
    _not_negative = models.Constraint(
        'CHECK (packed_qty >= 0 AND received_qty >= 0 AND damaged_qty >= 0 AND damaged_qty <= received_qty)',
        "Not more can be damaged than has come.")
    _price_not_negative = models.Constraint('CHECK (price_unit >= 0)', "A price is not negative.")
    _one_per_lot = models.UniqueIndex(
        '(transfer_id, product_id, COALESCE(lot_id, 0))', "This product and lot stand on the transfer already.")

    # === COMPUTE METHODS === #

    @api.depends('price_unit', 'qty', 'packed_qty', 'received_qty', 'damaged_qty', 'transfer_id.state')
    def _compute_amount(self):
        for line in self:
            line.amount = line.currency_id.round(line.price_unit * line._get_paid_qty()) if line.currency_id else 0.0

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(RESULT_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("What was packed and received is said by those who did it."))
        lines = super().create(with_own_defaults(self, RESULT_FIELDS, vals_list))
        lines._refuse_unless_proposed()
        lines.filtered(lambda line: not line.price_unit)._price()
        return lines

    def write(self, vals):
        if not self.env.su and RESULT_FIELDS & set(vals):
            raise AccessError(self.env._("What was packed and received is said by those who did it."))
        if {'product_id', 'lot_id', 'qty', 'price_unit', 'transfer_id'} & set(vals):
            self._refuse_unless_proposed()
        result = super().write(vals)
        if 'product_id' in vals and 'price_unit' not in vals:
            self._price()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposed(self):
        self._refuse_unless_proposed()

    # === BUSINESS METHODS === #

    def _refuse_unless_proposed(self):
        if not self.env.su and any(line.transfer_id.state != 'proposed' for line in self):
            raise UserError(self.env._("What both sides were asked about is not changed afterwards."))

    def _get_paid_qty(self):
        """What the receiver pays for: what was agreed, then what was packed, in the end what came undamaged."""
        self.ensure_one()
        state = self.transfer_id.state
        if state in ('received', 'closed'):
            # More than was sent cannot be owed.
            return min(self.received_qty, self.packed_qty) - min(self.damaged_qty, self.packed_qty)
        return self.packed_qty if state in ('packed', 'shipped') else self.qty

    def _price(self):
        """The giver's own purchase price less the discount, in the company's currency."""
        for transfer, lines in self.grouped('transfer_id').items():
            giver = transfer.giver_id.sudo()
            pricelist, company = giver._get_pricelists()[giver], transfer.company_id
            today = company._channel_get_today()
            for line in lines:
                price = pricelist._get_product_price(line.product_id, line.qty or 1.0)
                price = pricelist.currency_id._convert(price, company.currency_id, company, today, round=False)
                line.price_unit = company.currency_id.round(max(0.0, price) * (1 - transfer.discount / 100))

    def _describe_days(self):
        """Why, in words: what both sides have without and with it."""
        self.ensure_one()
        _ = self.env._
        parts = []
        if self.expiring_qty:
            parts.append(_("%(qty)s %(unit)s would expire", qty=plain(to_decimal(self.expiring_qty)),
                           unit=self.uom_id.name))
        if self.giver_days_before or self.receiver_days_before or self.receiver_days_after:
            parts.append(_("giver %(before)s → %(after)s days", before=_show_days(self.giver_days_before),
                           after=_show_days(self.giver_days_after)))
            parts.append(_("receiver %(before)s → %(after)s days", before=_show_days(self.receiver_days_before),
                           after=_show_days(self.receiver_days_after)))
        return " · ".join(parts)


def _show_days(days):
    return "∞" if days < 0 else f"{days:.0f}"
