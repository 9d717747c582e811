from odoo import fields, models
from odoo.fields import Command

from ...engine import claims as engine
from ...utils import to_decimal


class ChannelClaim(models.Model):
    """What a claim ends with, in Odoo's own documents: credit note, replacement order, return of a delivery."""

    _inherit = 'channel.claim'

    # === BUSINESS METHODS === #

    def _settle(self):
        """Make what is owed and not made yet, then close what is complete. Again it makes nothing twice."""
        for claim in self.filtered(lambda claim: claim.is_final and claim.state in ('accepted', 'partly')):
            lines = claim._get_granted()
            missing = {line: line._get_missing_qty() for line in lines}
            claim._create_returns(lines.filtered(lambda line: line.granted == 'take_back' and not line.return_id))
            claim._create_replacement(
                lines.filtered(lambda line: line.granted == 'replacement' and not line.replacement_id))
            claim._create_moves(
                {line: qty for line, qty in missing.items() if qty and line.granted != 'buy'}, 'out_refund')
            claim._create_moves(
                {line: qty for line, qty in missing.items() if qty and line.granted == 'buy'}, 'out_invoice')
        self._refresh_settled()

    def _get_granted(self):
        return self.line_ids.filtered(lambda line: line.accepted_qty > 0 and line.granted)

    def _refresh_settled(self):
        """accepted, partly → settled: everything has happened."""
        done = self.filtered(lambda claim: (
            claim.is_final and claim.state in ('accepted', 'partly')
            and all(line._is_settled() for line in claim._get_granted())))
        if done:
            done._move(('accepted', 'partly'), 'settled', settled_at=fields.Datetime.now())
            done._note('settled')
            for claim in done:
                self.env['channel.order.event']._note('claim_settled', claim.order_id, {claim.order_id: claim.name})

    # --- money

    def _create_moves(self, quantities, move_type):
        """A credit note for each invoice that billed these lines (or an invoice of what is kept).

        What is not invoiced yet waits: it is credited as soon as the invoice is posted.

        :param quantities: {line: how much of it, in the product's own unit}
        """
        self.ensure_one()
        shares = {}
        for line, missing in quantities.items():
            invoice_lines, qty = line._get_invoice_lines(), to_decimal(missing)
            rooms = [to_decimal(invoice_line._channel_get_creditable_qty()) for invoice_line in invoice_lines]
            if move_type == 'out_invoice' and rooms:
                rooms[-1] = qty  # surplus was never billed: no invoice bounds it
            for invoice_line, part in zip(invoice_lines, engine.share_out(qty, rooms), strict=True):
                if part:
                    shares.setdefault(invoice_line.move_id, []).append((line, invoice_line, float(part)))
        for invoice, parts in shares.items():
            move = self.env['account.move'].with_company(self.company_id).create(
                self._prepare_move(invoice, parts, move_type))
            if self.company_id.channel_claim_posts_credit:
                move.action_post()

    def _prepare_move(self, invoice, parts, move_type):
        today = self._get_today()
        return {
            'move_type': move_type,
            'channel_claim_id': self.id,
            'partner_id': invoice.partner_id.id,
            'partner_shipping_id': invoice.partner_shipping_id.id,
            'currency_id': invoice.currency_id.id,
            'journal_id': invoice.journal_id.id,
            'fiscal_position_id': invoice.fiscal_position_id.id,
            'invoice_user_id': invoice.invoice_user_id.id,
            'reversed_entry_id': invoice.id if move_type == 'out_refund' else False,
            'invoice_origin': invoice.invoice_origin,
            'ref': self.with_context(lang=invoice.partner_id.lang).env._(
                "Claim %(claim)s, %(invoice)s", claim=self.name, invoice=invoice.name),
            'invoice_date': today,
            'invoice_line_ids': [
                Command.create(line._prepare_move_line(invoice_line, qty)) for line, invoice_line, qty in parts],
        }

    # --- goods

    def _create_replacement(self, lines):
        """One order at no price, that ships like any other: sourced, packed, tracked, scanned in."""
        if not lines:
            return
        self.ensure_one()
        origin = self.order_id
        order = self.env['sale.order'].with_company(self.company_id).create({
            'partner_id': origin.partner_id.id,
            'partner_invoice_id': origin.partner_invoice_id.id,
            'partner_shipping_id': origin.partner_shipping_id.id,
            'channel_member_id': self.member_id.id,
            'pricelist_id': origin.pricelist_id.id,
            'channel_claim_id': self.id,
            'origin': self.name,
            'client_order_ref': self.name,
            'user_id': origin.user_id.id,
            'channel_ship_code': origin.channel_ship_code,
            'channel_latitude': origin.channel_latitude,
            'channel_longitude': origin.channel_longitude,
            'order_line': [Command.create({
                'product_id': line.product_id.id, 'product_uom_qty': line.accepted_qty,
                'product_uom_id': line.product_id.uom_id.id, 'price_unit': 0.0, 'discount': 0.0,
            }) for line in lines],
        })
        order._channel_confirm_replacement()
        lines.replacement_id = order
        self._note('replaced', order.name)

    def _create_returns(self, lines):
        """The return of the delivery, as Odoo makes it; what came in surplus comes back without one."""
        if not lines:
            return
        self.ensure_one()
        picking = self.picking_id.with_company(self.company_id)
        if not self.return_number:
            self.return_number = f'R-{self.name}'
        self.return_until = self.return_until or fields.Date.add(
            self._get_today(), days=self.company_id.channel_claim_return_days)
        self.return_address_id = self.return_address_id or self.warehouse_id.partner_id
        surplus = lines.filtered(lambda line: line.kind == 'surplus')
        for some, create in ((lines - surplus, picking._channel_create_return), (
                surplus, picking._channel_create_surplus_return)):
            if some:
                returned = create({line.product_id: line.accepted_qty for line in some})
                returned.write({'channel_claim_id': self.id, 'origin': self.return_number})
                some.return_id = returned
        self._note('authorised', self.return_number)

    def _has_returned(self):
        """Whether everything has come back that will."""
        self.ensure_one()
        return bool(self.return_ids) and all(picking.state in ('done', 'cancel') for picking in self.return_ids)

    def _take_returned(self):
        """Goods have come back: what has arrived is credited, what has not can be claimed again."""
        for claim in self:
            if not claim._has_returned():
                continue
            back = {}
            for picking in claim.return_ids.filtered(lambda picking: picking.state == 'done'):
                for product, qty in picking._channel_get_shipped().items():
                    back[product] = back.get(product, 0.0) + qty
            lines = claim._get_granted().filtered(lambda line: line.granted == 'take_back' and not line.is_return_over)
            for line in lines:
                line.returned_qty = min(back.get(line.product_id, 0.0), line.accepted_qty)
                back[line.product_id] = back.get(line.product_id, 0.0) - line.returned_qty
            if any(lines.mapped('returned_qty')):
                claim._note('returned')
            lines.is_return_over = True
            claim._give_back({line: line.accepted_qty - line.returned_qty for line in lines})
            claim._create_moves({line: qty for line in lines if (qty := line._get_owed_qty())}, 'out_refund')
        self._refresh_settled()
