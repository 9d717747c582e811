from odoo import api, fields, models, tools


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_territory_ids = fields.Many2many(
        'channel.territory', 'product_template_channel_territory_rel', 'template_id', 'territory_id', "Sold Only In",
        help="Orders of the channel for other places of delivery break the rule on region-only products. "
             "Empty: sold everywhere.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        if any(vals.get('channel_territory_ids') for vals in vals_list):
            self.env.registry.clear_cache()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if 'channel_territory_ids' in vals:
            self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _channel_has_regions(self):
        """Whether any product is sold in some territories only: every order asks. A change clears the cache."""
        return bool(self.sudo().with_context(active_test=False).search_count(
            [('channel_territory_ids', '!=', False)], limit=1))
