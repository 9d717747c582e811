from odoo import models


class ChannelVerdict(models.Model):
    _inherit = 'channel.verdict'

    # === BUSINESS METHODS === #

    def _get_names(self):
        """Override to name the pack levels in the reader's language."""
        levels = self.env['channel.pack.rule']._fields['level']._description_selection(self.env)
        return super()._get_names() | {('level', level): name.lower() for level, name in levels}
