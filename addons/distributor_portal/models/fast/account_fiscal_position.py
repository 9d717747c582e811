from odoo import api, models

from .memo import get_memo


class AccountFiscalPosition(models.Model):
    _inherit = 'account.fiscal.position'

    @api.model
    def search(self, domain, offset=0, limit=None, order=None):
        """Override of `base`: the same question of a batch, which is one per customer, is asked once."""
        memo = get_memo(self)
        if not memo:
            return super().search(domain, offset=offset, limit=limit, order=order)
        key = (self._name, self.env.company, self.env.su, str(domain), offset, limit, order)
        if key not in memo.found:
            memo.found[key] = super().search(domain, offset=offset, limit=limit, order=order)
        return memo.found[key].with_env(self.env)
