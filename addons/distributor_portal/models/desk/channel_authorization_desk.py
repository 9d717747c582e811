from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .channel_member_desk import LICENCE_ENDS_DAYS

ENDS = 'distributor_portal.mail_activity_licence'


class ChannelAuthorization(models.Model):
    """A month before a licence ends, who looks after the member is told, once for each end."""

    _name = 'channel.authorization'
    _inherit = ['channel.authorization', 'mail.activity.mixin']

    noted_end = fields.Date("Told That It Ends On", copy=False, readonly=True)

    # === CRON === #

    @api.model
    def _cron_note_ends(self):
        """Plan an activity on each licence that ends soon and is not followed by another."""
        today = fields.Date.context_today(self)
        ending = self.sudo().search(
            Domain('date_to', '>=', today) & Domain('date_to', '<=', today + relativedelta(days=LICENCE_ENDS_DAYS)))
        ending = ending.filtered(lambda licence: licence.noted_end != licence.date_to)
        members = ending.member_id._get_members_of_ending_licences()
        for company, licences in ending.filtered(lambda licence: licence.member_id in members).grouped(
                'company_id').items():
            managers = company._channel_get_managers()
            for licence in licences:
                user = licence.member_id.partner_id.user_id or managers[:1] or self.env.ref('base.user_admin')
                licence.activity_schedule(
                    ENDS, user_id=user.id, date_deadline=licence.date_to,
                    summary=self.env._("%(contract)s of %(member)s ends", contract=licence.name,
                                       member=licence.member_id.name))
                licence.noted_end = licence.date_to
