from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.utils import to_decimal

from ..models.ledger.channel_stock_entry import DIGITS

AT_HAND = [
    ('available', "Available"), ('reserved', "Reserved"), ('inspection', "In Inspection"), ('frozen', "Frozen"),
    ('damaged', "Damaged"), ('expired', "Expired")]


class ChannelStockMovement(models.TransientModel):
    """A movement that no document says: headquarters writes it down, with the reason."""

    _name = 'channel.stock.movement'
    _description = "Movement of Stock by Hand"

    kind = fields.Selection(
        [('opening', "Opening stock"), ('more', "There is more"), ('less', "There is less"),
         ('state', "Change of state"), ('found', "Turned up after all")], required=True, default='opening')
    member_id = fields.Many2one('channel.member', domain="[('company_id', 'in', allowed_company_ids)]", required=True)
    product_id = fields.Many2one('product.product', domain=[('is_storable', '=', True)], required=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    tracking = fields.Selection(related='product_id.tracking')
    lot_id = fields.Many2one('stock.lot', "Lot", domain="[('product_id', '=', product_id)]")
    owner_id = fields.Many2one(
        'res.partner', help="Whose goods they are, where they are not the member's: consignment.")
    qty = fields.Float("Quantity", digits='Product Unit', required=True, default=1)
    from_state = fields.Selection(AT_HAND, default='available')
    to_state = fields.Selection(AT_HAND, default='available')
    occurred_at = fields.Datetime("When", default=fields.Datetime.now, required=True)
    reason = fields.Char(required=True, help="It stands with the movement in the ledger.")
    claim_id = fields.Many2one('channel.claim', readonly=True)
    held_text = fields.Char("There Now", compute='_compute_held_text')

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'product_id', 'lot_id', 'owner_id')
    def _compute_held_text(self):
        names = dict(self.env['channel.stock.entry']._get_states())
        for wizard in self:
            stock = self.env['channel.stock'].search([
                ('member_id', '=', wizard.member_id.id), ('product_id', '=', wizard.product_id.id),
                ('lot_id', '=', wizard.lot_id.id), ('owner_id', '=', wizard.owner_id.id)], limit=1)
            wizard.held_text = ", ".join(
                f"{names[state]}: {stock[state]:g}" for state in names if stock[state]) or False

    # === ACTION METHODS === #

    def action_post(self):
        """Post it: nothing is taken that is not there."""
        self.check_access('write')
        self.ensure_one()
        self.env['channel.stock.change']._check_manager()
        self.member_id.check_access('read')
        reason = (self.reason or '').strip()
        if not reason:
            raise UserError(self.env._("Say why."))
        if not self.product_id.is_storable or self.lot_id.product_id - self.product_id:
            raise UserError(self.env._("Choose a product that is kept in stock, and a lot of it."))
        if self.kind == 'found':
            if not self.claim_id:
                raise UserError(self.env._("What turns up is written down from its claim."))
            self.claim_id.check_access('write')
            self.claim_id.sudo()._book_found(self.product_id, to_decimal(self.qty, DIGITS), self.to_state)
        else:
            self.env['channel.stock.entry'].sudo()._post([self._prepare_move(reason)], guards=self.kind != 'opening')
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    @api.model
    def _ask_found(self, claim):
        """The action that asks how much of what a claim misses has turned up."""
        line = claim.line_ids.filtered(lambda line: line.kind == 'short' and claim._get_missed(line.product_id))[:1]
        if not line:
            raise UserError(self.env._("Nothing is missing by %s.", claim.name))
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Turned Up After All"), 'res_model': self._name,
            'view_mode': 'form', 'target': 'new', 'context': {
                'default_kind': 'found', 'default_claim_id': claim.id, 'default_member_id': claim.member_id.id,
                'default_product_id': line.product_id.id,
                'default_qty': float(sum(claim._get_missed(line.product_id).values())),
                'default_reason': claim.name}}

    def _prepare_move(self, reason):
        from_state, to_state = {
            'opening': (None, self.to_state), 'more': (None, self.to_state), 'less': (self.from_state, None),
            'state': (self.from_state, self.to_state)}[self.kind]
        return {
            'member_id': self.member_id.id, 'product_id': self.product_id.id, 'lot_id': self.lot_id.id or None,
            'owner_id': self.owner_id.id or None, 'kind': {'more': 'adjustment', 'less': 'adjustment'}.get(
                self.kind, self.kind), 'from_state': from_state, 'to_state': to_state, 'qty': self.qty,
            'occurred_at': self.occurred_at, 'source': 'hq', 'external_key': self.env.user.login, 'note': reason}
