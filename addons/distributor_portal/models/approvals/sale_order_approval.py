from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Who decides on a channel order, and what the decision sets off."""

    _inherit = 'sale.order'

    channel_can_decide = fields.Boolean(
        "Waits for Me", compute='_compute_channel_can_decide', search='_search_channel_can_decide',
        groups='base.group_user')
    channel_waiting_for = fields.Char(
        "Waits For", compute='_compute_channel_waiting_for', groups='base.group_user',
        help="Who decides now, and by when.")
    channel_decision_count = fields.Integer(
        copy=False, readonly=True, groups='base.group_user',
        help="Written first by every decision, so that two at the same moment come one after the other.")

    # === COMPUTE METHODS === #

    @api.depends('channel_approval_ids.is_open', 'channel_approval_ids.state')
    @api.depends_context('uid')
    def _compute_channel_can_decide(self):
        entitled = self.env.user._channel_get_entitled(self.channel_approval_ids)
        orders = self.browse(approval.order_id.id for approval in entitled)
        for order in self:
            order.channel_can_decide = order in orders

    def _search_channel_can_decide(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain('channel_approval_ids', 'any', self.env.user._channel_get_waiting_domain())

    @api.depends('channel_approval_ids.is_open', 'channel_approval_ids.deadline')
    @api.depends_context('lang', 'tz')
    def _compute_channel_waiting_for(self):
        # All together: what is filtered below would look them up order by order.
        self.sudo().channel_approval_ids.filtered('is_open').mapped('who')
        for order in self:
            order.channel_waiting_for = "; ".join(order._channel_describe_waiting())

    # === ACTION METHODS === #

    def action_channel_approve(self):
        """Approve what waits for the user at headquarters."""
        self.check_access('write')
        self._channel_check_desk()
        waiting = self._channel_get_open_approvals(self.env.user)
        if not waiting:
            raise UserError(self.env._("None of these orders waits for you."))
        changed = waiting.order_id.with_env(self.env)._channel_decide_rows(waiting, True)
        if changed:
            # What was approved would not be what was judged.
            message = self.env._(
                "Changed since the last check, so checked again and not approved: %s. Look at the verdicts first.",
                ", ".join(changed.mapped('name')))
            return {
                'type': 'ir.actions.client',
                'tag': 'display_notification',
                'params': {
                    'type': 'warning',
                    'sticky': True,
                    'message': message,
                    'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
                },
            }
        return True

    def action_channel_refuse(self):
        """Ask for the reason, then refuse."""
        self.check_access('write')
        self._channel_check_desk()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Refuse"),
            'res_model': 'channel.refuse',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_order_ids': self.ids},
        }

    # === PORTAL === #

    def _portal_get_approvals(self):
        """What the member may know of the decisions on its order: whose turn it is, what was decided, what was said.

        Who at headquarters decides is the step's name, not a person's.
        """
        self.ensure_one()
        rows = self.sudo().channel_approval_ids.filtered(lambda row: row.state in ('pending', 'approved', 'refused'))
        return [{
            'who': (row.step_id.name or self.env._("Headquarters")) if row.step == 'hq' else row.who,
            'person': row.user_id.name if row.step != 'hq' and not row.is_automatic else False,
            'in_place_of': row.on_behalf_id.name if row.step != 'hq' else False,
            'state': row.state,
            'is_open': row.is_open,
            'deadline': row.deadline if row.is_open else False,
            'decided_at': row.decided_at,
            'comment': row.reason,
        } for row in rows]

    # === BUSINESS METHODS === #

    def _channel_check_desk(self):
        if not self.env.user.has_group('distributor_portal.group_channel_user'):
            raise AccessError(self.env._("Only the order desk decides for headquarters."))

    def _channel_get_open_approvals(self, user, side=None):
        """What waits for `user` on these orders. :param side: only decisions of members ('upstream') or of 'hq'"""
        rows = self.sudo().channel_approval_ids.filtered(
            lambda row: side is None or (row.step == 'hq') == (side == 'hq'))
        entitled = user._channel_get_entitled(rows)
        return rows.filtered(lambda row: row in entitled)

    def _channel_decide(self, step, is_approved, reason=None):
        """Record what the current user decides for one side on orders that wait for it, and take them on.

        :param step: 'upstream' or 'hq'
        :return: orders that were changed since they were judged: judged again instead, and still waiting
        """
        rows = self._channel_get_open_approvals(self.env.user, step)
        return rows.order_id.with_env(self.env)._channel_decide_rows(rows, is_approved, reason)

    def _channel_decide_rows(self, rows, is_approved, reason=None):
        """As `_channel_decide`, on these open decisions of the orders.

        :raise AccessError: one of them does not wait for the current user
        """
        self._channel_lock_decisions()
        changed = self.filtered(lambda order: is_approved and order._channel_is_changed())
        changed.sudo()._channel_process()
        rows = rows.filtered(lambda row: row.order_id.id not in changed.ids)
        decided = rows.with_env(self.env).sudo()._decide('approved' if is_approved else 'refused', reason)
        self._channel_note_decisions(decided, reason)
        orders = decided.order_id.with_env(self.env)
        if is_approved:
            orders._channel_go_on(decided)
        else:
            # Refused is over: the member orders anew, knowing why.
            orders.sudo()._action_cancel()
        return changed

    def _channel_decide_by_deadline(self, rows, state, reason):
        """Nobody has decided in time, and the step says what that means. What was changed is judged again instead."""
        self._channel_lock_decisions()
        changed = self.filtered(lambda order: state == 'approved' and order._channel_is_changed())
        changed.sudo()._channel_process()
        again = rows.filtered(lambda row: row.order_id.id in changed.ids)
        asked = again.filtered('is_open')
        asked._close()
        asked._open()  # with as much time as the first time
        rows -= again
        rows._decide_automatically(state, reason)
        self._channel_note_decisions(rows, reason)
        orders = rows.order_id.with_env(self.env)
        if state == 'approved':
            orders._channel_go_on(rows)
        else:
            orders.sudo()._action_cancel()

    def _channel_lock_decisions(self):
        """Two decisions at the same moment would each see the other as missing: the second starts again."""
        for order in self.sudo().sorted('id'):
            order.channel_decision_count += 1
        self.sudo().flush_recordset(['channel_decision_count'])

    def _channel_note_decisions(self, rows, reason):
        for (side, state), some in rows.grouped(lambda row: (row.step, row.state)).items():
            orders = some.order_id.with_env(self.env)
            self.env['channel.order.event']._note(f'{side}_{state}', orders, dict.fromkeys(orders, reason))

    def _channel_go_on(self, decided):
        """After an approval: the next of the same level, the next level, or the end."""
        waiting = self.sudo().filtered(lambda order: order.channel_approval_ids.filtered(
            lambda row: row.is_open and row.state == 'pending'))
        for order in waiting:  # what is left of the level may be another side's
            order._channel_set_waiting(order._channel_open_next()[order])
        done = self.sudo() - waiting
        by_members = decided.filtered(lambda row: row.step != 'hq').order_id.sudo().with_env(done.env) & done
        # Time has passed since the first check: judge and source on what holds now.
        by_members._channel_process()
        accepted = self.sudo().browse()
        levels = (done - by_members)._channel_open_next()
        for order in done - by_members:
            if order in levels:
                order._channel_set_waiting(levels[order])
            else:
                accepted |= order
        accepted.filtered(lambda order: order.channel_state != 'accepted').channel_state = 'accepted'
        accepted._channel_confirm()

    def _channel_set_waiting(self, state):
        if self.channel_state != state:
            self.channel_state = state

    def _channel_name_asked(self, asked):
        """Who would decide, of a decision that the engine plans."""
        Approval = self.env['channel.approval'].sudo()
        return Approval.new({
            **Approval._prepare_from_asked(asked, self), 'approver_ids': [fields.Command.set(asked.users)]}).who

    def _channel_describe_waiting(self):
        """["Sales Management, until …"] of the decisions that are open."""
        self.ensure_one()
        words = []
        for row in self.sudo().channel_approval_ids.filtered('is_open'):
            until = row.deadline and fields.Datetime.context_timestamp(self, row.deadline).strftime('%Y-%m-%d %H:%M')
            words.append(
                self.env._("%(who)s, until %(time)s", who=row.with_env(self.env).sudo().who, time=until) if until
                else row.with_env(self.env).sudo().who)
        return words
