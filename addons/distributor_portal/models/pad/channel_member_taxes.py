from odoo import models

PROPORTIONAL = {'percent', 'division'}  # kinds of taxes that are the same share of any price


class ChannelMember(models.Model):
    """Taxes, as the member's orders have them: what an order takes of the credit has them too."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_tax_factors(self, products, prices):
        """{product id: by what its price is multiplied to have its taxes in it}

        :param prices: {product id: price of one}; at another price a tax of a fixed amount is another share
        """
        self.ensure_one()
        company = self.company_id
        position = None
        known, factors = {}, {}
        for product in products:
            template = product.product_tmpl_id  # through the product, Odoo would copy each value one by one
            taxes = template.taxes_id._filter_taxes_by_company(company)
            if taxes and position is None:
                position = self._portal_get_fiscal_position()
            taxes = position.map_tax(taxes) if taxes else taxes
            kinds = set(taxes.flatten_taxes_hierarchy().mapped('amount_type'))
            price = 1.0 if kinds <= PROPORTIONAL else prices[product.id]
            key = (taxes, price, None if kinds <= PROPORTIONAL else product)
            if key not in known:
                known[key] = self._portal_compute_tax_factor(taxes, price, product)
            factors[product.id] = known[key]
        return factors

    def _portal_get_fiscal_position(self):
        """The fiscal position that Odoo gives an order of this member to its own address."""
        partner = self.partner_id.with_company(self.company_id)
        delivery = partner.browse(partner.address_get(['delivery'])['delivery'])
        return self.env['account.fiscal.position'].with_company(self.company_id)._get_fiscal_position(
            partner, delivery)

    def _portal_compute_tax_factor(self, taxes, price, product):
        if not (taxes and price):
            return 1.0
        line = taxes._prepare_base_line_for_taxes_computation(
            None, tax_ids=taxes, price_unit=price, quantity=1.0, product_id=product,
            currency_id=self._portal_get_currency())
        # Unrounded: the factor is for whole lines, not for one piece.
        taxes._add_tax_details_in_base_line(line, self.company_id, rounding_method='round_globally')
        return line['tax_details']['raw_total_included_currency'] / price
