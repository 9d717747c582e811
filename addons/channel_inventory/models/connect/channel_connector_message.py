import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.connect import messages, retry
from ...engine.connect.reading import Unreadable

OPEN = ('waiting', 'sent', 'failed')
MENDABLE = ('dead', 'failed', 'waiting')
KEPT_DAYS = 180
READ_ONLY = {'readonly': True, 'copy': False}


class ChannelConnectorMessage(models.Model):
    """What is said to another system, and what it says: written with the business, carried afterwards.

    A dead letter is one that nobody tries any more until a person has looked at it. It keeps back what comes after it
    of the same document.
    """

    _name = 'channel.connector.message'
    _description = "Message of a Connector"
    _inherit = ['channel.by.hand']
    _order = 'id desc'
    _rec_name = 'key'

    _hand_fields = frozenset({'payload_text'})

    connector_id = fields.Many2one('channel.connector', required=True, ondelete='restrict', **READ_ONLY)
    company_id = fields.Many2one('res.company', required=True, **READ_ONLY)
    direction = fields.Selection([('out', "We say"), ('in', "They say")], required=True, **READ_ONLY)
    kind = fields.Selection(selection='_get_kinds', required=True, **READ_ONLY)
    key = fields.Char(required=True, **READ_ONLY, help="Names this message to both sides: it is taken once.")
    thread = fields.Char(
        "Document", **READ_ONLY, help="Messages of one document are taken in their sequence; without, in any.")
    state = fields.Selection(
        [('waiting', "Waiting"), ('sent', "Under way"), ('answered', "Done"), ('failed', "Tried again later"),
         ('dead', "To Mend"), ('dropped', "Dropped")], required=True, default='waiting', **READ_ONLY)
    payload = fields.Json(**READ_ONLY)
    payload_text = fields.Text(
        "Says", compute='_compute_payload_text', inverse='_inverse_payload_text',
        help="What a person may mend. It is checked when it is saved.")
    digest = fields.Char(**READ_ONLY, help="SHA-256 of what it says.")
    answer = fields.Char(**READ_ONLY, help="What came of it.")
    attempts = fields.Integer("Tries", **READ_ONLY)
    next_try_at = fields.Datetime("Next Try", **READ_ONLY)
    done_at = fields.Datetime("Done", **READ_ONLY)
    failure = fields.Char(**READ_ONLY)
    failure_detail = fields.Text(**READ_ONLY)
    reason = fields.Text("Why", compute='_compute_reason')
    is_unsure = fields.Boolean(
        "May Have Been Taken", **READ_ONLY,
        help="It was sent and no answer was seen: the other side may have acted on it. It can be sent again as it is, "
        "since its key is known there, but not with other words.")
    res_model = fields.Char("Document Model", **READ_ONLY)
    res_id = fields.Many2oneReference("Record", model_field='res_model', **READ_ONLY)
    dropped_by_id = fields.Many2one('res.users', "Dropped By", ondelete='restrict', **READ_ONLY)
    drop_reason = fields.Char("Dropped Because", **READ_ONLY)

    _one_per_key = models.UniqueIndex('(connector_id, direction, key)', "This message is known already.")
    # The queue is small, whatever has been said in years.
    _queue = models.Index(
        "(connector_id, direction, next_try_at, id) WHERE state IN ('waiting', 'sent', 'failed')")
    _threads = models.Index(
        "(connector_id, direction, thread, id) WHERE state IN ('waiting', 'sent', 'failed', 'dead')")
    _to_mend = models.Index("(connector_id) WHERE state = 'dead'")
    _document = models.Index('(res_model, res_id) WHERE res_id IS NOT NULL')

    # === SELECTION METHODS === #

    @api.model
    def _get_kinds(self):
        _ = self.env._
        return [
            ('shipment_order', _("Order to ship")), ('arrival_order', _("Announced arrival")),
            ('order_cancel', _("Called off")), ('shipment_advice', _("Handed to the carrier")),
            ('snapshot_request', _("Question for the stock")), ('shipment_confirm', _("Shipped")),
            ('receipt_confirm', _("Received")), ('stock_snapshot', _("Stock as counted there")),
            ('tracking_event', _("Tracking")), ('unreadable', _("Cannot be read"))]

    # === COMPUTE METHODS === #

    @api.depends('payload')
    def _compute_payload_text(self):
        for message in self:
            message.payload_text = message.payload and json.dumps(message.payload, ensure_ascii=False, indent=2)

    def _inverse_payload_text(self):
        """What a person has mended: read like any other, refused with all that is wrong with it."""
        for message in self:
            raw = message._read_text()
            if raw == message.payload:
                continue
            message._check_mendable()
            kinds = messages.OUT if message.direction == 'out' else messages.IN
            try:
                envelope = messages.read_envelope(raw, kinds)
            except Unreadable as bad:
                Connector = self.env['channel.connector']
                raise UserError(Connector._explain('unreadable', Connector._write_problems(bad))) from bad
            message.sudo()._set_mended(envelope)

    @api.depends('failure', 'failure_detail')
    @api.depends_context('lang')
    def _compute_reason(self):
        for message in self:
            message.reason = message.failure and message.connector_id._explain(message.failure, message.failure_detail)

    # === ACTION METHODS === #

    def action_resend(self):
        """Try these again, now; what they say and their keys stay as they are."""
        self.check_access('write')
        again = self.filtered(lambda message: message.state in ('dead', 'failed', 'dropped') and message.payload)
        if not again:
            raise UserError(self.env._("None of these waits for that."))
        unread = again.filtered(lambda message: message.kind == 'unreadable' or message.failure == 'unreadable')
        if unread:
            raise UserError(self.env._("%s cannot be read: mend it first.", unread[0].key))
        again.sudo().write({
            'state': 'waiting', 'attempts': 0, 'next_try_at': fields.Datetime.now(), 'drop_reason': False,
            'dropped_by_id': False})
        again.connector_id.sudo().filtered('next_try_at').next_try_at = False
        self.env['channel.connector']._nudge()

    def action_drop(self):
        """Ask why, then let what comes after them go on without these."""
        self.check_access('write')
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Drop Messages"), 'view_mode': 'form', 'target': 'new',
            'res_model': 'channel.connector.drop', 'context': {'default_message_ids': self.ids}}

    def action_open_document(self):
        """Show what this is about."""
        self.ensure_one()
        self.check_access('read')
        if not self.res_id or self.res_model not in self.env:
            raise UserError(self.env._("This message is about no document here."))
        return {
            'type': 'ir.actions.act_window', 'res_model': self.res_model, 'res_id': self.res_id, 'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _drop(self, reason):
        """Nobody tries these any more. What may be under way at this moment is left alone."""
        dropped = self.filtered(lambda message: message.state in MENDABLE)
        dropped.sudo().write({
            'state': 'dropped', 'drop_reason': reason, 'dropped_by_id': self.env.uid, 'done_at': fields.Datetime.now()})
        self.env['channel.connector']._nudge()
        return dropped

    def _read_text(self):
        try:
            return json.loads(self.payload_text or 'null')
        except (ValueError, RecursionError) as error:
            raise UserError(self.env._("This is no JSON: %s", str(error)[:200])) from error

    def _check_mendable(self):
        if self.state not in MENDABLE:
            raise UserError(self.env._("%s is done or under way.", self.key))
        if self.is_unsure and self.direction == 'out':
            raise UserError(self.env._(
                "%s was sent, and no answer was seen: the other side may have acted on it. Resend it as it is, or find "
                "out there and drop it.", self.key))

    def _set_mended(self, envelope):
        """It says something else now. Where the other side knows the key, it needs another."""
        raw = messages.write_envelope(envelope)
        key = self.key
        if self.direction == 'out' and self.attempts:
            key = messages.mended_key(self.key)
        raw['key'] = key
        self.write({
            'payload': raw, 'key': key, 'kind': envelope.kind, 'digest': messages.digest(raw['body']), 'failure': False,
            'failure_detail': False, 'state': 'waiting', 'attempts': 0, 'next_try_at': fields.Datetime.now(),
            'thread': self.thread or self._get_thread(envelope)})
        self.env['channel.connector']._nudge()

    @api.model
    def _get_thread(self, envelope):
        """What keeps messages that came in in their sequence: those that move goods, by their document."""
        if envelope.kind in ('shipment_confirm', 'receipt_confirm'):
            return f'{envelope.kind}/{envelope.body.ref}'
        return False

    def _get_failure(self):
        return retry.Failure(self.failure, self.failure_detail or '') if self.failure else None

    # === CRON === #

    @api.autovacuum
    def _gc_payloads(self):
        """After half a year names and addresses go; the row stays: its key must not be taken twice."""
        old = self.sudo().search([
            ('state', 'in', ('answered', 'dropped')), ('payload', '!=', False),
            ('done_at', '<', fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS))], limit=10_000)
        old.write({'payload': False, 'answer': False})
