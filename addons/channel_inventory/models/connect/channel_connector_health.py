import random
from datetime import timedelta

from odoo import api, fields, models

from ...engine.connect import retry, signing

ALERT = 'channel_inventory.mail_activity_connector'
PAUSES = retry.Policy(longest=timedelta(minutes=10))
OK_EVERY = timedelta(minutes=1)


class ChannelConnector(models.Model):
    """Whether it works, and who is told when it does not."""

    _inherit = 'channel.connector'

    # === BUSINESS METHODS === #

    def _is_open(self):
        """Whether it may be called now."""
        self.ensure_one()
        return not self.is_paused and not (self.next_try_at and self.next_try_at > fields.Datetime.now())

    def _note_trouble(self, failure):
        """The other side as a whole did not work: leave it alone for a while, each time longer."""
        self.ensure_one()
        now = fields.Datetime.now()
        wait = retry.pause(PAUSES, self.failures + 1, random.random(), failure.retry_after)  # noqa: S311  no secret
        self.write({
            'failing_since': self.failing_since or now, 'failures': self.failures + 1, 'next_try_at': now + wait,
            'failure': failure.key, 'failure_detail': failure.detail, 'last_error_at': now})

    def _note_fine(self, clock_off=None):
        """It works. Written where it changes something, and once a minute."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.failing_since or not self.last_ok_at or now - self.last_ok_at > OK_EVERY:
            self.write({
                'failing_since': False, 'failures': 0, 'next_try_at': False, 'last_ok_at': now, 'alerted_at': False,
                'clock_off': clock_off or 0})
            self._settle_alert()

    def _note_refusal(self, key, detail=''):
        """Somebody who says to be this connector was not believed, or was wrong by the clock."""
        self.write({'failure': key, 'failure_detail': detail, 'last_error_at': fields.Datetime.now()})

    def _alert(self):
        """Tell the responsible, once, of what fails for too long or waits for a person."""
        now = fields.Datetime.now()
        for connector in self.filtered(lambda one: not one.is_paused):
            patience = timedelta(minutes=connector.alert_minutes)
            late = connector.failing_since and connector.failing_since <= now - patience
            if late and not connector.alerted_at:
                connector.alerted_at = now
                connector._tell(self.env._("Does not work: %s", connector.last_error or ''))
            elif connector.dead_count and not connector.activity_search([ALERT]):
                connector._tell(self.env._("Messages wait to be mended: %s", connector.dead_count))

    def _tell(self, summary):
        self.ensure_one()
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            ALERT, user_id=(self.user_id or self.env.ref('base.user_admin')).id, summary=summary[:200])

    def _settle_alert(self):
        """It works again: nobody's task any more, unless something is left to mend."""
        if not self.dead_count:
            self.activity_feedback([ALERT], feedback=self.env._("It works again."))

    @api.model
    def _is_clock_wrong(self, seconds):
        return abs(seconds or 0) > signing.WINDOW.total_seconds()
