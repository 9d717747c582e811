from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger
from .channel_stock_entry import DIGITS

# What a person does to stock that stays where it is: from which states, into which.
CHANGES = {
    'freeze': (ledger.SELLABLE, 'frozen'),
    'release': (('frozen',), 'available'),
    'pass': (('inspection',), 'available'),
    'fail': (('inspection',), 'damaged'),
}


class ChannelStock(models.Model):
    """Goods that stay where they are and change their state: recalls and inspections."""

    _inherit = 'channel.stock'

    # === ACTION METHODS === #

    def action_freeze(self):
        """Ask why, then take these positions out of sale."""
        self.check_access('read')
        return self.env['channel.stock.change']._ask('freeze', stocks=self)

    def action_release(self):
        self.check_access('read')
        return self.env['channel.stock.change']._ask('release', stocks=self)

    def action_pass_inspection(self):
        self.check_access('read')
        return self.env['channel.stock.change']._ask('pass', stocks=self)

    def action_fail_inspection(self):
        self.check_access('read')
        return self.env['channel.stock.change']._ask('fail', stocks=self)

    # === BUSINESS METHODS === #

    def _change(self, action, note, qty=None, source='hq'):
        """Do what `CHANGES` names to these positions. The caller has checked who asks.

        :param qty: only so much of each; all without
        :return: number of movements
        :raise UserError: there is not so much, or nothing at all
        """
        from_states, to_state = CHANGES[action]
        moves = []
        for stock in self:
            held = {state: max(to_decimal(stock[state], DIGITS), 0) for state in from_states}
            wanted = sum(held.values()) if qty is None else qty
            if wanted > sum(held.values()):
                raise UserError(self.env._(
                    "%(position)s: there are only %(qty)s.", position=stock.display_name,
                    qty=float(sum(held.values()))))
            for state, part in ledger.share_out(wanted, held).items():
                moves.append(stock._prepare_change(state, to_state, part, note, source))
        if not moves:
            raise UserError(self.env._("There is nothing of it in that state."))
        return self.env['channel.stock.entry'].sudo()._post(moves, guards=True)

    def _prepare_change(self, from_state, to_state, qty, note, source):
        self.ensure_one()
        return {
            'member_id': self.member_id.id, 'product_id': self.product_id.id, 'lot_id': self.lot_id.id or None,
            'owner_id': self.owner_id.id or None, 'kind': 'state', 'from_state': from_state, 'to_state': to_state,
            'qty': qty, 'source': source, 'note': note}

    @api.model
    def _change_lots(self, lots, action, note):
        """Freeze lots at every member, or release them: also what arrives of them from now on."""
        freezes = action == 'freeze'
        lots.sudo().write({
            'channel_is_frozen': freezes, 'channel_frozen_reason': note if freezes else False,
            'channel_is_recalled': freezes})
        from_states, _to_state = CHANGES[action]
        positions = self.sudo().search([('lot_id', 'in', lots.ids)]).filtered(
            lambda stock: any(stock[state] > 0 for state in from_states))
        return positions._change(action, note) if positions else 0
