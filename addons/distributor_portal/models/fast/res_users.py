from odoo import models

from .memo import get_memo


class ResUsers(models.Model):
    _inherit = 'res.users'

    def _get_default_warehouse_id(self):
        """Override of `stock` to look once per user and company."""
        memo = get_memo(self)
        if not memo:
            return super()._get_default_warehouse_id()
        key = (self._name, self.env.company, self)
        if key not in memo.found:
            memo.found[key] = super()._get_default_warehouse_id()
        return memo.found[key].with_env(self.env)
