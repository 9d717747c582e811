from odoo import api, models

from .memo import KEY, get_memo


class AccountAnalyticDistributionModel(models.Model):
    _inherit = 'account.analytic.distribution.model'

    @api.model
    def search(self, domain, offset=0, limit=None, order=None):
        """Override of `base`: a batch reads all of these few models once, and chooses among them for each line."""
        memo = get_memo(self)
        if not memo or offset or limit or order:
            return super().search(domain, offset=offset, limit=limit, order=order)
        return self._channel_find_all(memo).filtered_domain(domain)

    @api.model
    def _get_distribution(self, vals):
        """Override of `analytic`: without models there is nothing to distribute."""
        memo = get_memo(self)
        return {} if memo and not self._channel_find_all(memo) else super()._get_distribution(vals)

    @api.model
    def _channel_find_all(self, memo):
        key = (self._name, self.env.company, self.env.su)
        if key not in memo.found:
            memo.found[key] = self.with_context(**{KEY: None}).search([])  # pylint: disable=no-search-all  # few
        return memo.found[key].with_env(self.env)
