from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError

LATE = 'channel_inventory.mail_activity_transfer_late'


class ChannelTransfer(models.Model):
    """What the receiver does not scan in: headquarters is told, and says what has come in its place."""

    _inherit = 'channel.transfer'

    # === ACTION METHODS === #

    def action_receive(self):
        """Ask what has come, and how headquarters knows."""
        self.ensure_one()
        self.check_access('write')
        if not self._is_manager():
            raise AccessError(self.env._("Managers of the channel receive for a member."))
        return self.env['channel.transfer.receipt']._ask(self)

    # === BUSINESS METHODS === #

    def _receive_for_member(self, found, why):
        """As `_receive`, by headquarters. :param why: both sides read it"""
        self._receive(found, self.env._("By headquarters, for the receiver: %s", why))

    def _settle_late(self):
        self.sudo().activity_feedback([LATE], feedback=self.env._("It has been received."))

    # === CRON === #

    @api.model
    def _tell_late(self, company, today):
        """Have somebody ask for what should have come: until it is received it stands on its way in the book."""
        patience = self.env['channel.transfer.policy']._get(company).answer_days
        for transfer in self.sudo().search([
                ('company_id', '=', company.id), ('state', '=', 'shipped'),
                ('shipped_at', '<', today - timedelta(patience))]):
            due = transfer.shipped_at.date() + timedelta(transfer.days + patience)
            if due < today and not transfer.activity_search([LATE]):
                user = transfer.receiver_id.partner_id.user_id or self.env.ref('base.user_admin')
                transfer.with_context(mail_activity_quick_update=True).activity_schedule(
                    LATE, user_id=user.id, summary=self.env._("Not scanned in: %s", transfer.receiver_id.name))
