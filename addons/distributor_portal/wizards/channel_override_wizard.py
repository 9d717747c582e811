from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from ..const import OPEN_STATES
from ..models.rules.channel_override import SCOPES

USUAL_DAYS = 7


class ChannelOverrideWizard(models.TransientModel):
    """Ask for reason, scope and day of an override, then check the orders again."""

    _name = 'channel.override.wizard'
    _description = "Override Verdicts"

    verdict_ids = fields.Many2many('channel.verdict', string="Verdicts", required=True)
    scope = fields.Selection(SCOPES, required=True, default='order')
    reason = fields.Char(required=True)
    date_to = fields.Date(
        "Until", required=True, default=lambda self: fields.Date.context_today(self) + timedelta(days=USUAL_DAYS))
    checks_again = fields.Boolean(
        "Check the Orders Again Now", default=True, help="Orders that nothing else holds up then go on at once.")

    @api.model
    def default_get(self, fields):
        """Without a choice in the context: the verdicts the action was called on."""
        values = super().default_get(fields)
        if 'verdict_ids' in fields and not values.get('verdict_ids') and (
                self.env.context.get('active_model') == 'channel.verdict'):
            values['verdict_ids'] = [Command.set(self.env.context.get('active_ids', []))]
        return values

    def action_override(self):
        """Note the overrides, and check the orders again if asked to."""
        self.ensure_one()
        self.env['channel.override']._override(self.verdict_ids, self.scope, self.reason, self.date_to)
        orders = self.verdict_ids.order_id.filtered(lambda order: order.channel_state in ('rejected', *OPEN_STATES))
        if self.checks_again and orders:
            # What is still needed is asked for anew by the check.
            orders.sudo()._channel_void_approvals()
            orders.action_channel_check()
        return {'type': 'ir.actions.act_window_close'}
