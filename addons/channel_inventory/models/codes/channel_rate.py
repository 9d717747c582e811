from odoo import api, fields, models

# So many codes can be checked at once from one address, then one each so many seconds.
VERIFY = (30, 10)


class ChannelRate(models.Model):
    _inherit = 'channel.rate'

    kind = fields.Selection(
        selection_add=[('verify', "Codes checked by the public")], ondelete={'verify': 'cascade'})

    # === BUSINESS METHODS === #

    @api.model
    def _get_rate(self, kind):
        """Override of `distributor_portal` for a kind of our own: `channel.rate.verify` changes it."""
        if kind != 'verify':
            return super()._get_rate(kind)
        text = self.env['ir.config_parameter'].sudo().get_param('channel.rate.verify') or ''
        tries, _slash, seconds = text.partition('/')
        is_set = tries.isdecimal() and seconds.isdecimal() and int(tries) and int(seconds)
        return (int(tries), int(seconds)) if is_set else VERIFY
