from odoo import fields, models
from odoo.fields import Domain


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    # The check of delivery addresses looks for the members of one street.
    street_id = fields.Many2one(index='btree_not_null')

    # === PORTAL === #

    def _portal_get_products_domain(self, is_sold=True):
        """Override to leave out what is not sold where this member has its goods delivered."""
        code = self.street_code or ''
        here = [code[:width] for width in (2, 4, 6, 9) if len(code) >= width]
        return super()._portal_get_products_domain(is_sold) & (
            Domain('channel_territory_ids', '=', False) | Domain('channel_territory_ids.code', 'in', here))
