from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import codes


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_code_prefix = fields.Char(
        "Prefix of Own Codes", default='HQ',
        help="What the codes that are made here begin with: up to 8 letters or digits.")
    channel_code_max_checks = fields.Integer(
        "Checks of One Buyer", default=10,
        help="Checked from more addresses than these within 30 days, a code was checked by more people than buy one "
             "piece: the page says so.")
    channel_code_where_to_buy = fields.Char(
        "Where to Buy", translate=True, help="Stands on the public page: shops, a telephone number, an address.")

    # === CONSTRAINT METHODS === #

    @api.constrains('channel_code_prefix')
    def _check_channel_code_prefix(self):
        for company in self:
            if company.channel_code_prefix and not codes.is_prefix(company.channel_code_prefix):
                raise ValidationError(self.env._(
                    "The prefix of own codes is 1 to 8 capital letters or digits, none of I, L, O and U."))

    # === BUSINESS METHODS === #

    @api.model
    def _channel_get_code_host(self):
        """The address that QR codes point to. The parameter `channel.code.host` says it where it is not Odoo's own."""
        Parameter = self.env['ir.config_parameter'].sudo()
        return (Parameter.get_param('channel.code.host') or Parameter.get_param('web.base.url') or '').rstrip('/')
