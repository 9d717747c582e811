from decimal import Decimal

from odoo import models


class ChannelApproval(models.Model):
    _inherit = 'channel.approval'

    def _compute_why(self):
        """Override: what no chain has asked for but a buyer's own limit says so."""
        own = self.filtered(lambda approval: approval.reasons and not approval.reasons[0][0])
        result = super(ChannelApproval, self - own)._compute_why()
        for approval in own:
            limit = Decimal(approval.reasons[0][1][0][1]['limit'])
            currency = approval.company_id.currency_id
            approval.why = self.env._(
                "%(person)s may order up to %(limit)s alone", person=approval.order_id.sudo().create_uid.name,
                limit=currency.format(float(limit)))
        return result
