from odoo import api, models


class ChannelShippingSetup(models.AbstractModel):
    """Records that say how a company ships: kept in memory by `stock.warehouse._channel_get_setup`, few and stable."""

    _name = 'channel.shipping.setup'
    _description = "Shipping Setup"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
