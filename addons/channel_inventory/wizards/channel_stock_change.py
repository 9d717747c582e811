from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.distributor_portal.utils import to_decimal

from ..models.ledger.channel_stock_entry import DIGITS
from ..models.ledger.channel_stock_state import CHANGES


class ChannelStockChange(models.TransientModel):
    """Asks why before stock is frozen, released, or passes its inspection."""

    _name = 'channel.stock.change'
    _description = "Change the State of Stock"

    action = fields.Selection(
        [('freeze', "Freeze"), ('release', "Release"), ('pass', "Passes Inspection"), ('fail', "Fails Inspection")],
        required=True, readonly=True)
    stock_ids = fields.Many2many('channel.stock', string="Positions", readonly=True)
    lot_ids = fields.Many2many('stock.lot', string="Lots", readonly=True)
    position_count = fields.Integer("Positions Changed", compute='_compute_amounts')
    member_count = fields.Integer("Members", compute='_compute_amounts')
    held_qty = fields.Float("Quantity There", compute='_compute_amounts', digits='Product Unit')
    qty = fields.Float(
        "Only", digits='Product Unit', help="Only so much of the one position. Nothing: all of it.")
    reason = fields.Char(help="It stands with every movement in the ledger.")

    # === COMPUTE METHODS === #

    @api.depends('action', 'stock_ids', 'lot_ids')
    def _compute_amounts(self):
        for wizard in self:
            stocks = wizard._get_positions()
            wizard.position_count = len(stocks)
            wizard.member_count = len(stocks.member_id)
            wizard.held_qty = sum(max(stock[state], 0) for stock in stocks for state in wizard._get_states())

    # === ACTION METHODS === #

    def action_confirm(self):
        """Post it."""
        self.check_access('write')
        self.ensure_one()
        self._check_manager()
        reason = (self.reason or '').strip()
        if not reason:
            raise UserError(self.env._("Say why."))
        if self.lot_ids:
            self.env['channel.stock']._change_lots(self.lot_ids, self.action, reason)
        else:
            self._get_positions()._change(self.action, reason, to_decimal(self.qty, DIGITS) if self.qty else None)
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, action, stocks=None, lots=None):
        """The action that opens this wizard for positions, or for lots wherever they are."""
        self._check_manager()
        wizard = self.create({
            'action': action, 'stock_ids': [(6, 0, stocks.ids if stocks else [])],
            'lot_ids': [(6, 0, lots.ids if lots else [])]})
        names = dict(self._fields['action']._description_selection(self.env))
        return {
            'type': 'ir.actions.act_window', 'name': names[action], 'res_model': self._name, 'res_id': wizard.id,
            'view_mode': 'form', 'target': 'new'}

    @api.model
    def _check_manager(self):
        """:raise AccessError: stock is changed by managers"""
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Managers of the channel change the state of stock."))

    def _get_states(self):
        return CHANGES[self.action][0] if self.action else ()

    def _get_positions(self):
        """What there is to change: all of the lots, or those chosen."""
        self.ensure_one()
        stocks = self.env['channel.stock'].search([('lot_id', 'in', self.lot_ids.ids)]) if self.lot_ids else (
            self.stock_ids)
        return stocks.filtered(lambda stock: any(stock[state] > 0 for state in self._get_states()))
