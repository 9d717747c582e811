from collections import defaultdict

from odoo import api, models


class ChannelText(models.AbstractModel):
    """The sentences behind the engine's text keys, in the reader's language."""

    _name = 'channel.text'
    _description = "Sentences of the Checks"

    @api.model
    def _get_texts(self):
        """{key: (what is wrong, what to do)}. Override to add those of a new kind of rule."""
        return {**self._get_intake_texts(), **self._get_rule_texts()}

    @api.model
    def _fill(self, texts, key, args):
        what, fix = texts.get(key) or (key, "")
        blanks = defaultdict(str, args)
        return what % blanks, fix % blanks

    @api.model
    def _get_analyst_texts(self):
        """{key: sentence for headquarters}. Override to add those of a new kind; a key without one is told plainly."""
        return {
            'not_evaluated': self.env._("The rule broke down: %(error)s: %(problem)s."),
        }

    @api.model
    def _fill_analysis(self, texts, key, known, version, measured, limit):
        """Everything about a verdict in one paragraph: rule and version, values, the sentence, and all that is known.

        :param known: arguments and details of the verdict
        """
        _ = self.env._
        known = {name: _as_text(value) for name, value in known.items()}
        parts = [_("%(version)s: measured %(measured)s, limit %(limit)s.", version=version,
                   measured=measured or "–", limit=limit or "–")]
        if key in texts:
            parts.append(texts[key] % defaultdict(str, known))
        rest = "; ".join(f"{name} = {value}" for name, value in sorted(known.items()) if value is not None)
        if rest:
            parts.append(f"[{rest}]")
        return " ".join(parts)

    @api.model
    def _get_intake_texts(self):
        _ = self.env._
        mend = _("Correct the field and send the order again.")
        return {
            'not_an_object': (_("%(field)s must be an object with named fields."), mend),
            'unknown_field': (_("%(field)s is not a field we know."),
                              _("Remove it, or correct its name.")),
            'field_missing': (_("%(field)s is missing."), _("Fill it in and send the order again.")),
            'not_a_text': (_("%(field)s must be a text, not %(given)s."), mend),
            'text_too_long': (_("%(field)s is too long."), _("Shorten it.")),
            'not_a_date': (_("%(field)s must be a date such as 2026-12-01, not %(given)s."), mend),
            'not_a_flag': (_("%(field)s must be true or false, not %(given)s."), mend),
            'date_past': (_("The requested date %(given)s is over."), _("Ask for a day to come.")),
            'not_a_number': (_("%(field)s must be a number, not %(given)s."), mend),
            'not_a_list': (_("%(field)s must be a list."), mend),
            'no_lines': (_("The order has no lines."), _("Add at least one product.")),
            'too_many_lines': (_("The order has %(given)s lines, more than one order may have."),
                               _("Split it into several orders.")),
            'no_code': (_("The line names no product."), _("Give its SKU, its GTIN or your own code.")),
            'two_codes': (_("The line names its product twice (%(given)s)."),
                          _("Give one of SKU, GTIN or your own code.")),
            'member_unknown': (_("There is no member %(given)s."),
                               _("Check the member's code with headquarters.")),
            'member_not_active': (_("Member %(given)s may not order at present."),
                                  _("Ask your contact at headquarters.")),
            'source_unknown': (_("There is no source %(given)s."),
                               _("Headquarters adds it under Channel, Configuration, Order Sources.")),
            'unknown_street': (_("%(given)s is not a division code."),
                               _("Give the 9-digit code of the street, or the 6 digits of its district.")),
            'unknown_unit': (_("The product is not sold in the unit %(given)s."),
                             _("Leave the unit out to order single pieces.")),
            'sent_before': (_("This order was received before with other content; the first one stands."),
                            _("Send changes under a new order number.")),
            'failed': (_("The order could not be processed (%(given)s)."),
                       _("Nothing of it was kept. Headquarters has been told; send it again later.")),
        }

    @api.model
    def _get_rule_texts(self):
        _ = self.env._
        return {
            'product_unknown': (_("There is no product %(code)s."),
                                _("Look it up in the order pad, or ask for its current code.")),
            'product_not_sold': (_("%(code)s is no longer sold."), _("Choose its successor.")),
            'price_missing': (_("No price is agreed for %(sku)s."),
                              _("Ask headquarters for a price.")),
            'price_differs': (_("You expect %(given)s for %(sku)s; the agreed price is %(price)s %(currency)s."),
                              _("Order at the agreed price, or ask headquarters.")),
            'quantity_not_positive': (_("The quantity of %(sku)s is %(qty)s."),
                                      _("Order more than zero, or remove the line.")),
            'below_minimum': (_("%(qty)s %(unit)s of %(sku)s is less than the smallest order of %(minimum)s."),
                              _("Order %(proposal)s or more.")),
            'not_whole_packs': (_("%(sku)s comes in packs of %(multiple)s; %(qty)s is not a whole number of packs."),
                                _("Order %(lower)s or %(upper)s.")),
            'below_one_pack': (_("%(sku)s comes in packs of %(multiple)s; %(qty)s is less than one."),
                               _("Order %(upper)s.")),
            'not_licensed': (_("%(sku)s cannot be ordered: your licence (%(contracts)s) does not cover it."),
                             _("Remove the line, or ask headquarters for a licence.")),
            'not_licensed_channel': (
                _("%(sku)s cannot be ordered this way: your licence (%(contracts)s) is not for this sales channel "
                  "(%(channel)s)."),
                _("Order it for the sales channel of your licence, or ask headquarters for another licence.")),
            'no_licence': (_("%(sku)s cannot be ordered: there is no licence in force."),
                           _("Ask headquarters to renew your contract.")),
            'place_unknown': (_("%(sku)s: the place of delivery is not known."),
                              _("Give the street or district of the delivery address.")),
            'outside_territory': (
                _("%(sku)s cannot be delivered to %(place)s: your licence (%(contracts)s) is for another territory."),
                _("Deliver inside your territory, or ask headquarters for a project licence.")),
            'no_credit_line': (_("No credit is agreed."), _("Ask headquarters for a credit line.")),
            'credit_exceeded': (_("The order comes to %(amount)s %(currency)s; %(left)s of your credit is left."),
                                _("Pay open invoices, or reduce the order by %(over)s %(currency)s.")),
            'stock_short': (_("Only %(free)s of %(wanted)s %(unit)s of %(sku)s are in stock."),
                            _("Headquarters decides whether the rest follows later.")),
            'stock_none': (_("%(sku)s is out of stock."),
                           _("Headquarters decides whether it follows later.")),
            'not_evaluated': (_("One of our checks could not be made."),
                              _("You need do nothing: headquarters has been told.")),
        }


def _as_text(value):
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
