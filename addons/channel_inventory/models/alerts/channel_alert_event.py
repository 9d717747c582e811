from odoo import fields, models

KINDS = [
    ('assigned', "Assigned"), ('snoozed', "Snoozed"), ('woken', "Open again"), ('ignored', "Ignored"),
    ('reopened', "Opened by hand"), ('case', "Case opened")]


class ChannelAlertEvent(models.Model):
    """What people did with an alert, and why. That it came and cleared stands in the alert itself."""

    _name = 'channel.alert.event'
    _description = "What Was Done with an Alert"
    _inherit = ['channel.append.only']
    _log_access = False
    _order = 'id desc'

    # No foreign key that deletes: what was done stays on record.
    alert_id = fields.Many2one('channel.alert', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='alert_id.company_id')
    kind = fields.Selection(KINDS, "What", required=True)
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one('res.users', "Who", ondelete='restrict', help="Empty: its day had come.")
    note = fields.Char("Why")
