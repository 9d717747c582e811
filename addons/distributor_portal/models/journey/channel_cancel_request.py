from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelCancelRequest(models.Model):
    """That a member wants an accepted order cancelled: headquarters decides, and says why not."""

    _name = 'channel.cancel.request'
    _description = "Request to Cancel"
    _order = 'id desc'
    _rec_name = 'order_id'

    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict', readonly=True)
    member_id = fields.Many2one(related='order_id.channel_member_id', store=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one('res.users', "Asked By", required=True, ondelete='restrict', readonly=True)
    state = fields.Selection(
        [('open', "Open"), ('granted', "Cancelled"), ('declined', "Declined"), ('void', "Overtaken")],
        required=True, default='open', readonly=True,
        help="Overtaken: the order left, or was cancelled otherwise, before anybody decided.")
    answer = fields.Char(readonly=True, help="The member reads it.")
    decided_by_id = fields.Many2one('res.users', "Decided By", ondelete='restrict', readonly=True)
    decided_at = fields.Datetime("Decided", readonly=True)

    # Two taps, or two people of the member, ask once.
    _one_open = models.UniqueIndex("(order_id) WHERE state = 'open'", "It has been asked already.")

    # === ACTION METHODS === #

    def action_grant(self):
        """Cancel the orders as asked, those that nothing has left of."""
        self.check_access('read')
        self.order_id.check_access('write')
        self.order_id._channel_check_desk()
        for request in self.filtered(lambda request: request.state == 'open'):
            if not request.order_id._channel_can_ask_to_cancel():
                raise UserError(self.env._(
                    "%s has left in part or as a whole: answer that it is too late.", request.order_id.name))
            request.sudo()._close('granted')
            request.order_id.sudo()._action_cancel()
        return True

    def action_decline(self):
        """Ask for the answer, then let the order go on."""
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Do Not Cancel"),
            'res_model': 'channel.cancel.answer',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_request_ids': self.ids},
        }

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, order, reason):
        """The current user asks for `order`. :return: the request; the open one where it was asked before"""
        known = self.sudo().search([('order_id', '=', order.id), ('state', '=', 'open')])
        if known:
            return known
        request = self.sudo().create({
            'order_id': order.id, 'company_id': order.company_id.id, 'reason': reason, 'user_id': self.env.uid})
        self.env['channel.order.event']._note('cancel_asked', order, {order: reason})
        order.sudo()._channel_tell_desk(self.env._("Asks to cancel: %s", reason))
        return request

    def _close(self, state, answer=None):
        self.write({
            'state': state, 'answer': answer or False, 'decided_by_id': self.env.uid,
            'decided_at': fields.Datetime.now()})
