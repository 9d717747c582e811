from odoo import api, models
from odoo.fields import Command

# From these quantities on, so many percent less than the list's own price.
STEPS = ((960, 2), (4800, 4))
OWN_CODES = {'YOG-P-200': "SN-原味", 'YOG-B-200': "SN-蓝莓", 'MLK-W-1000': "SN-1007"}


class ChannelDemo(models.AbstractModel):
    """An order pad to play with: a price that falls with the quantity, and codes of a store's own."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_price_steps()
        self._load_own_codes(members)
        return result

    @api.model
    def _load_price_steps(self):
        """Plain yoghurt costs less from a pallet and a bit on, in every tier's list."""
        product = self.env['product.product'].search([('default_code', '=', 'YOG-P-200')], limit=1)
        for tier in ('agent', 'dealer', 'store'):
            pricelist = self.env.ref(f'distributor_portal.demo_pricelist_{tier}')
            price = pricelist._get_product_price(product, 1.0)
            pricelist.item_ids = [Command.create({
                'applied_on': '0_product_variant',
                'product_tmpl_id': product.product_tmpl_id.id,
                'product_id': product.id,
                'compute_price': 'fixed',
                'fixed_price': round(price * (100 - percent) / 100, 2),
                'min_quantity': quantity,
            }) for quantity, percent in STEPS]

    @api.model
    def _load_own_codes(self, members):
        """How the store of the demo's logins calls three products in its till."""
        user = self.env.ref('distributor_portal.demo_user_store', raise_if_not_found=False)
        store = user.channel_link_ids.member_id[:1] if user else members.browse()
        products = self.env['product.product'].search([('default_code', 'in', list(OWN_CODES))])
        self.env['channel.member.sku'].create([{
            'member_id': store.id, 'code': OWN_CODES[product.default_code], 'product_id': product.id,
        } for product in products if store])
