from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing` so that what was sold can be counted in the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), 'channel_inventory']
