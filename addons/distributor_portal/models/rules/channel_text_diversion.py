from odoo import api, models


class ChannelText(models.AbstractModel):
    """The sentences of the rules against diversion, for the member and for headquarters.

    What the member reads says what to do and whom to ask. It names no other member and no limit that could be gamed:
    such values are details, which its sentence cannot reach.
    """

    _inherit = 'channel.text'

    @api.model
    def _get_rule_texts(self):
        return {
            **super()._get_rule_texts(), **self._get_place_texts(), **self._get_price_texts(),
            **self._get_conduct_texts(), **self._get_goods_texts()}

    @api.model
    def _get_place_texts(self):
        _ = self.env._
        return {
            'ship_to_of_another': (
                _("The delivery address belongs to a company that you do not supply."),
                _("Deliver to yourself or to your own stores. If the store has become yours, ask headquarters to move "
                  "it.")),
            'outside_region': (
                _("%(sku)s cannot be delivered to %(place)s: it is sold in %(places)s only."),
                _("Remove the line, or deliver it there if your licence covers it.")),
            'exclusive_to_another': (
                _("%(sku)s cannot be delivered to %(place)s: it is reserved there by contract."),
                _("Remove the line, deliver it elsewhere in your territory, or ask for a project licence.")),
        }

    @api.model
    def _get_price_texts(self):
        _ = self.env._
        return {
            'below_floor': (
                _("The price of %(sku)s needs a second look at headquarters."),
                _("You need do nothing. To speed it up, send the offer or the budget that the price rests on.")),
            'discount_beyond_policy': (
                _("The discount on %(sku)s needs a release by headquarters."),
                _("You need do nothing. To speed it up, send the agreement that the discount rests on.")),
            'discount_unusual': (
                _("The discount on %(sku)s needs a second look at headquarters."),
                _("You need do nothing. To speed it up, send the agreement that the discount rests on.")),
        }

    @api.model
    def _get_conduct_texts(self):
        _ = self.env._
        return {
            'same_network': (
                _("The order comes over a line that is shared by several accounts."),
                _("Order from your own premises. If you share an office, have headquarters enter it.")),
            'same_device': (
                _("The order comes from a device that several accounts use."),
                _("Order from a device of your own. If you share one with good reason, tell headquarters.")),
            'impossible_travel': (
                _("Your account was used at places far apart within a short time."),
                _("Change your password, and ask headquarters if you do not know the login.")),
            'login_elsewhere': (
                _("Your account was used outside the region where you do business."),
                _("If it was not you, change your password and tell headquarters.")),
            'duplicate_order': (
                _("The order looks like %(other)s, which you have sent already."),
                _("If you want the goods twice, say so; otherwise cancel one of the two.")),
            'split_order': (
                _("The order seems to belong together with %(others)s."),
                _("Send what belongs together as one order.")),
            'too_many_gifts': (
                _("The order holds many free goods."),
                _("Order them together with the goods that they belong to, or name the promotion.")),
            'large_first_order': (
                _("Headquarters confirms large first orders in person."),
                _("You need do nothing; somebody will call you.")),
            'dormant_account': (
                _("You have not ordered for a long time: headquarters confirms the order in person."),
                _("You need do nothing; somebody will call you.")),
            'third_party_payer': (
                _("The invoice would go to somebody else than you."),
                _("Have it sent to your own company, or ask headquarters to agree to the payer.")),
        }

    @api.model
    def _get_goods_texts(self):
        _ = self.env._
        ask = _("You need do nothing. To speed it up, tell headquarters what the goods are for.")
        return {
            'quantity_unusual': (_("%(qty)s of %(sku)s is more than you usually need."), ask),
            'stock_leaks': (
                _("The stock of %(sku)s does not match what was received and sold."),
                _("Count the stock again and report sales that are missing.")),
            'return_of_another': (
                _("%(given)s (%(sku)s) was not delivered to you and cannot be returned by you."),
                _("Check the code, or send the goods back to where you have them from.")),
            'scanned_outside': (
                _("Goods (%(sku)s) that were delivered to you have turned up outside your territory."),
                _("Tell headquarters to whom they were sold.")),
            'code_at_two_places': (
                _("The code %(given)s (%(sku)s) was seen at two places at once."),
                _("Keep the goods apart until headquarters has looked at them.")),
            'code_scanned_often': (
                _("The code %(given)s (%(sku)s) was seen more often than one piece can be."),
                _("Keep the goods apart until headquarters has looked at them.")),
            'online_without_licence': (
                _("%(sku)s is offered online; your licence does not cover that."),
                _("Take the offer down, or ask headquarters for a licence for online sales.")),
            'online_below_price': (
                _("An online offer of %(sku)s has drawn headquarters' attention."),
                _("Tell headquarters where the goods of the offer come from.")),
        }

    @api.model
    def _get_analyst_texts(self):
        _ = self.env._
        return {
            **super()._get_analyst_texts(),
            'ship_to_of_another': _("The address is that of %(owner)s, outside the member's line (by "
                                    "%(matched_by)s)."),
            'exclusive_to_another': _("%(owner)s holds %(sku)s at %(place)s exclusively (contract %(contract)s)."),
            'below_floor': _("Net %(net)s = price %(price)s − rebate %(rebate)s; floor %(floor)s %(currency)s."),
            'discount_beyond_policy': _("Discount %(discount)s beyond the policy of %(limit)s; %(peers)s peers at a "
                                        "median of %(median)s."),
            'discount_unusual': _("Discount %(discount)s; %(peers)s peers over %(window)s days: median %(median)s, "
                                  "MAD %(spread)s, bound %(limit)s."),
            'same_network': _("%(members)s members, %(orders)s orders from %(network)s within %(window)s h; others: "
                              "%(others)s."),
            'same_device': _("%(members)s members, %(orders)s orders from one device within %(window)s h; others: "
                             "%(others)s."),
            'impossible_travel': _("%(distance)s km within %(minutes)s minutes (%(speed)s km/h), latest at %(place)s."),
            'login_elsewhere': _("Logged in at %(place)s."),
            'duplicate_order': _("Same basket as %(other)s, %(minutes)s minutes before (window %(window)s h)."),
            'split_order': _("%(pieces)s pieces with %(others)s come to %(total)s; limit %(limit)s, window "
                             "%(window)s h."),
            'too_many_gifts': _("%(share)s of the quantity is free of charge."),
            'large_first_order': _("First order, %(amount)s; large is %(limit)s. Member known for %(known)s days."),
            'dormant_account': _("%(amount)s after %(silent)s silent days; usual %(usual)s, large is %(limit)s."),
            'third_party_payer': _("Paid by %(payer)s."),
            'quantity_unusual': _("%(qty)s ordered; expected demand over %(days)s days %(expected)s, on hand "
                                  "%(stock)s, pipeline %(pipeline)s; tail p = %(p_value)s; crosses a rebate tier: "
                                  "%(crosses_tier)s."),
            'stock_leaks': _("%(missing)s of %(had)s missing within %(days)s days; limit %(limit)s."),
            'return_of_another': _("Code %(code)s was sold to %(owner)s."),
            'scanned_outside': _("%(codes)s codes of %(owner)s at %(places)s places, %(distance)s km beyond the border "
                                 "(%(place)s)."),
            'code_at_two_places': _("%(distance)s km within %(minutes)s minutes: %(speed)s km/h."),
            'code_scanned_often': _("%(scans)s scans by consumers."),
            'online_without_licence': _("Shop %(shop)s traced to %(owner)s; price %(price)s %(currency)s."),
            'online_below_price': _("Shop %(shop)s (%(owner)s): %(price)s against %(floor)s %(currency)s."),
        }
