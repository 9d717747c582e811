from odoo import api, fields, models


class UomUom(models.Model):
    _inherit = 'uom.uom'

    channel_code = fields.Char(
        "Channel Code", help="How orders name the unit: item, case, pallet. May serve several units.")

    # === CONSTRAINT METHODS === #

    @api.constrains('relative_factor', 'relative_uom_id', 'channel_code')
    def _check_channel_packs(self):
        """What changes here must still fit into the packs of the products that use it."""
        templates = self.env['product.template'].sudo().search([('uom_ids', 'in', self.ids)])
        templates._check_channel_packs()
