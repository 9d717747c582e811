from odoo import api, models


class ChannelKeptSetup(models.AbstractModel):
    """Settings that decisions keep in memory, few and stable: any change makes every process forget them."""

    _name = 'channel.kept.setup'
    _description = "Settings Kept in Memory"

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
