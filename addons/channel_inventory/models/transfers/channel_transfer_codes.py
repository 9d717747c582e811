from dataclasses import dataclass
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import code_checks
from ...engine.transfers import scans

MAX_CODES = 1000
# As long as a transfer is here, its codes are packed for no other.
HOLDING = ('packed', 'shipped')
ARRIVED = ('received', 'closed')


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text that was scanned for a transfer: its line and code, or the sentence that says why not."""

    key: str
    code: int | None
    line: int | None
    qty: Decimal
    refusal: str = ''


class ChannelTransfer(models.Model):
    """The codes of what is transferred: scanned out where they lie, passed on when they are scanned in."""

    _inherit = 'channel.transfer'

    code_ids = fields.One2many('channel.code', 'transfer_id', "Item Codes", readonly=True)
    code_count = fields.Integer("Codes", compute='_compute_code_count')
    missing_code_count = fields.Integer(
        "Codes Not Received", compute='_compute_code_count', help="Scanned out, and not in when the rest was.")

    # === COMPUTE METHODS === #

    def _compute_code_count(self):
        Code = self.env['channel.code'].sudo()
        counts = dict(Code._read_group([('transfer_id', 'in', self.ids)], ['transfer_id'], ['__count']))
        missing = dict(Code._read_group(self._get_missing_domain(), ['transfer_id'], ['__count']))
        for transfer in self:
            transfer.code_count = counts.get(transfer, 0)
            transfer.missing_code_count = missing.get(transfer, 0)

    # === ACTION METHODS === #

    def action_view_codes(self):
        """What was scanned out for it."""
        self.check_access('read')
        return self._view_codes([('transfer_id', 'in', self.ids)])

    def action_view_missing_codes(self):
        """What was scanned out and has not arrived."""
        self.check_access('read')
        return self._view_codes(self._get_missing_domain())

    # === BUSINESS METHODS === #

    def _view_codes(self, domain):
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_action')
        return {**action, 'domain': list(domain), 'context': {}}

    def _get_missing_domain(self):
        """The giver is still who is known to hold them."""
        return Domain.OR(
            Domain('transfer_id', '=', transfer.id) & Domain('member_id', '=', transfer.giver_id.id)
            for transfer in self.sudo() if transfer.state in ARRIVED)

    def _get_missing_codes(self):
        """Of one transfer: scanned out, and not in."""
        self.ensure_one()
        return self.env['channel.code'].sudo().search(self._get_missing_domain(), order='id')

    # --- what a scan means

    def _judge_codes(self, texts, limits=None):
        """What these scans mean for the transfer, in their sequence: scanned out while approved, in while shipped.

        :param limits: {line id: at most so much}; else all that was agreed upon, or packed
        :return: [`Scanned`]
        """
        self.ensure_one()
        is_out = self.state == 'approved'
        lines = self._get_wanted(limits, is_out)
        wanted = {}
        for line in lines:
            wanted[line.product] = wanted.get(line.product, 0.0) + float(line.qty)
        asker = code_checks.Asker(
            'store', 'transfer' if is_out else 'receive', self.company_id._channel_get_today(),
            frozenset(self.giver_id.ids), products=wanted)
        Code = self.env['channel.code'].sudo()
        found = Code._judge_texts(texts, asker, self.company_id)
        ways = Code.browse({one['code'] for one in found if one['code']})._get_ways_up()
        bound = self._get_bound({way[-1] for way in ways.values()})
        sentences, seen, taken, result = self._get_code_sentences(is_out), set(), {}, []
        for one in found:
            known, way, line = one['known'], ways.get(one['code'], ()), None
            qty = to_decimal(known.qty) if known else Decimal()
            problem = '' if one['verdict'].is_good else one['verdict'].key
            if not problem:
                problem = self._find_code_problem(one['code'], way, bound, ways, seen, is_out)
            if not problem:
                line, problem = scans.place(lines, taken, known.product, known.lot, qty)
            if not problem:
                seen.add(one['code'])
                taken[line] = taken.get(line, Decimal()) + qty
            result.append(Scanned(one['key'] or str(one['text']), one['code'], line, qty, sentences.get(problem, '')))
        return result

    def _get_wanted(self, limits, is_out):
        return [scans.Wanted(
            line.id, line.product_id.id, line.lot_id.id or None,
            to_decimal(line.qty if is_out else line.packed_qty) if limits is None else to_decimal(
                limits.get(line.id, 0))) for line in self.line_ids]

    def _get_bound(self, ids):
        """{code id: the transfer that it is packed for}"""
        codes = self.env['channel.code'].sudo().search([
            ('id', 'in', list(ids)), ('transfer_id.state', 'in', HOLDING)])
        return {code.id: code.transfer_id for code in codes}

    def _find_code_problem(self, code, way, bound, ways, seen, is_out):
        """Why a code that is in order by itself is not counted: it, or what it lies in, was before; or is elsewhere."""
        if seen & set(way) or any(code in ways[other] for other in seen):
            return 'twice'
        transfer = bound.get(way[-1])
        if is_out:
            return 'other_delivery' if transfer else ''
        return '' if transfer == self else 'other_delivery'

    def _get_code_sentences(self, is_out):
        """{key of a verdict: sentence}, in words of transfers."""
        _ = self.env._
        elsewhere = _("You do not hold it by what is known here.") if is_out else _(
            "It was not sent with this transfer.")
        return {
            **self.env['channel.code']._get_verdict_texts(),
            'wrong_product': _("This product is not on the transfer."),
            'wrong_lot': _("The transfer asks for another lot."),
            'over_quantity': _("That is more than the transfer, or what you have counted, takes of it."),
            'other_member': elsewhere, 'not_shipped': elsewhere,
            'other_delivery': _("It is packed for another transfer.") if is_out else elsewhere}

    # --- out and in

    def _take_codes(self, texts, limits):
        """(codes, [`Scanned`]) of these texts. :raise UserError: one is not in order: nothing is taken"""
        if len(texts) > MAX_CODES:
            raise UserError(self.env._("At most %s codes at once: scan the cases.", MAX_CODES))
        found = self._judge_codes(texts, limits) if texts else []
        refused = [one for one in found if one.refusal]
        if refused:
            raise UserError("\n".join(f"{one.key[:60]}: {one.refusal}" for one in refused[:5]))
        return self.env['channel.code'].sudo().browse(one.code for one in found), found

    def _pack(self, packed, codes=()):
        """Override of ours to bind what was scanned by code. :param codes: as they were scanned"""
        taken, found = self._take_codes(codes, packed)
        result = super()._pack(packed)
        if taken:
            taken._lock()
            taken._take_out()
            taken._bind_to_transfer(self)
        for line in self.line_ids:
            line.sudo().coded_qty = sum(one.qty for one in found if one.line == line.id)
        return result

    def _receive(self, found, note='', codes=()):
        """Override of ours to pass the codes on: those scanned in, and all of lines that have come in full."""
        taken, _found = self._take_codes(codes, {key: received for key, (received, _damaged) in found.items()})
        result = super()._receive(found, note)
        self._pass_codes(taken)
        return result

    def _cancel(self, why=None):
        """Override of ours to let go of the codes."""
        result = super()._cancel(why)
        codes = self.sudo().code_ids
        if codes:
            codes._lock()
            codes._bind_to_transfer(None)
        return result

    def _pass_codes(self, taken):
        """These, and all of what has come in full, are the receiver's from the moment on that they were shipped."""
        wanted = {line: scans.Wanted(line.id, line.product_id.id, line.lot_id.id or None, Decimal())
                  for line in self.line_ids}

        def is_complete(code):
            lines = [line for line, one in wanted.items() if scans.fits(
                one, code.product_id.id, code.lot_id.id or None)]
            return lines and all(line.received_qty >= line.packed_qty for line in lines)
        whole = self.sudo().code_ids.filtered(is_complete)
        codes = whole | taken.filtered(lambda code: code.top_id not in whole)
        # What was sold on the way stays where it is.
        codes = codes.filtered(lambda code: code.holder_id == self.giver_id and code_checks.can_happen(
            'transfer', code.current_state))
        codes._act('transfer', self.receiver_id, self.shipped_at, self)
        codes._act('receive', self.receiver_id, self.received_at, self)
