from odoo import api, models


class ChannelText(models.AbstractModel):
    """The sentences of approval chains and of order forms."""

    _inherit = 'channel.text'

    @api.model
    def _get_texts(self):
        """Override to add what can be wrong with the form section of an order."""
        return {**super()._get_texts(), **self._get_form_texts()}

    @api.model
    def _get_form_texts(self):
        _ = self.env._
        mend = _("Correct the field and send the order again.")
        return {
            'type_unknown': (_("There is no order type %(given)s."),
                             _("Headquarters adds it under Channel, Configuration, Order Types.")),
            'type_not_for_tier': (_("Orders of the type %(given)s are not for your tier."),
                                  _("Order without the type, or ask headquarters.")),
            'form_without_type': (_("Form fields were sent without an order type (%(given)s)."),
                                  _("Name the order type they belong to.")),
            'form_unknown': (_("The form has no field %(field)s that you may fill in."),
                             _("Remove it, or correct its name.")),
            'form_two_fields': (_("The form has several fields called %(field)s."), _("Use its technical name.")),
            'form_twice': (_("%(field)s is given twice."), _("Give it once.")),
            'form_invalid': (_("%(given)s is no valid value of %(field)s."), mend),
            'form_no_choice': (_("%(given)s is not one of the choices of %(field)s."), mend),
            'form_missing': (_("%(field)s is missing."), _("Fill it in and send the order again.")),
        }

    @api.model
    def _get_chain_texts(self):
        """{key of a demand: its piece of the sentence "Orders … …"}. Blanks are names in the reader's language."""
        _ = self.env._
        return {
            'types': _("of the type %(types)s"),
            'tiers': _("of the tier %(tiers)s"),
            'confirmed_tiers': _("of tiers that headquarters confirms"),
            'members': _("of %(members)s and below"),
            'places': _("delivered to %(places)s"),
            'amount_over': _("over %(low)s"),
            'amount_up_to': _("up to %(high)s"),
            'amount_between': _("over %(low)s and up to %(high)s"),
            'products': _("with %(products)s"),
            'categories': _("with goods of %(categories)s"),
            'goods': _("with %(products)s or goods of %(categories)s"),
            'discount_over': _("with a discount above %(discount)s"),
            'verdict': _("with the finding “%(decision)s”"),
            'verdict_of': _("with the finding “%(decision)s” of %(rules)s"),
            'broken': _("that break %(rules)s"),
            'sources': _("from %(sources)s"),
            'form_is': _("where %(field)s is %(value)s"),
            'form_filled': _("where %(field)s is filled in"),
        }
