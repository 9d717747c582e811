import logging
from collections import defaultdict

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from ...engine import fingerprint, parse_order
from ..credit.memo import with_memo

_logger = logging.getLogger(__name__)

MAX_BATCH = 1000
# Nobody reads a mail about an order that a machine sent; the timeline tells it all.
QUIET = {
    'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True,
    'mail_auto_subscribe_no_notify': True,
}


class SaleOrder(models.Model):
    """Orders from outside: read, checked, routed, each exactly once."""

    _inherit = 'sale.order'

    @api.model
    def channel_submit(self, orders, options=None):
        """Take in a batch of orders, by XML-RPC or JSON-2.

        :param orders: list of ``{"external_id", "source", "member", "requested_date", "ship_to", "urgent", "lines"}``,
            lines of ``{"sku" | "gtin" | "member_sku", "qty", "uom", "price"}``; `sku` takes the extension code too;
            `requested_date`, `ship_to`, `urgent`, `uom`, `price` may be left out (an address in `ship_to` has its
            `street_code`, or nobody knows whose territory it lies in), `source` is "api" by default; an
            order with a form gives `"type"`, the code of its order type, and `"properties"`: {name or label of a field:
            value}
        :param options: ``{"dry_run": true}`` judges and keeps nothing
        :return: one ``{"external_id", "order_id", "name", "status", "verdicts", "sourcing"}`` per order, in the same
            sequence; status is accepted, held, rejected or duplicate. Sending an order again changes nothing and
            returns the first result, with ``"differs": true`` where this one's content is another.
            Orders are kept in a transaction of their own; see `_channel_take_in_turn`.
        :raise AccessError: the user is neither an integrator nor of the order desk
        :raise UserError: `orders` is no list, or too long
        """
        user = self.env.user
        if not (user.has_group('distributor_portal.group_channel_integrator')
                or user.has_group('distributor_portal.group_channel_user')):
            raise AccessError(self.env._("Only integrators and the order desk send orders in."))
        if not isinstance(orders, (list, tuple)):
            raise UserError(self.env._("Orders must come as a list."))
        if len(orders) > MAX_BATCH:
            raise UserError(self.env._("Send at most %s orders at a time.", MAX_BATCH))
        options = options or {}
        unknown = set(options) - {'dry_run'}
        if unknown:
            raise UserError(self.env._("Unknown option: %s.", ", ".join(sorted(map(str, unknown)))))
        return self.sudo()._channel_take_in_turn(orders, is_dry_run=bool(options.get('dry_run')))

    # === BUSINESS METHODS === #

    def _channel_take_in(self, raws, is_dry_run=False, source='api', keeps_rejected=True):
        """`channel_submit` without its access check: for callers that have made their own.

        :param keeps_rejected: whether an order that is sent back leaves a record; for single orders only
        """
        read = [parse_order(raw, source) for raw in raws]
        prints = [fingerprint(raw) for raw in raws]
        answers = []
        try:
            with self.env.cr.savepoint():
                answers = self._channel_take_in_parsed(read, prints)
                if is_dry_run or (not keeps_rejected and answers[0]['status'] == 'rejected'):
                    raise _DryRun
            return answers
        except _DryRun:
            self.env.invalidate_all()
        return [{**answer, 'order_id': False, 'name': False} for answer in answers]

    def _channel_take_in_parsed(self, read, prints):
        self = with_memo(self.with_context(**QUIET))
        lookup = self._channel_look_up(read)
        # First of all: who loses a race for a member's credit then has done, and wastes, almost nothing.
        self.env['channel.credit.line']._get_locked_lines(
            self.env['channel.member'].union(*lookup['members'].values()))
        first, created, answers = dict(lookup['known']), {}, [None] * len(read)
        fresh = []
        for i, order in enumerate(read):
            source = lookup['sources'].get(order.source)
            key = (source.id if source else False, order.external_id)
            if source and order.external_id and key in first:
                continue
            if source and order.external_id:
                first[key] = i
            fresh.append(i)
        prepared = {i: self._channel_prepare_values(read[i], prints[i], lookup) for i in fresh}
        results = self._channel_create_and_process({i: values for i, (values, _problems) in prepared.items() if values})
        for i in fresh:
            values, problems = prepared[i]
            if i in results:
                created[i], status = results[i]
                answers[i] = created[i]._channel_get_answer(status) if created[i] else self._channel_get_refusal(
                    read[i], [{'text': 'failed', 'field': 'order', 'given': status, 'line': None}])
            else:
                answers[i] = self._channel_get_refusal(read[i], problems)
        for i, order in enumerate(read):
            if answers[i] is None:
                source = lookup['sources'][order.source]
                earlier = first[source.id, order.external_id]
                if isinstance(earlier, int):
                    answers[i] = {**answers[earlier], 'status': 'duplicate'}
                    earlier = created.get(earlier)
                else:
                    answers[i] = earlier._channel_get_answer('duplicate')
                if earlier and earlier.channel_fingerprint != prints[i]:
                    answers[i]['differs'] = True
                    answers[i]['verdicts'] = [*answers[i]['verdicts'], self._channel_get_note('sent_before', 'warn')]
        return answers

    def _channel_create_and_process(self, values_by_index):
        """{index: (order, status)}. One that fails on its own is (None, name of the error), the others go on."""
        if not values_by_index:
            return {}
        try:
            with self.env.cr.savepoint():
                statuses = self._channel_create_and_process_batch(list(values_by_index.values()))
                self.env.flush_all()
            return {
                i: (order.with_env(self.env), status)
                for i, (order, status) in zip(values_by_index, statuses.items(), strict=True)
            }
        except OperationalError:
            raise  # a lost race: Odoo runs the whole request again
        except Exception as error:
            if isinstance(error, UniqueViolation) and 'channel_external_unique' in (error.diag.constraint_name or ''):
                # Somebody has sent the same order at the same moment: run again, and find the first.
                raise ConcurrencyError(str(error)) from error
            _logger.warning("A batch of %s orders failed", len(values_by_index), exc_info=True)
            self.env.invalidate_all()
            if len(values_by_index) == 1:
                return {i: (None, type(error).__name__) for i in values_by_index}
        results = {}
        for i, values in values_by_index.items():  # find the one that hurts the others
            results |= self._channel_create_and_process({i: values})
        return results

    @api.model
    def _channel_create_and_process_batch(self, vals_list):
        """{order: status}, in the sequence of the values."""
        return self.create(vals_list)._channel_process()

    # --- looking up

    @api.model
    def _channel_look_up(self, read):
        """Everything that the codes of a batch name, each kind in one query."""
        sources = {source.code: source for source in self.env['channel.source'].search(
            [('code', 'in', list({order.source for order in read}))])}
        members = {member.code: member for member in self.env['channel.member'].search(
            [('code', 'in', list({order.member for order in read})), ('company_id', 'in', self.env.companies.ids)])}
        externals = list({order.external_id for order in read if order.external_id})
        source_ids = [source.id for source in sources.values()]
        known = {(order.channel_source_id.id, order.channel_external_id): order for order in self.search(
            [('channel_external_id', 'in', externals), ('channel_source_id', 'in', source_ids)])}
        all_members = self.env['channel.member'].union(*members.values())
        return {
            'sources': sources,
            'members': members,
            'known': known,
            'products': self._channel_look_up_products(read, all_members),
            'territories': self.env['channel.territory']._find_by_codes(
                order.ship_to.get('street_code') for order in read),
            'pricelists': all_members._get_pricelists(),
            'types': self._channel_look_up_types(read),
            'addresses': self._channel_look_up_addresses(read, members),
        }

    @api.model
    def _channel_look_up_products(self, read, members):
        """{(kind of code, code, member id or False): (product, unit or False)}"""
        codes = defaultdict(set)
        for order in read:
            for line in order.lines:
                codes[line.code_kind].add(line.code)
        Product = self.env['product.product'].with_context(active_test=False)
        found = {}
        skus = list(codes['sku'])
        named = Product.search(
            Domain('channel_extension_code', 'in', skus) | Domain('default_code', 'in', skus), order='active, id desc',
        ) if skus else Product
        for name in ('channel_extension_code', 'default_code'):  # where both name something, the SKU counts
            found |= {('sku', product[name], False): (product, False) for product in named if product[name]}
        if codes['gtin']:
            # GTIN-14, -13, -12 and -8 are one number with leading zeros.
            wanted = {code.lstrip('0'): code for code in codes['gtin']}
            padded = [code.zfill(width) for code in wanted for width in (8, 12, 13, 14)]
            for product in Product.search([('barcode', 'in', padded)], order='active, id desc'):
                found['gtin', product.barcode.lstrip('0'), False] = (product, False)
            for pack in self.env['product.uom'].search([('barcode', 'in', padded)]):
                found['gtin', pack.barcode.lstrip('0'), False] = (pack.product_id, pack.uom_id)
        if codes['member_sku']:
            for own in self.env['channel.member.sku'].search(
                    [('code', 'in', list(codes['member_sku'])), ('member_id', 'in', members.ids)]):
                found['member_sku', own.code, own.member_id.id] = (own.product_id, False)
        return found

    @api.model
    def _channel_look_up_addresses(self, read, members):
        """{(member's company id, name, street, street code, phone): delivery contact}, those missing created."""
        wanted = {
            (members[order.member].partner_id.id, *self._channel_get_address_key(order.ship_to)): members[order.member]
            for order in read if order.member in members and set(order.ship_to) - {'street_code'}
        }
        if not wanted:
            return {}
        territories = self.env['channel.territory']._find_by_codes(key[3] for key in wanted)
        Partner = self.env['res.partner']
        found = {
            (partner.parent_id.id, partner.name or '', partner.street or '', partner.channel_division_code or '',
             partner.phone or ''): partner
            for partner in Partner.search([
                ('parent_id', 'in', [key[0] for key in wanted]), ('type', '=', 'delivery'),
                ('channel_division_code', '!=', False)])
        }
        missing = [key for key in wanted if key not in found]
        created = Partner.create([{
            'parent_id': parent, 'type': 'delivery', 'name': name, 'street': street, 'channel_division_code': code,
            'phone': phone, 'city': territories[code].full_name if code in territories else False,
            'company_id': wanted[parent, name, street, code, phone].company_id.id,
        } for parent, name, street, code, phone in missing])
        return found | dict(zip(missing, created, strict=True))

    @api.model
    def _channel_get_address_key(self, ship_to):
        return tuple(ship_to.get(name, '') for name in ('name', 'street', 'street_code', 'phone'))

    # --- preparing

    def _channel_prepare_values(self, order, fingerprint_, lookup):
        """(values of the `sale.order`, problems); values is None where no order can be made of it."""
        problems = [
            {'text': problem.text, 'field': problem.field, 'given': problem.given, 'line': problem.line}
            for problem in order.problems
        ]
        source, member = lookup['sources'].get(order.source), lookup['members'].get(order.member)
        if not source:
            problems.append({'text': 'source_unknown', 'field': 'source', 'given': order.source, 'line': None})
        if order.member and not member:
            problems.append({'text': 'member_unknown', 'field': 'member', 'given': order.member, 'line': None})
        if not (source and member and order.external_id):
            return None, problems
        if member.state != 'active' or not member.active:
            problems.append({'text': 'member_not_active', 'field': 'member', 'given': member.code, 'line': None})
        if order.requested_date and order.requested_date < fields.Date.context_today(self):
            given = order.requested_date.isoformat()
            problems.append({'text': 'date_past', 'field': 'requested_date', 'given': given, 'line': None})
        place = self._channel_prepare_place(order, member, lookup, problems)
        form = self._channel_prepare_form(order, member, lookup, problems)
        lines = [self._channel_prepare_line(line, member, lookup, problems) for line in order.lines]
        notes = [self._channel_prepare_unread_line(problem) for problem in problems if problem['line'] is not None]
        return {
            'partner_id': member.partner_id.id,
            'company_id': member.company_id.id,
            'user_id': member.partner_id.user_id.id,
            'channel_member_id': member.id,
            'channel_source_id': source.id,
            'channel_external_id': order.external_id,
            'channel_fingerprint': fingerprint_,
            'channel_state': 'draft',
            'client_order_ref': order.external_id if source.shows_number else False,
            'commitment_date': order.requested_date and fields.Datetime.to_datetime(order.requested_date),
            'note': plaintext2html(order.note) if order.note else False,  # text, not markup: nothing of it is lost
            'channel_is_urgent': order.urgent,
            'order_line': [Command.create(line) for line in lines if line] + [Command.create(note) for note in notes],
            **({'pricelist_id': lookup['pricelists'][member].id} if lookup['pricelists'].get(member) else {}),
            **place,
            **form,
            'channel_problems': problems,
        }, problems

    def _channel_prepare_place(self, order, member, lookup, problems):
        """Where it goes: the address sent, else the member's own. One sent without its division is nowhere known."""
        code = order.ship_to.get('street_code', '')
        territory = lookup['territories'].get(code)
        if code and (not territory or not code.isdigit() or len(code) not in (6, 9)):
            problems.append({'text': 'unknown_street', 'field': 'street_code', 'given': code, 'line': None})
            return {'channel_ship_code': False}
        address = lookup['addresses'].get((member.partner_id.id, *self._channel_get_address_key(order.ship_to)))
        values = {'partner_shipping_id': address.id} if address else {}
        if code:
            latitude, longitude = territory._channel_get_point(code)
        elif address:
            return {**values, 'channel_ship_code': False}
        else:
            code, latitude, longitude = member.street_code, member.latitude, member.longitude
        return {**values, 'channel_ship_code': code, 'channel_latitude': latitude, 'channel_longitude': longitude}

    def _channel_prepare_line(self, line, member, lookup, problems):
        """Values of one line, or None with a problem noted."""
        code = line.code.lstrip('0') if line.code_kind == 'gtin' else line.code
        owner = member.id if line.code_kind == 'member_sku' else False
        product, unit = lookup['products'].get((line.code_kind, code, owner), (None, False))
        if not product:
            problems.append({
                'text': 'product_unknown', 'field': line.code_kind, 'given': line.code, 'line': line.index})
            return None
        unit = product._channel_find_unit(line.uom) if line.uom else unit or product.uom_id
        if not unit:
            problems.append({'text': 'unknown_unit', 'field': 'uom', 'given': line.uom, 'line': line.index})
            return None
        return {
            'product_id': product.id,
            'product_uom_qty': float(line.qty),
            'product_uom_id': unit.id,
            'channel_line_no': line.index,
            'channel_has_given_price': line.price is not None,
            'channel_given_price': float(line.price or 0),
        }

    def _channel_prepare_unread_line(self, problem):
        """A line that could not be read stays visible on the order."""
        text, _fix = self.env['channel.text']._fill(
            self.env['channel.text']._get_texts(), problem['text'], {**problem, 'code': problem['given']})
        return {'display_type': 'line_note', 'name': text, 'channel_line_no': problem['line'], 'product_uom_qty': 0}

    # --- answering

    def _channel_get_answer(self, status):
        self.ensure_one()
        return {
            'external_id': self.channel_external_id,
            'order_id': self.id,
            'name': self.name,
            'status': status,
            'verdicts': self.channel_current_verdict_ids._to_answer(),
            'sourcing': [] if status == 'rejected' else self._channel_get_sourcing_answer(),
        }

    @api.model
    def _channel_get_refusal(self, order, problems):
        """The answer where no order could be made."""
        return {
            'external_id': order.external_id or False, 'order_id': False, 'name': False, 'status': 'rejected',
            'verdicts': [
                self._channel_get_note(problem['text'], 'block', problem['line'], problem) for problem in problems],
            'sourcing': [],
        }

    @api.model
    def _channel_get_note(self, text, decision, line=None, args=None):
        message, fix = self.env['channel.text']._fill(self.env['channel.text']._get_texts(), text, args or {})
        return {
            'rule': 'intake', 'version': 0, 'decision': decision, 'line': False if line is None else line,
            'measured': (args or {}).get('given') or False, 'limit': False, 'message': message, 'fix': fix,
        }


class _DryRun(Exception):
    """Leaves the savepoint of a dry run."""
