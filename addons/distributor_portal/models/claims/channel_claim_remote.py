from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command

from .channel_claim_line import WANTED_BY_KIND

MAX_BATCH = 200
MAX_LINES = 200
MAX_QTY = 10**6
MAX_TEXT = 2000


class ChannelClaim(models.Model):
    """Claims from other systems: codes in, plain values out, each exactly once."""

    _inherit = 'channel.claim'

    @api.model
    def channel_claim(self, claims):
        """Take in claims, by XML-RPC or JSON-2.

        :param claims: list of ``{"external_id", "delivery", "text", "lines"}``, lines of ``{"sku" | "gtin", "kind",
            "qty", "wanted", "reason", "note"}``; kind is short, damaged, surplus, wrong, quality, return or other;
            `qty` counts the product's own unit; `wanted` (credit, replacement, take_back, buy), `reason` (the code of
            one), `note` and `text` may be left out
        :return: one ``{"external_id", "name", "status", "error", "amount", "accepted_amount", "lines"}`` per claim, in
            the same sequence; lines of ``{"sku", "kind", "claimed", "accepted"}``. Sent again, a claim is not made
            again: the answer tells how it stands now. A claim that is not taken has status "rejected" and an `error`.
        :raise AccessError: the user is neither an integrator nor of the order desk
        :raise UserError: `claims` is no list, or too long
        """
        user = self.env.user
        if not (user.has_group('distributor_portal.group_channel_integrator')
                or user.has_group('distributor_portal.group_channel_user')):
            raise AccessError(self.env._("Only integrators and the order desk send claims in."))
        if not isinstance(claims, (list, tuple)) or len(claims) > MAX_BATCH:
            raise UserError(self.env._("Send a list of at most %s claims.", MAX_BATCH))
        return [self.sudo()._take_in(raw) for raw in claims]

    # === BUSINESS METHODS === #

    @api.model
    def _take_in(self, raw):
        """One claim; what is wrong with it is its answer and stops no other."""
        number = raw.get('external_id') if isinstance(raw, dict) else None
        if not isinstance(number, str) or not 0 < len(number) <= 64:
            return self._get_rejection(None, self.env._("A claim has an external_id of up to 64 letters."))
        known = self._find_known(number)
        if known:
            return known._get_answer()
        try:
            with self.env.cr.savepoint():
                return self._create_from(raw)._get_answer()
        except UserError as error:
            return self._get_rejection(number, str(error))
        except UniqueViolation as error:
            # Another call has just made it: run again, this one finds it.
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _find_known(self, number):
        """The claim that was made of this number, or none."""
        return self.search([('company_id', '=', self.env.company.id), ('external_id', '=', number)])

    @api.model
    def _create_from(self, raw):
        picking = self._find_delivery(raw.get('delivery'))
        lines = raw.get('lines')
        if not isinstance(lines, (list, tuple)) or not 0 < len(lines) <= MAX_LINES:
            raise UserError(self.env._("A claim has at least one line."))
        text = raw.get('text') or ''
        claim = self.create({
            'picking_id': picking.id,
            'source': 'api',
            'external_id': raw['external_id'],
            'text': text[:MAX_TEXT] if isinstance(text, str) else False,
            'line_ids': [Command.create(values) for values in self._read_lines(picking, lines)],
        })
        claim._send()
        return claim

    @api.model
    def _find_delivery(self, name):
        picking = self.env['stock.picking'].search([
            ('name', '=', name), ('company_id', '=', self.env.company.id), ('picking_type_code', '=', 'outgoing'),
            ('state', '=', 'done'), ('sale_id.channel_member_id', '!=', False)],
            limit=2) if isinstance(name, str) and name else self.env['stock.picking']
        if len(picking) != 1:
            raise UserError(self.env._("There is no delivery %s to a member.", str(name)[:60]))
        return picking

    @api.model
    def _read_lines(self, picking, lines):
        """Values of claim lines. :raise UserError: a line that cannot be read"""
        codes = {}
        for product in picking._channel_get_shipped():
            codes |= {code: product.id for code in (product.default_code, product.barcode) if code}
        reasons = {
            reason.code: reason.id
            for reason in self.env['channel.claim.reason'].search([('use', '=', 'claim')])}
        read = [self._read_line(line, codes, reasons) for line in lines]
        if len({(values['product_id'], values['kind']) for values in read}) < len(read):
            raise UserError(self.env._("A claim has one line of each product and kind."))
        return read

    @api.model
    def _read_line(self, line, codes, reasons):
        code = isinstance(line, dict) and (line.get('sku') or line.get('gtin'))
        kind, qty = (line.get('kind'), line.get('qty')) if code else (None, None)
        is_known = isinstance(code, str) and code in codes and kind in WANTED_BY_KIND
        if not is_known or isinstance(qty, bool) or not isinstance(qty, (int, float)) or not 0 < qty <= MAX_QTY:
            raise UserError(self.env._("%s is no line of this delivery.", str(line)[:80]))
        wanted, reason, note = line.get('wanted'), line.get('reason'), line.get('note')
        if (wanted and wanted not in WANTED_BY_KIND[kind]) or (reason and reason not in reasons):
            raise UserError(self.env._("%s: this cannot be wanted, or there is no such reason.", str(line)[:80]))
        return {
            'product_id': codes[code], 'kind': kind, 'claimed_qty': qty,
            'wanted': wanted or WANTED_BY_KIND[kind][0], 'reason_id': reasons.get(reason),
            'note': str(note)[:200] if note else False}

    def _get_answer(self):
        self.ensure_one()
        return {
            'external_id': self.external_id,
            'name': self.name,
            'status': self.state,
            'error': False,
            'amount': self.amount,
            'accepted_amount': self.accepted_amount,
            'lines': [{
                'sku': line.product_id.default_code or "",
                'kind': line.kind,
                'claimed': line.claimed_qty,
                'accepted': line.accepted_qty,
            } for line in self.line_ids],
        }

    @api.model
    def _get_rejection(self, number, error):
        return {'external_id': number or False, 'name': False, 'status': 'rejected', 'error': error, 'amount': 0.0,
                'accepted_amount': 0.0, 'lines': []}
