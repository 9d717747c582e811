from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ChannelFeed(models.Model):
    _inherit = 'channel.feed'

    # === BUSINESS METHODS === #

    def _check_undo(self, later, first_day, count):
        """Override of `channel.feed` to refuse what has given the stock back already, as sales told twice.

        Neither of the two feeds: with the second time given back, the first is all that stands for these sales.
        """
        result = super()._check_undo(later, first_day, count)
        accepted = self.env['channel.deviation'].sudo().search(
            Domain('kind', '=', 'double') & Domain('state', '=', 'accepted') & Domain('correction_qty', '!=', 0)
            & Domain('evidence_ids', 'any', [('ref_model', '=', 'channel.feed'), ('ref_id', '=', self.id)]), limit=1)
        if accepted:
            raise UserError(self.env._(
                "The stock was put right already when the deviation %s was accepted: taken back now, the same sales "
                "would be given back twice.", accepted.display_name))
        return result
