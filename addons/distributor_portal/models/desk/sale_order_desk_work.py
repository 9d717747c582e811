from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ...const import OPEN_STATES

# The operations, and what each may be given.
OPERATIONS = {
    'approve': (), 'refuse': ('reason',), 'check': (), 'warehouse': ('warehouse_id', 'reason'), 'hold': ('reason',),
    'release': (), 'assign': ('user_id', 'restored'), 'settle': ('reason',), 'message': ('body',),
    'activity': ('activity_type_id', 'user_id', 'date_deadline', 'summary'),
}
NEEDS = {'refuse': 'reason', 'warehouse': 'warehouse_id', 'hold': 'reason', 'message': 'body',
         'activity': 'activity_type_id'}
LONGEST_REASON = 200


class SaleOrder(models.Model):
    """Work on many orders of the queue at once: each is done or skipped, and the answer says which and why."""

    _inherit = 'sale.order'

    def channel_desk_work(self, operation, values=None):
        """Do one thing to each of these orders, as the current user of the order desk.

        :param operation: a key of OPERATIONS
        :param values: what it needs; anything else in it is left aside
        :return: ``{"done": [{"id", "name", "message"}], "skipped": [the same],
            "undo": {"operation", "values", "ids"} | False}``
        :raise UserError: the operation is unknown, or lacks something
        """
        self.check_access('write')
        self._channel_check_desk()
        if operation not in OPERATIONS:
            raise UserError(self.env._("Unknown operation: %s.", operation))
        values = {name: value for name, value in dict(values or {}).items() if name in OPERATIONS[operation]}
        for name in ('reason', 'summary'):
            if name in values:
                values[name] = (values[name] or '').strip()[:LONGEST_REASON]
        if operation in NEEDS and not values.get(NEEDS[operation]):
            raise UserError(self.env._("Say why, or what: this needs to be filled in."))
        able = getattr(self, f'_channel_desk_keeps_from_{operation}', self._channel_desk_keeps_from_any)
        kept = {order: why for order in self if (why := able(order))}
        before = {order.id: order.channel_desk_user_id.id for order in self - self.browse().union(*kept)}
        outcomes = (self - self.browse().union(*kept))._channel_desk_try(operation, values)
        done = [order for order, (is_done, _message) in outcomes.items() if is_done]
        outcomes |= {order: (False, why) for order, why in kept.items()}
        return {
            'done': self._channel_desk_tell(outcomes, True),
            'skipped': self._channel_desk_tell(outcomes, False),
            'undo': self._channel_desk_prepare_undo(operation, done, before),
        }

    # === BUSINESS METHODS === #

    def _channel_desk_tell(self, outcomes, is_done):
        return [
            {'id': order.id, 'name': order.name, 'message': outcomes[order][1]}
            for order in self if outcomes[order][0] == is_done]

    def _channel_desk_try(self, operation, values):
        """Together where all goes well; else one by one, so that no order hurts another.

        :return: {order: (whether it was done, what to say)}
        """
        if not self:
            return {}
        act = f'_channel_desk_do_{operation}'
        try:
            with self.env.cr.savepoint():
                outcomes = getattr(self, act)(values)
                self.env.flush_all()
                return outcomes
        except (UserError, IntegrityError) as error:
            if len(self) == 1:
                return {self: (False, self._channel_desk_describe_error(error))}
        outcomes = {}
        for order in self:
            outcomes |= order._channel_desk_try(operation, values)
        return outcomes

    def _channel_desk_describe_error(self, error):
        if isinstance(error, (AccessError, ValidationError, UserError)):
            return error.args[0]
        return self.env._("Somebody else changed it at the same moment, or a limit stands against it.")

    def _channel_desk_prepare_undo(self, operation, done, before):
        """What takes it back, of what can be taken back."""
        ids = [order.id for order in done]
        if not ids:
            return False
        if operation == 'assign':
            return {'operation': 'assign', 'values': {'restored': {str(id_): before[id_] for id_ in ids}}, 'ids': ids}
        return {'operation': 'release', 'values': {}, 'ids': ids} if operation == 'hold' else False

    # --- what keeps an order from it: a sentence, or nothing

    def _channel_desk_keeps_from_any(self, order):
        return None if order.channel_member_id else self.env._("Not an order of the channel")

    def _channel_desk_keeps_from_approve(self, order):
        if order.channel_held_at:
            return self.env._("On hold: %s", order.channel_hold_reason)
        return self._channel_desk_keeps_from_refuse(order)

    def _channel_desk_keeps_from_refuse(self, order):
        if order.channel_can_decide:
            return None
        if order.channel_state != 'hq':
            status = dict(order._fields['channel_state']._description_selection(self.env)).get(order.channel_state, "–")
            return self.env._("Does not wait for headquarters: %s", status)
        rows = order.sudo().channel_approval_ids.filtered('is_open')
        if any(row.is_four_eyes for row in rows) and order.create_uid == self.env.user:
            return self.env._("You have entered it yourself: somebody else decides")
        return self.env._("Waits for %s, not for you", order.channel_waiting_for)

    def _channel_desk_keeps_from_check(self, order):
        if not order.channel_member_id or order.channel_state not in (False, 'draft', 'rejected', *OPEN_STATES):
            return self.env._("Confirmed or closed: it is not checked any more")
        return None

    def _channel_desk_keeps_from_open(self, order):
        return None if order.channel_state in OPEN_STATES else self.env._("Confirmed, sent back or closed")

    _channel_desk_keeps_from_warehouse = _channel_desk_keeps_from_open

    def _channel_desk_keeps_from_hold(self, order):
        """Nobody's hold is taken over: whoever undoes one would release the other's with it."""
        if order.channel_held_at:
            return self.env._("On hold already: %s", order.channel_hold_reason)
        return self._channel_desk_keeps_from_open(order)

    def _channel_desk_keeps_from_release(self, order):
        return None if order.channel_held_at else self.env._("Not on hold")

    def _channel_desk_keeps_from_settle(self, order):
        if order.channel_desk_cause != 'difference':
            return self.env._("No difference is open")
        claims = order.sudo().channel_receipt_ids.claim_ids
        if claims:
            return self.env._("Its claim settles it, answer that: %s", ", ".join(claims.mapped('name')))
        return None

    # --- doing it

    def _channel_desk_do_approve(self, _values):
        rows = self._channel_get_open_approvals(self.env.user, 'hq')
        changed = rows.order_id.with_env(self.env)._channel_decide_rows(rows, True)
        looked_at = self.env._("Changed since the last check: checked again, look at the verdicts first")
        return {
            order: (False, looked_at) if order in changed else (True, order._channel_desk_describe_state())
            for order in self}

    def _channel_desk_do_refuse(self, values):
        rows = self._channel_get_open_approvals(self.env.user, 'hq')
        rows.order_id.with_env(self.env)._channel_decide_rows(rows, False, values['reason'])
        return {order: (True, order._channel_desk_describe_state()) for order in self}

    def _channel_desk_do_check(self, _values):
        self.action_channel_check()
        return {order: (True, order._channel_desk_describe_state()) for order in self}

    def _channel_desk_do_warehouse(self, values):
        warehouse = self.env['stock.warehouse'].browse(int(values['warehouse_id'])).exists()
        outcomes = {}
        for order in self:
            self.env['channel.choose.warehouse'].create({
                'order_id': order.id, 'warehouse_id': warehouse.id, 'reason': values.get('reason'),
            }).action_choose()
            outcomes[order] = (True, self.env._(
                "%(warehouse)s; %(status)s", warehouse=warehouse.name, status=order._channel_desk_describe_state()))
        return outcomes

    def _channel_desk_do_hold(self, values):
        self._channel_hold(values['reason'])
        return dict.fromkeys(self, (True, values['reason']))

    def _channel_desk_do_release(self, _values):
        self._channel_release()
        return {order: (True, order._channel_desk_describe_state()) for order in self}

    def _channel_desk_do_assign(self, values):
        """To the person given; or back to whom each was assigned before."""
        if 'restored' in values:
            wanted = {int(id_): user for id_, user in dict(values['restored'] or {}).items()}
        else:
            wanted = dict.fromkeys(self.ids, values.get('user_id'))
        users = self.env['res.users'].browse({int(user) for user in wanted.values() if user}).exists()
        for user in users:
            if not user.has_group('distributor_portal.group_channel_user'):
                raise UserError(self.env._("%s does not work at the order desk.", user.name))
        outcomes = {}
        for user_id, orders in self.grouped(lambda order: wanted.get(order.id) or False).items():
            user = users.filtered(lambda user, user_id=user_id: user.id == user_id)
            orders.channel_desk_user_id = user
            outcomes |= dict.fromkeys(orders, (True, user.name or self.env._("Nobody")))
        return outcomes

    def _channel_desk_do_settle(self, values):
        self.sudo().channel_settled_at = fields.Datetime.now()
        if values.get('reason'):
            self._message_log_batch(bodies={
                order.id: self.env._("Difference settled: %s", values['reason']) for order in self})
        return {order: (True, values.get('reason') or self.env._("Settled")) for order in self}

    def _channel_desk_do_message(self, values):
        """Odoo sends the mails after this transaction; the member reads it in the order's messages too."""
        for order in self:
            order.message_post(
                body=values['body'], message_type='comment', subtype_xmlid='mail.mt_comment',
                partner_ids=order._channel_get_correspondents().ids)
        return {order: (True, order.channel_member_id.name) for order in self}

    def _channel_desk_do_activity(self, values):
        activity_type = self.env['mail.activity.type'].browse(int(values['activity_type_id'])).exists()
        user = self.env['res.users'].browse(int(values.get('user_id') or self.env.uid)).exists()
        for order in self:
            order.activity_schedule(
                activity_type_id=activity_type.id, user_id=user.id, summary=values.get('summary') or False,
                date_deadline=fields.Date.to_date(values.get('date_deadline')) or fields.Date.context_today(order))
        return dict.fromkeys(self, (True, user.name))

    def _channel_desk_describe_state(self):
        self.ensure_one()
        states = dict(self._fields['channel_state']._description_selection(self.env))
        return states.get(self.channel_state, "–")

    def _channel_get_correspondents(self):
        """Whom headquarters writes to about an order: those who order for the member, else the member itself."""
        self.ensure_one()
        member = self.sudo().channel_member_id
        people = member.user_link_ids.filtered(lambda link: link.role in ('owner', 'buyer')).user_id.partner_id
        return people or member.partner_id

    # === ACTION METHODS === #

    def _channel_get_work_action(self, operation, values=None):
        """What makes the web client do it, batch by batch, and show what came of it."""
        return {
            'type': 'ir.actions.client', 'tag': 'channel_desk_work',
            'params': {'ids': self.ids, 'operation': operation, 'values': values or {}},
        }

    def action_desk_approve(self):
        """Approve those that wait for the user; the rest is skipped and says why."""
        self.check_access('write')
        return self._channel_get_work_action('approve')

    def action_desk_check(self):
        """Check these again."""
        self.check_access('write')
        return self._channel_get_work_action('check')

    def action_desk_take(self):
        """Look after these."""
        self.check_access('write')
        return self._channel_get_work_action('assign', {'user_id': self.env.uid})

    def action_desk_release(self):
        """Take these off hold."""
        self.check_access('write')
        return self._channel_get_work_action('release')

    def action_desk_more(self):
        """Ask what to do with these orders."""
        self.check_access('write')
        return self._channel_get_work_wizard(self.env.context.get('channel_desk_operation') or 'assign')

    def action_desk_refuse(self):
        """Ask for the reason, then refuse."""
        self.check_access('write')
        return self._channel_get_work_wizard('refuse')

    def action_desk_hold(self):
        """Ask for the reason, then put on hold."""
        self.check_access('write')
        return self._channel_get_work_wizard('hold')

    def _channel_get_work_wizard(self, operation):
        self._channel_check_desk()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Work on %s Orders", len(self)) if len(self) > 1 else self.name,
            'res_model': 'channel.desk.work',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_order_ids': [Command.set(self.ids)], 'default_operation': operation},
        }
