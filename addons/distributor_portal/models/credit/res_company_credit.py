import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import credit


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_reminder_before_days = fields.Integer(
        "Days Before Due", default=3, help="Remind of an invoice so many days before it falls due; 0: not ahead.")
    channel_reminder_after_days = fields.Char(
        "Days After Due", default="1, 7, 14", help="Whole numbers, rising, with commas between; empty: not after.")
    channel_reminder_by_mail = fields.Boolean("Remind by Mail", default=True)
    channel_reminder_by_sms = fields.Boolean("Remind by Text Message", help="Costs what your SMS provider takes.")

    _reminder_days_not_negative = models.Constraint(
        'CHECK (channel_reminder_before_days BETWEEN 0 AND 60)', "Remind at most 60 days ahead.")

    # === CONSTRAINT METHODS === #

    @api.constrains('channel_reminder_after_days')
    def _check_channel_reminder_after_days(self):
        for company in self:
            try:
                credit.parse_days(company.channel_reminder_after_days or '')
            except ValueError as error:
                raise ValidationError(self.env._(
                    "Days after due are whole numbers from 1 to 365, rising, with commas between, such as 1, 7, 14.",
                )) from error

    # === BUSINESS METHODS === #

    def _channel_get_today(self):
        """The day it is at headquarters: the same for everybody who looks, wherever they are."""
        return self._channel_get_day(fields.Datetime.now())

    def _channel_get_day(self, moment):
        """The day that a moment, as Odoo stores it, is of at headquarters."""
        self.ensure_one()
        zone = pytz.timezone(self.partner_id.tz or 'UTC')
        return pytz.utc.localize(moment).astimezone(zone).date()


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_reminder_before_days = fields.Integer(related='company_id.channel_reminder_before_days', readonly=False)
    channel_reminder_after_days = fields.Char(related='company_id.channel_reminder_after_days', readonly=False)
    channel_reminder_by_mail = fields.Boolean(related='company_id.channel_reminder_by_mail', readonly=False)
    channel_reminder_by_sms = fields.Boolean(related='company_id.channel_reminder_by_sms', readonly=False)
