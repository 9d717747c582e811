from odoo import api, models


class ChannelText(models.AbstractModel):
    _inherit = 'channel.text'

    @api.model
    def _get_intake_texts(self):
        """Override to say what to do when too many orders come at once."""
        _ = self.env._
        return {**super()._get_intake_texts(), 'busy': (
            _("Many orders are coming in at once; this one has not been taken."),
            _("Send it again in a moment, under the same number."))}
