from odoo import api, models
from odoo.fields import Domain

CASELESS = {'ilike': 'like', 'not ilike': 'not like'}


class ChannelMember(models.Model):
    """How members are found among hundreds of thousands."""

    _inherit = 'channel.member'

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Override to let words without letter case, such as Chinese ones, be sought as they are.

        That finds the same in less than half the time. It matters for words of one or two signs, for which no
        trigram index helps.
        """
        return super()._search(Domain(domain).map_conditions(_without_case), *args, **kwargs)


def _without_case(condition):
    value = condition.value
    if condition.operator in CASELESS and isinstance(value, str) and value.lower() == value.upper():
        return Domain(condition.field_expr, CASELESS[condition.operator], value)
    return condition
