from odoo import models


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    def _get_report_base_filename(self):
        """The name of a delivery note that is downloaded in the portal."""
        self.ensure_one()
        return self.env._("Delivery %s", self.name)
