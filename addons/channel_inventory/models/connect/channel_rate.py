from odoo import api, fields, models

# A warehouse at work: so many calls at once, and one more each second. A call may carry hundreds of messages.
PUSHES = (600, 1)


class ChannelRate(models.Model):
    _inherit = 'channel.rate'

    kind = fields.Selection(selection_add=[('push', "Calls of a connector")], ondelete={'push': 'cascade'})

    @api.model
    def _get_rate(self, kind):
        """Override: calls of connectors; `channel.rate.push` may say otherwise."""
        if kind == 'push' and not self.env['ir.config_parameter'].sudo().get_param('channel.rate.push'):
            return PUSHES
        return super()._get_rate(kind)
