from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.fields import Domain


class ChannelAlarm(models.Model):
    """That something of the checks does not work, told once to those responsible until one of them clears it."""

    _name = 'channel.alarm'
    _description = "Alarm"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'cleared_at DESC NULLS FIRST, id desc'

    name = fields.Char("What", required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, help="Of one key only one alarm is open at a time.")
    detail = fields.Text(readonly=True)
    rule_id = fields.Many2one('channel.rule', readonly=True, ondelete='cascade', index='btree_not_null')
    cleared_at = fields.Datetime("Cleared", readonly=True, tracking=True)
    cleared_by_id = fields.Many2one('res.users', "Cleared By", readonly=True, ondelete='restrict')

    _one_open = models.UniqueIndex('(key) WHERE cleared_at IS NULL', "This alarm is open already.")

    # === ACTION METHODS === #

    def action_clear(self):
        """Somebody has seen to it: from now on the same trouble raises a new alarm."""
        self.check_access('write')
        alarms = self.filtered(lambda alarm: not alarm.cleared_at)
        alarms.write({'cleared_at': fields.Datetime.now(), 'cleared_by_id': self.env.uid})
        alarms.activity_feedback(['mail.mail_activity_data_warning'])

    # === BUSINESS METHODS === #

    @api.model
    def _raise(self, key, name, detail, rule=None):
        """Open the alarm `key` and tell those responsible, unless it is open already.

        :param rule: the rule it is about; its responsible is told, else all managers
        """
        if self.sudo().search_count(Domain('key', '=', key) & Domain('cleared_at', '=', False), limit=1):
            return
        try:
            with self.env.cr.savepoint():
                alarm = self.sudo().create({
                    'key': key, 'name': name, 'detail': detail, 'rule_id': rule.id if rule else False})
        except UniqueViolation:
            return  # somebody else has raised it at the same moment
        for user in alarm._get_responsible_users():
            alarm.activity_schedule(
                'mail.mail_activity_data_warning', summary=name, note=detail, user_id=user.id)

    def _get_responsible_users(self):
        self.ensure_one()
        managers = self.env.ref('distributor_portal.group_channel_manager').all_user_ids
        return self.rule_id.user_id or managers.filtered(lambda user: user.active and not user.share)
