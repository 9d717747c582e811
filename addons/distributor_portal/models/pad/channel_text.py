from odoo import api, models


class ChannelText(models.AbstractModel):
    """Sentences about the rows of an order list."""

    _inherit = 'channel.text'

    @api.model
    def _get_sheet_texts(self):
        """{reason of an engine trouble: sentence}"""
        _ = self.env._
        return {
            'code_missing': _("The row names no product."),
            'unknown_code': _("There is no product %(code)s that you can order."),
            'unknown_gtin': _("There is no product with the barcode %(code)s that you can order."),
            'ambiguous_code': _("%(code)s fits several products. Choose one."),
            'discontinued': _("%(product)s is no longer sold."),
            'not_licensed': _("You can no longer order %(product)s: no licence of yours covers it."),
            'qty_missing': _("The row has no quantity."),
            'qty_not_number': _("“%(given)s” is not a quantity."),
            'qty_negative': _("The quantity %(given)s is negative."),
            'qty_zero': _("The quantity is zero."),
            'qty_too_large': _("The quantity %(given)s is too large."),
            'unknown_unit': _("%(product)s is not sold by “%(unit)s”."),
            'below_minimum': _("%(given)s is less than the smallest order of %(minimum)s."),
            'not_whole_packs': _("It comes in packs of %(multiple)s; %(given)s is no whole number of packs."),
            'above_maximum': _("%(given)s is more than one order may hold: %(maximum)s."),
        }
