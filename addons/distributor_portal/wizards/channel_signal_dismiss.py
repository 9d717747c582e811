from odoo import fields, models

from ..models.cases.channel_signal import DISMISS_REASONS


class ChannelSignalDismiss(models.TransientModel):
    """Asks why before signals are dismissed."""

    _name = 'channel.signal.dismiss'
    _description = "Dismiss Signals"

    signal_ids = fields.Many2many('channel.signal', string="Signals", required=True)
    reason = fields.Selection(
        DISMISS_REASONS, required=True, help="Signals of a wrong rule count against it in the metrics.")
    note = fields.Text()

    # === ACTION METHODS === #

    def action_dismiss(self):
        self.check_access('write')
        self.signal_ids.check_access('write')
        self.signal_ids._dismiss(self.reason, self.note)
        return {'type': 'ir.actions.act_window_close'}
