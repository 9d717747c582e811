from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...engine import urgency as engine
from ...utils import to_decimal


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_usual_amount = fields.Monetary(
        "Usual Order", default=5000, help="Orders above this amount move up in the queue of headquarters.")
    channel_setup_is_over = fields.Boolean(
        "Set-Up Is Over", help="The checklist of the set-up is not shown above the desk any more.")

    _channel_usual_amount_positive = models.Constraint(
        'CHECK (channel_usual_amount >= 0)', "The amount of a usual order is not negative.")

    # === BUSINESS METHODS === #

    def _channel_get_weights(self):
        """What the parts of the urgency are worth to this company."""
        self.ensure_one()
        return engine.Weights(usual_amount=to_decimal(self.channel_usual_amount, 2))

    def _channel_get_managers(self):
        """Who manages the channel of this company."""
        self.ensure_one()
        managers = self.env.ref('distributor_portal.group_channel_manager').sudo().all_user_ids
        return managers.filtered(lambda user: user.active and self in user.company_ids).sorted('id')

    def _channel_end_of_day(self, day):
        """The end of a day at headquarters, as a naive UTC time."""
        self.ensure_one()
        zone = pytz.timezone(self.partner_id.tz or 'UTC')
        end = zone.localize(datetime.combine(day + timedelta(days=1), time()))
        return end.astimezone(pytz.utc).replace(tzinfo=None)


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_usual_amount = fields.Monetary(
        related='company_id.channel_usual_amount', readonly=False, currency_field='channel_desk_currency_id')
    channel_desk_currency_id = fields.Many2one(related='company_id.currency_id', string="Currency of the Desk")
