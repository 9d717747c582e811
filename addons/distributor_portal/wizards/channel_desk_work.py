from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.desk.sale_order_desk_work import NEEDS


class ChannelDeskWork(models.TransientModel):
    """Asks what to do with orders of the queue, and for what that needs."""

    _name = 'channel.desk.work'
    _description = "Work on Orders"

    order_ids = fields.Many2many('sale.order', string="Orders", required=True)
    order_count = fields.Integer(compute='_compute_order_count')
    operation = fields.Selection(
        [('assign', "Assign to Somebody"), ('hold', "Put on Hold"), ('release', "Release"),
         ('warehouse', "Choose the Warehouse"), ('message', "Write to the Member"), ('activity', "Plan an Activity"),
         ('settle', "Settle the Difference"), ('refuse', "Refuse")],
        "What to Do", required=True, default='assign')
    user_id = fields.Many2one(
        'res.users', "Person", domain=lambda self: self.env['sale.order']._channel_get_desk_users_domain(),
        default=lambda self: self.env.user, help="Empty: nobody in particular.")
    reason = fields.Char(help="Of a refusal, the member reads it; of a hold, only headquarters does.")
    warehouse_id = fields.Many2one('stock.warehouse', "Warehouse")
    body = fields.Text("Message", help="The member's owners and buyers get it by mail and read it on the order.")
    activity_type_id = fields.Many2one(
        'mail.activity.type', "Activity", domain=[('res_model', 'in', (False, 'sale.order'))])
    date_deadline = fields.Date("Due", default=fields.Date.context_today)
    summary = fields.Char()

    @api.depends('order_ids')
    def _compute_order_count(self):
        for wizard in self:
            wizard.order_count = len(wizard.order_ids)

    # === ACTION METHODS === #

    def action_work(self):
        """Let the web client do it, batch by batch."""
        self.ensure_one()
        self.check_access('write')
        self.order_ids.check_access('write')
        self.order_ids._channel_check_desk()
        values = {
            'reason': (self.reason or '').strip(),
            'user_id': self.user_id.id,
            'warehouse_id': self.warehouse_id.id,
            'body': (self.body or '').strip(),
            'activity_type_id': self.activity_type_id.id,
            'date_deadline': fields.Date.to_string(self.date_deadline) if self.date_deadline else False,
            'summary': self.summary or '',
        }
        if self.operation in NEEDS and not values[NEEDS[self.operation]]:
            raise UserError(self.env._("Fill in what this needs first."))
        action = self.order_ids._channel_get_work_action(self.operation, values)
        action['params']['is_from_wizard'] = True
        return action
