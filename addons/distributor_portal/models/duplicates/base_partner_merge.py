from odoo import models
from odoo.exceptions import UserError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Override of `base`: two companies of the network are merged as members first, or their orders would part."""
        members = self.env['channel.member'].sudo().search([('partner_id', 'in', list(partner_ids))])
        if len(members) > 1:
            raise UserError(self.env._(
                "%(members)s are members of the channel: merge them under Channel, Network, Duplicates.",
                members=", ".join(members.mapped('display_name'))))
        return super()._merge(partner_ids, dst_partner, extra_checks)
