from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine import gtin


class ChannelText(models.AbstractModel):
    """Sentences about codes, packs and smallest orders."""

    _inherit = 'channel.text'

    @api.model
    def _get_rule_texts(self):
        """Override to say for whom a limit was agreed, and to add the most per order and the smallest amount."""
        _ = self.env._
        order_less = _("Order %(proposal)s or less, or ask headquarters for more.")
        return {
            **super()._get_rule_texts(),
            'below_minimum_for': (
                _("%(qty)s %(unit)s of %(sku)s is less than the smallest order of %(minimum)s (%(who)s, %(level)s)."),
                _("Order %(proposal)s or more.")),
            'not_whole_packs_for': (
                _("%(sku)s comes in packs of %(multiple)s (%(who)s, %(level)s); "
                  "%(qty)s is not a whole number of packs."),
                _("Order %(lower)s or %(upper)s.")),
            'below_one_pack_for': (
                _("%(sku)s comes in packs of %(multiple)s (%(who)s, %(level)s); %(qty)s is less than one."),
                _("Order %(upper)s.")),
            'above_maximum': (
                _("%(qty)s %(unit)s of %(sku)s is more than one order may hold (%(maximum)s)."), order_less),
            'above_maximum_for': (
                _("%(qty)s %(unit)s of %(sku)s is more than one order may hold (%(maximum)s; %(who)s, %(level)s)."),
                order_less),
            'order_too_small': (
                _("The order comes to %(amount)s %(currency)s; the smallest order of a %(tier)s is %(minimum)s."),
                _("Add goods for %(missing)s %(currency)s or more.")),
        }

    @api.model
    def _get_code_texts(self):
        """{text key of engine/gtin.py and engine/packs.py: sentence}"""
        _ = self.env._
        return {
            'gtin_not_digits': _("%(code)s is no GTIN: a GTIN is made of digits only."),
            'gtin_length': _("%(code)s has %(length)s digits; a GTIN has 8, 12, 13 or 14."),
            'gtin_check_digit': _(
                "The last digit of %(code)s is not right: it must be %(right)s, so %(proposal)s. "
                "Look at the label again: another digit may be the wrong one."),
            'mask_signs': _(
                "The shape %(mask)s may hold capital letters, digits, # and @, dots, dashes and slashes, 32 at most."),
            'mask_not_numbered': _(
                "Codes cannot be numbered in the shape %(mask)s: give it #s for the number, and no @."),
            'mask_full': _("The number %(number)s does not fit into the #s of %(mask)s any more: add some."),
            'pack_not_whole_items': _("%(pack)s holds %(size)s items: a pack holds whole items."),
            'pallet_not_whole_cases': _(
                "%(pack)s holds %(size)s items, which are no whole cases of %(holds)s (%(case)s)."),
        }

    @api.model
    def _get_sentence(self, key, args):
        return self._get_code_texts()[key] % args

    @api.model
    def _get_code_sentence(self, problem):
        return self._get_sentence(problem.key, problem.args)

    @api.model
    def _check_gtin(self, code, is_required):
        """:raise ValidationError: `code` is a GTIN mistyped; or, where only GTINs will do, none at all"""
        if not is_required and not gtin.looks_like_gtin(code):
            return
        problem = gtin.find_gtin_problem(code)
        if problem:
            raise ValidationError(self._get_code_sentence(problem))
