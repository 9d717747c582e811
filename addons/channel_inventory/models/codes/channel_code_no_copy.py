from odoo import fields, models


class ChannelCodeNoCopy(models.TransientModel):
    """Asks why before codes that read as copied are believed again."""

    _name = 'channel.code.no.copy'
    _description = "Codes That Are No Copies"

    code_ids = fields.Many2many('channel.code', string="Codes", required=True, readonly=True)
    reason = fields.Char(required=True, help="It stands in the history of each.")

    # === ACTION METHODS === #

    def action_clear(self):
        """They are no copies."""
        self.ensure_one()
        self.check_access('write')
        self.code_ids.check_access('read')
        self.code_ids.sudo()._clear_copies(self.reason)
        return {'type': 'ir.actions.act_window_close'}
