from datetime import timedelta

from odoo import fields, models


class ChannelAlertDecide(models.TransientModel):
    """Asks why before alerts are snoozed or ignored."""

    _name = 'channel.alert.decide'
    _description = "Snooze or Ignore Alerts"

    alert_ids = fields.Many2many('channel.alert', required=True)
    decision = fields.Selection([('snooze', "Snooze"), ('ignore', "Ignore")], required=True, default='snooze')
    until = fields.Date(default=lambda self: fields.Date.context_today(self) + timedelta(days=7))
    reason = fields.Char(required=True, help="Whoever looks at these alerts later reads it.")

    # === ACTION METHODS === #

    def action_decide(self):
        """Snooze them until the day, or ignore them as long as their cause is there."""
        self.ensure_one()
        self.check_access('write')
        self.alert_ids.check_access('write')
        if self.decision == 'snooze':
            self.alert_ids._snooze(self.until, self.reason)
        else:
            self.alert_ids._ignore(self.reason)
        return {'type': 'ir.actions.act_window_close'}
