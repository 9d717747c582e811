from collections import defaultdict

from odoo import models
from odoo.exceptions import AccessError, UserError


class SaleOrder(models.Model):
    """Who must approve a channel order, and what their decision sets off."""

    _inherit = 'sale.order'

    # === ACTION METHODS === #

    def action_channel_approve(self):
        """Headquarters approves what waits for it."""
        self.check_access('write')
        self._channel_check_desk()
        waiting = self.filtered(lambda order: order.channel_state == 'hq')
        if not waiting:
            raise UserError(self.env._("None of these orders waits for headquarters."))
        changed = waiting._channel_decide('hq', True)
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

    # === BUSINESS METHODS === #

    def _channel_check_desk(self):
        if not self.env.user.has_group('distributor_portal.group_channel_user'):
            raise AccessError(self.env._("Only the order desk decides for headquarters."))

    def _channel_get_steps(self):
        """Who must approve this order, in sequence. Override to configure other chains.

        :rtype: list of values of `channel.approval`
        """
        self.ensure_one()
        steps = []
        upstream = self.channel_member_id.upstream_id
        if upstream.reviews_downstream:
            steps.append({'step': 'upstream', 'member_id': upstream.id, 'sequence': 10})
        asked = 'approve' in self.channel_current_verdict_ids.mapped('decision')
        if asked or self.channel_tier_id.needs_hq_approval:
            steps.append({'step': 'hq', 'sequence': 20})
        return steps

    def _channel_decide(self, step, is_approved, reason=None):
        """Record the decision of one side on orders that wait for it, and take them on.

        :param step: 'upstream' or 'hq'; the caller has checked that the user may decide for it
        :return: orders that were changed since they were judged: judged again instead, and still waiting
        """
        orders = self.filtered(lambda order: order.channel_state == step)
        changed = orders.filtered(lambda order: is_approved and step == 'hq' and order._channel_is_changed())
        changed.sudo()._channel_process()
        orders -= changed
        decided = orders.channel_approval_ids.sudo().filtered(lambda approval: approval.step == step)._decide(
            'approved' if is_approved else 'refused', reason)
        orders = decided.order_id.with_env(self.env)
        self.env['channel.order.event']._note(
            f'{step}_approved' if is_approved else f'{step}_refused', orders, dict.fromkeys(orders, reason))
        if not is_approved:
            # Refused is over: the member orders anew, knowing why.
            orders.sudo()._action_cancel()
        elif step == 'upstream':
            # Time has passed since the first check: judge and source on what holds now.
            orders.sudo()._channel_process()
        else:
            orders.sudo().channel_state = 'accepted'
            orders.sudo()._channel_confirm()
        return changed

    def _channel_prepare_approvals(self, going):
        """({state: orders}, values of the approvals to create): a step that was approved is not asked for again."""
        waiting, approvals = defaultdict(self.browse), []
        for order in going:
            known = {
                (approval.step, approval.member_id.id): approval.state
                for approval in order.channel_approval_ids.sudo()
            }
            steps = order._channel_get_steps()
            asked = {(step['step'], step.get('member_id', False)): step for step in steps}
            approvals += [
                {**step, 'order_id': order.id}
                for key, step in asked.items() if known.get(key) not in ('approved', 'pending')
            ]
            open_steps = [step['step'] for key, step in asked.items() if known.get(key) != 'approved']
            waiting[open_steps[0] if open_steps else 'accepted'] |= order
        return waiting, approvals
