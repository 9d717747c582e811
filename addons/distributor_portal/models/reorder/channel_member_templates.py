from decimal import Decimal

from odoo import models
from odoo.fields import Domain


class ChannelMember(models.Model):
    """The templates and favourites that the people of a member share."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_templates(self, limit=None):
        """Its own and headquarters' for it; those used last come first."""
        self.ensure_one()
        Template = self.env['channel.order.template']
        order = 'last_used_at DESC NULLS LAST, sequence, id'
        return Template.search(Template._get_domain(self), limit=limit, order=order)

    def _portal_get_favourites(self):
        """The products with a star."""
        self.ensure_one()
        return self.env['channel.favourite'].search_fetch([('member_id', '=', self.id)], ['product_id']).product_id

    def _portal_get_favourites_wanted(self):
        """Favourites for a sheet: none of them is ordered before somebody says how many."""
        favourites = self._portal_get_favourites().sorted(lambda product: (product.default_code or "", product.id))
        return [{'product': product, 'qty': Decimal(0), 'before': None, 'reason': ""} for product in favourites]

    def _portal_set_favourite(self, product_id, is_favourite):
        """Give or take a star; twice is once. :return: whether the product has it now"""
        self.ensure_one()
        Favourite = self.env['channel.favourite']
        known = Favourite.search([('member_id', '=', self.id), ('product_id', '=', product_id)])
        if not is_favourite:
            known.unlink()
            return False
        if not known:
            found = self.env['product.product'].search(
                self._portal_get_products_domain() & Domain('id', '=', product_id), limit=1)
            known = Favourite.create([{'member_id': self.id, 'product_id': product.id} for product in found])
        return bool(known)
