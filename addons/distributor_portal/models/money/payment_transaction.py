from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

STARTED_MINUTES = 10


class PaymentTransaction(models.Model):
    """What a member pays in the dealer centre."""

    _inherit = 'payment.transaction'

    channel_member_id = fields.Many2one('channel.member', "Member", readonly=True, index='btree_not_null')
    channel_user_id = fields.Many2one('res.users', "Paid By", readonly=True)
    channel_token = fields.Char(
        readonly=True, help="Of the page that it was started from: sent twice it is one payment.")

    _channel_token_unique = models.UniqueIndex(
        '(channel_token) WHERE channel_token IS NOT NULL', "This payment was started already.")

    # === BUSINESS METHODS === #

    @api.model
    def _channel_lock(self, member):
        """Write the member's row: two payments of one member are decided on one after the other."""
        self.env.cr.execute(SQL("UPDATE channel_member SET write_uid = write_uid WHERE id = %s", member.id))

    @api.model
    def _channel_find_started(self, member, token):
        """The payment that this very page has started already."""
        return self.sudo().search([('channel_member_id', '=', member.id), ('channel_token', '=', token)])

    @api.model
    def _channel_get_live_domain(self):
        """Payments on their way, or in and not booked yet. A bank transfer that somebody means to make is neither."""
        return Domain('state', 'in', ('pending', 'authorized')) & Domain('provider_code', '!=', 'custom') | Domain(
            'state', '=', 'done') & Domain('is_post_processed', '=', False)

    @api.model
    def _channel_check_startable(self, member, invoices):
        """:raise UserError: another window is about to pay the same"""
        since = fields.Datetime.now() - timedelta(minutes=STARTED_MINUTES)
        # An advance without invoices may be paid twice on purpose, but not within minutes of a first one.
        same = Domain('invoice_ids', 'in', invoices.ids) if invoices else Domain('invoice_ids', '=', False)
        live = self._channel_get_live_domain() | Domain('state', '=', 'draft') & Domain('create_date', '>', since)
        rival = self.sudo().search(Domain('channel_member_id', '=', member.id) & same & live, limit=1)
        if rival:
            raise UserError(self.env._(
                "A payment of these invoices was started already (%(reference)s). Finish it there, or start again in "
                "%(minutes)s minutes.", reference=rival.reference, minutes=STARTED_MINUTES))

    @api.model
    def _channel_prepare_values(self, member, user, invoices, token):
        return {
            'channel_member_id': member.id, 'channel_user_id': user.id, 'channel_token': token,
            'invoice_ids': [Command.set(invoices.ids)],
        }

    def _channel_get_communication(self):
        """What the member writes on a bank transfer."""
        self.ensure_one()
        return self.invoice_ids[:1].payment_reference if len(self.invoice_ids) == 1 else self.reference
