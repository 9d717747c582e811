from dataclasses import asdict
from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import causes, ledger, reconcile
from .channel_deviation import OPEN_STATES
from .channel_stock_reconciliation_facts import DIGITS

MAX_CANDIDATES = 10
MAX_EVIDENCE = 200
DOCUMENTS = {'deliveries': causes.Delivery, 'claims': causes.Claim, 'returns': causes.Return}


class ChannelDeviation(models.Model):
    """How a deviation comes, stays, clears, and is accepted."""

    _inherit = 'channel.deviation'

    # === KEEPING === #

    @api.model
    def _keep(self, run, findings, facts):
        """Make what is kept of these positions what was found: one record per cause, none twice.

        :param findings: {(member, product): [`reconcile.Finding`]}
        :param facts: {(member, product): `causes.Facts`} that they were found in
        :return: (how many are new, how many have cleared)
        """
        known = self._load_known(findings)
        new, opened = [], 0
        cleared = self.browse()
        for cell, found in findings.items():
            kept = known.get(cell, {})
            inputs = _as_json(facts[cell]) if found else None
            for finding in found:
                values = self._prepare_values(run, cell, finding, inputs)
                deviation = kept.pop(finding.key, None)
                if deviation is None:
                    new.append(values)
                elif deviation.state != 'accepted':
                    opened += deviation.state == 'corrected'
                    deviation._refresh(values)
            cleared |= self.union(*(one for one in kept.values() if one.state in OPEN_STATES))
        self.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(new)
        cleared = cleared.filtered(lambda deviation: deviation.day >= run.date_from)
        cleared.write({'state': 'corrected', 'closed_at': fields.Datetime.now(), 'last_run_id': run.id})
        return len(new) + opened, len(cleared)

    @api.model
    def _load_known(self, findings):
        """{(member, product): {key: deviation}}"""
        found = {}
        for deviation in self.search(
                Domain('member_id', 'in', list({member for member, _product in findings}))
                & Domain('product_id', 'in', list({product for _member, product in findings}))):
            found.setdefault((deviation.member_id.id, deviation.product_id.id), {})[deviation.key] = deviation
        return found

    @api.model
    def _prepare_values(self, run, cell, finding, inputs):
        return {
            'member_id': cell[0], 'company_id': run.company_id.id, 'product_id': cell[1], 'lot_id': finding.lot,
            'kind': finding.kind, 'state': finding.state, 'qty': float(finding.qty), 'abs_qty': float(abs(finding.qty)),
            'correction_qty': float(finding.correction), 'awaits_document': finding.awaits, 'day': finding.day,
            'key': finding.key, 'note': finding.note or False, 'inputs': inputs, 'closed_at': False,
            'candidates': [{'kind': part.kind, 'qty': str(part.qty)} for part in finding.candidates[:MAX_CANDIDATES]],
            'found_at': fields.Datetime.now(), 'evaluated_at': fields.Datetime.now(), 'run_id': run.id,
            'last_run_id': run.id, 'evidence_ids': [Command.create({
                'ref_model': evidence.model, 'ref_id': evidence.key, 'qty': float(evidence.qty), 'name': evidence.ref,
                'at': _as_moment(evidence.at)}) for evidence in finding.evidence[:MAX_EVIDENCE]],
        }

    def _refresh(self, values):
        """Say what was found tonight, where it is anything else than last night."""
        self.ensure_one()
        kept = {'found_at', 'run_id', 'evidence_ids', 'evaluated_at', 'last_run_id', 'inputs', 'member_id',
                'company_id', 'product_id', 'day'}
        changed = {
            name: value for name, value in values.items()
            if name not in kept and self._fields[name].convert_to_write(self[name], self) != (value or False)
            and not (name == 'candidates' and not value and not self.candidates)}
        if changed or len(self.evidence_ids) != len(values['evidence_ids']):
            changed |= {
                'inputs': values['inputs'], 'evaluated_at': values['evaluated_at'],
                'evidence_ids': [Command.clear(), *values['evidence_ids']]}
        self.write({**changed, 'last_run_id': values['last_run_id']})

    # === DOING AGAIN === #

    def _redo(self):
        """What the stored inputs come to, by the same arithmetic: (kind, missing), None where they come to nothing."""
        self.ensure_one()
        run = self.run_id or self.last_run_id
        cell = self.member_id.id, self.product_id.id
        facts = run._load_facts([cell], self.evaluated_at)[cell]
        for name, kind in DOCUMENTS.items():
            setattr(facts, name, [_from_json(kind, row) for row in self.inputs[name]])
        facts.doubled = {int(feed): earlier for feed, earlier in self.inputs['doubled'].items()}
        facts.factors = frozenset(map(Decimal, self.inputs['factors']))
        lead = timedelta(days=run.company_id.channel_transit_days)
        facts.available = self.inputs['available'] and Decimal(self.inputs['available'])
        found = {finding.key: finding for finding in reconcile.evaluate(facts, self.evaluated_at, lead)}
        return (found[self.key].kind, found[self.key].qty) if self.key in found else None

    # === ACTION METHODS === #

    def action_accept(self):
        """Close these: post what the book is still wrong by, and remember who took the decision."""
        self.check_access('write')
        if not self.env.user.has_group('distributor_portal.group_channel_manager'):
            raise AccessError(self.env._("Only managers of the channel accept deviations."))
        for deviation in self._lock():
            deviation._check_acceptable()
        self.sudo()._settle()
        moves = []
        for deviation in self.sudo():
            moves += deviation._prepare_moves()
        if moves:
            self.env['channel.stock.entry'].sudo()._post(moves)
        self.sudo().write({
            'state': 'accepted', 'accepted_by_id': self.env.uid, 'closed_at': fields.Datetime.now()})

    def action_assign(self):
        """I look after these."""
        self.check_access('write')
        self.write({'user_id': self.env.uid})

    def action_ask(self):
        """Put it before the member's people: on their home page, and by mail."""
        self.check_access('write')
        for deviation in self._lock():
            deviation.sudo().write({'asked_at': fields.Datetime.now(), 'is_answered': False})
            deviation._tell_member()

    def action_check_again(self):
        """Compare the positions of these anew."""
        self.check_access('write')
        for company, deviations in self.grouped('company_id').items():
            run = self.env['channel.stock.reconciliation'].sudo().with_company(company).create({
                'company_id': company.id, 'member_ids': deviations.member_id.ids})
            run._run()

    def action_view_entries(self):
        """What the ledger has of this product at this member."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_stock_entry_action')
        return {**action, 'domain': [
            ('member_id', 'in', self.member_id.ids), ('product_id', 'in', self.product_id.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _lock(self):
        """Write the rows, so that of two who act at once the second finds what the first has done.

        :raise UserError: one of them is closed
        """
        self.flush_recordset()
        self.env.cr.execute(SQL(
            "UPDATE channel_deviation SET state = state WHERE id = ANY(%s) AND state = ANY(%s)", self.ids,
            list(OPEN_STATES)))
        if self.env.cr.rowcount != len(self):
            raise UserError(self.env._("One of these is closed already."))
        return self

    def _check_acceptable(self):
        if self.awaits_document:
            raise UserError(self.env._(
                "%s clears by itself when the delivery or the return is booked. Ask the member to scan it in.",
                self.display_name))
        if self.state == 'open' and not (self.accept_note or '').strip():
            raise UserError(self.env._("Nothing explains %s: write down why you accept it.", self.display_name))

    def _settle(self):
        """Keep what the book is still wrong by now: since the last comparison counting may have put it right.

        Counts are followed first, so that what they put right is theirs alone: posted here, they would post it again.
        Who else posts it at the same moment changes the same position: one of the two is tried again.
        """
        for company, some in self.grouped('company_id').items():
            self.env['channel.stock.count.line']._follow(company, (
                Domain('member_id', 'in', some.member_id.ids) & Domain('product_id', 'in', some.product_id.ids)))
        self.env.flush_all()  # facts are read in the database itself
        for run, some in self.grouped(lambda deviation: deviation.last_run_id or deviation.run_id).items():
            findings, _known = run._evaluate(list({(one.member_id.id, one.product_id.id) for one in some}))
            for one in some:
                one.correction_qty = float(sum((
                    finding.correction for finding in findings[one.member_id.id, one.product_id.id]
                    if (finding.key, finding.kind) == (one.key, one.kind)), Decimal()))

    def _prepare_moves(self):
        """What makes the book right: nothing, where a count has done that."""
        self.ensure_one()
        correction = to_decimal(self.correction_qty, DIGITS)
        if not correction:
            return []
        qty, move = abs(correction), {
            'member_id': self.member_id.id, 'product_id': self.product_id.id, 'lot_id': self.lot_id.id or None,
            'source': 'reconcile', 'external_key': self.key, 'ref_model': self._name, 'ref_id': self.id,
            'note': self.display_name}
        if self.kind == 'overdue':
            return self._prepare_lost(move, qty)
        if self.kind in ('upstream', 'unbooked'):
            name = self.evidence_ids[:1].name if self.kind == 'unbooked' else self.key
            kind = 'shipment' if self.kind == 'unbooked' else 'transfer_in'
            move['qty'] = qty
            moves = [{**move, 'external_key': name, 'kind': kind, 'from_state': None, 'to_state': 'in_transit'}]
            if self.kind == 'upstream':
                moves.append({**move, 'kind': 'receipt', 'from_state': 'in_transit', 'to_state': 'available'})
            return moves
        states = (None, 'available') if correction > 0 else ('available', None)
        return [{**move, 'kind': 'adjustment', 'from_state': states[0], 'to_state': states[1], 'qty': qty}]

    def _prepare_lost(self, move, qty):
        """Lost on the way: out of what is in transit, lot by lot."""
        lots = {
            stock.lot_id.id or None: to_decimal(stock.in_transit, DIGITS)
            for stock in self.env['channel.stock'].search([
                ('member_id', '=', self.member_id.id), ('product_id', '=', self.product_id.id),
                ('in_transit', '>', 0)])}
        if sum(lots.values(), Decimal()) < qty:
            raise UserError(self.env._("So much of %s is not on the way any more.", self.product_id.display_name))
        return [{**move, 'lot_id': lot, 'kind': 'shortage', 'from_state': 'in_transit', 'to_state': None, 'qty': share}
                for lot, share in ledger.share_out(qty, lots).items()]


def _as_moment(at):
    return at if isinstance(at, datetime) or at is None else datetime.combine(at, time(12))


def _as_json(facts):
    """The part of the facts that may change tomorrow: documents. Sales and counts are append-only."""
    return {
        **{name: [{key: _as_text(value) for key, value in asdict(row).items()} for row in getattr(facts, name)]
           for name in DOCUMENTS},
        'doubled': {str(feed): earlier for feed, earlier in facts.doubled.items()},
        'factors': sorted(str(factor) for factor in facts.factors),
        'available': None if facts.available is None else str(facts.available),
    }


def _as_text(value):
    return value if value is None or isinstance(value, (bool, int, str)) else (
        value.isoformat() if isinstance(value, datetime) else str(value))


def _from_json(kind, row):
    read = {'Decimal': Decimal, 'datetime': datetime.fromisoformat}
    types = {name: str(field.type) for name, field in kind.__dataclass_fields__.items()}
    values = {}
    for name, value in row.items():
        convert = next((how for what, how in read.items() if what in types[name]), None)
        values[name] = convert(value) if convert and value is not None else value
    return kind(**values)
