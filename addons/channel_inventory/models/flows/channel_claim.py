from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger
from .stock_picking import DIGITS

# Where goods are put that turn out not to be as they were booked in.
PUT_ASIDE = {'damaged': 'damaged', 'quality': 'damaged', 'other': 'damaged', 'wrong': 'frozen'}


class ChannelClaim(models.Model):
    """What the decision on a claim makes of the member's stock.

    A receipt has booked what it found. A decision that says otherwise, and a claim that was made after the receipt,
    move what they are about; goods that go back leave by their return.
    """

    _inherit = 'channel.claim'

    # === ACTION METHODS === #

    def action_view_stock_entries(self):
        """All that this claim and its receipt, delivery and returns have done to the member's stock."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_entry_action')
        documents = (self, self.receipt_id | self.picking_id.channel_receipt_ids, self.picking_id | self.return_ids)
        return {**action, 'domain': Domain('product_id', 'in', self.line_ids.product_id.ids) & Domain.OR(
            Domain('ref_model', '=', records._name) & Domain('ref_id', 'in', records.ids) for records in documents)}

    def action_found(self):
        """Ask how much of what was missing has turned up."""
        self.check_access('write')
        self.ensure_one()
        return self.env['channel.stock.movement']._ask_found(self)

    # === BUSINESS METHODS === #

    def _make_final(self):
        """Override of ours: what was decided, the book follows."""
        decided = self.filtered(lambda claim: not claim.is_final)
        result = super()._make_final()
        moves = []
        for claim in decided.sudo():
            for line in claim.line_ids:
                moves += claim._prepare_stock_moves(line)
        if moves:
            self.env['channel.stock.entry'].sudo()._post(moves)
        return result

    def _prepare_stock_moves(self, line):
        """What the decision on one line moves."""
        accepted = to_decimal(line.accepted_qty, DIGITS)
        refused = to_decimal(line.claimed_qty, DIGITS) - accepted
        if not line.product_id.is_storable:
            return []
        if line.kind == 'short' and self.receipt_id:
            # The receipt has booked it as missing. Headquarters holds that it came: then it is there, and what has
            # turned up meanwhile is part of that.
            note = self.env._("Headquarters holds that it arrived: claim %s", self.name)
            left = refused - self._get_found_qty(line.product_id)
            return self._prepare_found(line.product_id, left, note) if left > 0 else []
        if accepted <= 0 or self.receipt_id or line.kind not in ('short', *PUT_ASIDE):
            return []
        positions = self.env['channel.stock'].search([
            ('member_id', '=', self.member_id.id), ('product_id', '=', line.product_id.id), ('available', '>', 0)])
        shares = ledger.share_out(accepted, self._get_lots_of_delivery(positions)) or {(None, None): accepted}
        kind, to_state = ('shortage', None) if line.kind == 'short' else ('state', PUT_ASIDE[line.kind])
        note = self.env._("Found after the receipt: claim %s", self.name)
        return [self._prepare_stock_move(line.product_id, lot, owner, kind, 'available', to_state, qty, note)
                for (lot, owner), qty in shares.items()]

    def _get_lots_of_delivery(self, positions):
        """{(lot, owner): available}: lots of this delivery first, then the others."""
        delivered = self.picking_id.move_line_ids.lot_id
        return {
            (one.lot_id.id or None, one.owner_id.id or None): to_decimal(one.available, DIGITS)
            for one in positions.sorted(lambda one: (one.lot_id not in delivered, one.id))}

    def _prepare_found(self, product, qty, note, state=None):
        """What was missing is there: of the lots that the receipt has missed, as far as it says."""
        shares = ledger.share_out(qty, self._get_missed(product))
        if not shares and not self._search_missed(product):
            shares = {(None, None): qty}  # the receipt opened the book, which never had it as on its way
        return [self._prepare_stock_move(
            product, lot, owner, 'found', None, state or product._channel_get_arrival_state(lot), part, note)
            for (lot, owner), part in shares.items()]

    def _get_missed(self, product):
        """{(lot, owner): quantity} that this claim's receipt has booked as missing and nobody has found since."""
        missed = {}
        for entry in self._search_missed(product):
            key = entry.lot_id.id or None, entry.owner_id.id or None
            missed[key] = missed.get(key, 0) - to_decimal(entry.qty, DIGITS)
        return {key: qty for key, qty in missed.items() if qty > 0}

    def _get_found_qty(self, product):
        return sum((to_decimal(entry.qty, DIGITS) for entry in self._search_missed(product) if entry.kind == 'found'),
                   Decimal())

    def _search_missed(self, product):
        """The entries that say what is missing by this claim and its receipt, and what was found of it."""
        domain = Domain('ref_model', '=', 'channel.receipt') & Domain('ref_id', 'in', self.receipt_id.ids) & Domain(
            'kind', '=', 'shortage') | Domain('ref_model', '=', self._name) & Domain('ref_id', 'in', self.ids) & Domain(
                'kind', 'in', ('found', 'shortage'))
        return self.env['channel.stock.entry'].sudo().search(domain & Domain('product_id', '=', product.id), order='id')

    def _book_found(self, product, qty, state):
        """Lost goods have turned up. :raise UserError: more than was missing"""
        self.ensure_one()
        missed = sum(self._get_missed(product).values())
        if not 0 < qty <= missed:
            raise UserError(self.env._(
                "%(claim)s: %(qty)s of %(product)s are missing, no more can turn up.", claim=self.name,
                qty=float(missed), product=product.display_name))
        note = self.env._("Turned up after all: claim %s", self.name)
        self.env['channel.stock.entry'].sudo()._post(self._prepare_found(product, qty, note, state))
        self._note('answer', self.env._(
            "%(qty)s of %(product)s have turned up after all.", qty=float(qty), product=product.display_name))

    def _prepare_stock_move(self, product, lot, owner, kind, from_state, to_state, qty, note):
        return {
            'member_id': self.member_id.id, 'product_id': product.id, 'lot_id': lot, 'owner_id': owner, 'kind': kind,
            'from_state': from_state, 'to_state': to_state, 'qty': qty, 'occurred_at': fields.Datetime.now(),
            'source': 'claim', 'external_key': self.name, 'ref_model': self._name, 'ref_id': self.id, 'note': note}
