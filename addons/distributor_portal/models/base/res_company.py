from markupsafe import Markup

from odoo import fields, models

from ...engine.colours import looks


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_invoice_on_receipt = fields.Boolean(
        "Invoice at Receipt", default=True, help="A delivery that its member has scanned in is invoiced at once.")

    # === PORTAL === #

    def _channel_get_look_css(self):
        """The company's colour as variables of dealer_centre.scss: made of checked digits, never of what was typed."""
        light, dark = looks(self.primary_color or None)
        return self._channel_get_rule(':root', light) + self._channel_get_rule(':root[data-bs-theme=dark]', dark)

    def _channel_get_rule(self, selector, look):
        return Markup(
            "%s{--channel-accent:%s;--channel-fill:%s;--channel-fill-strong:%s;--channel-accent-soft:%s}",
        ) % (selector, look.accent, look.fill, look.fill_strong, look.soft)


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_invoice_on_receipt = fields.Boolean(related='company_id.channel_invoice_on_receipt', readonly=False)
