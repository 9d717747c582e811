from odoo import api, models


class ChannelText(models.AbstractModel):
    """What the kinds of rules and their parameters mean, for whoever sets rules up."""

    _inherit = 'channel.text'

    @api.model
    def _get_kind_texts(self):
        """{kind: what it checks}. Override to add those of a new kind."""
        _ = self.env._
        return {
            'intake': _("Member, dates, quantities and units of the order can be read."),
            'product': _("Every line names a product that exists and is sold."),
            'price': _("A price is agreed, and it is the one that the customer counts on."),
            'order_minimum': _("The order comes to the smallest amount for its tier, or more."),
            'overdue': _("No invoice of the member is overdue beyond the days of grace."),
            'urgent': _("A warehouse can still send the urgent order off in time."),
            'pack': _("Whole packs only, and not fewer than the smallest order."),
            'authorisation': _("The member is licensed for the product and the order's sales channel on this day."),
            'territory': _("The goods go to a place for which the member is licensed."),
            'ship_to': _("The goods do not go to a store that buys through another dealer. Recognised by contact, "
                         "phone, or street within the division of the delivery address."),
            'region': _("A product with places under “Sold Only In” goes nowhere else."),
            'exclusivity': _("Nobody outside the member's line holds an exclusive authorization for the goods there."),
            'floor': _("Price after discounts and accrued rebate is not below the floor under Configuration, Price "
                       "Floors. On headquarters' own sales a floor may block. Toward third parties it may not: fixing "
                       "the resale price of an independent dealer is a restriction of competition by object (Article "
                       "18 of China's Anti-Monopoly Law; Article 4 of EU Regulation 2022/720), so such a rule can "
                       "warn, ask or note only."),
            'discount': _("The discount off the catalogue price keeps to the policy and to what other members of the "
                          "tier get for the product: median + factor × MAD."),
            'split': _("An order is not sent twice, not cut into pieces below a limit, and not made of gifts."),
            'account': _("A large order comes from a member that is known and has ordered lately; it pays itself."),
            'origin': _("Not too many members or orders come from one network (/24, /64) or device. Networks under "
                        "Shared Networks are left out; orders over integrations have no origin."),
            'travel': _("No login from two places farther apart than a plane flies, and none from outside the "
                        "member's provinces. Judges only where Odoo has a database of places (geoip_city_db)."),
            'stock': _("The warehouse that will ship has the quantity."),
            'credit': _("The order fits into what is left of the member's credit."),
            'quantity': _("What the member would have is not beyond any plausible demand over cover and lead time "
                          "(negative binomial or Poisson tail)."),
            'leakage': _("Opening stock and receipts match sales, other outgoings and closing stock."),
            'scan_place': _("Codes shipped to a member are not scanned outside its territory."),
            'clone': _("A code is at one place at a time and is not scanned by a crowd."),
            'foreign_return': _("What a member returns was sold to it."),
            'online_leak': _("Members sell on marketplaces with a licence only, and nobody below the watched price."),
        }

    @api.model
    def _get_param_texts(self):
        """{(kind, parameter): what it means}. Override to add those of a new kind."""
        _ = self.env._
        return {
            ('price', 'tolerance'): _("How far the customer's price may lie from ours, as a share of ours."),
            ('credit', 'line_required'): _("Whether a member without a credit line is sent back."),
            ('exclusivity', 'same_channel'): _("An exclusive licence for another sales channel does not count."),
            ('floor', 'applies_to'): _("own: headquarters' selling prices. resale: prices of third parties, never in "
                                       "the block lane."),
            ('floor', 'tolerance'): _("How far below the floor is still fine, as a share of it."),
            ('discount', 'max_discount'): _("The policy: no discount beyond this share of the catalogue price."),
            ('discount', 'factor'): _("How many median absolute deviations above the median are unusual."),
            ('discount', 'min_peers'): _("With fewer other members to compare with only the policy counts."),
            ('discount', 'min_spread'): _("Least deviation assumed, where all pay nearly the same."),
            ('discount', 'window_days'): _("Orders of so many days are compared."),
            ('split', 'duplicate_hours'): _("The same basket within so many hours is a duplicate."),
            ('split', 'window_hours'): _("Pieces within so many hours belong together."),
            ('split', 'limit_amount'): _("The limit that pieces may be meant to stay below, in the company's "
                                         "currency; 0: there is none."),
            ('split', 'min_pieces'): _("So many orders make a split one."),
            ('split', 'min_shared'): _("So large a share of the products in common."),
            ('split', 'gift_share'): _("Largest share of the quantity that may be free of charge."),
            ('account', 'new_days'): _("A member is new for so many days."),
            ('account', 'dormant_days'): _("A member is dormant after so many days without an order."),
            ('account', 'large_amount'): _("Orders up to this amount are never large."),
            ('account', 'times_usual'): _("Large is beyond so many times the member's usual order."),
            ('account', 'check_payer'): _("Whether an invoice to another company is a finding."),
            **self._get_conduct_param_texts(),
        }

    @api.model
    def _get_conduct_param_texts(self):
        _ = self.env._
        window = _("How far back it looks, in hours.")
        kmh = _("Speed that nobody travels beyond, in km/h.")
        near = _("Places nearer than so many km count as one.")
        return {
            ('origin', 'max_members'): _("So many members on one line or device are a finding."),
            ('origin', 'max_orders'): _("So many orders from one line or device are a finding."),
            ('origin', 'window_hours'): window,
            ('travel', 'max_kmh'): kmh,
            ('travel', 'min_km'): near,
            ('travel', 'check_region'): _("Whether a login outside the member's provinces is a finding."),
            ('travel', 'window_hours'): window,
            ('quantity', 'cover_days'): _("For so many days the goods should last, beside the lead time."),
            ('quantity', 'p_value'): _("A demand less probable than this is implausible."),
            ('quantity', 'tier_weight'): _("So many times as strict where the order just crosses a rebate tier."),
            ('quantity', 'tier_overshoot'): _("Just crossing: beyond the tier by at most this share of the order."),
            ('leakage', 'share'): _("Share of the goods that may be missing."),
            ('leakage', 'units'): _("Units that may be missing in any case."),
            ('scan_place', 'border_km'): _("So near the border a scan is not outside."),
            ('scan_place', 'min_codes'): _("Fewer codes are no finding; an inspector's scan counts several times."),
            ('scan_place', 'min_places'): _("Fewer places are no finding."),
            ('clone', 'max_kmh'): kmh,
            ('clone', 'min_km'): near,
            ('clone', 'max_scans'): _("More scans by consumers are a finding."),
            ('online_leak', 'margin'): _("How far below the watched price is still fine, as a share of it."),
        }

    @api.model
    def _get_param_problem(self, error):
        """What is wrong with a setting, as a person reads it. :param error: the engine's `ParamError`"""
        _ = self.env._
        sentence = {
            'unknown': _("there is no “%(name)s”; this kind knows %(known)s."),
            'type': _("“%(name)s” must be of type %(type)s, not %(given)s."),
            'minimum': _("“%(name)s” must be at least %(bound)s, not %(given)s."),
            'maximum': _("“%(name)s” must be at most %(bound)s, not %(given)s."),
            'choices': _("“%(name)s” must be one of %(known)s, not %(given)s."),
            'resale_block': _("a floor under the resale prices of third parties (“%(name)s”) must not block: fixing "
                              "them restricts competition. Choose another consequence."),
        }[error.problem]
        return sentence % error.values
