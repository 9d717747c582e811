from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 7


class ChannelFormToken(models.Model):
    """A form of the dealer centre that was sent. Sent again, by a second tap or a reloaded page, it does nothing."""

    _name = 'channel.form.token'
    _description = "Form Sent in the Dealer Centre"
    _log_access = False
    _rec_name = 'token'

    token = fields.Char(required=True)
    user_id = fields.Many2one('res.users', required=True, index=True, ondelete='cascade')
    taken_at = fields.Datetime(required=True, index=True)

    _one_each = models.UniqueIndex('(user_id, token)', "This form has been sent already.")

    @api.model
    def _take(self, token):
        """Whether the user sends this form for the first time: it is taken in the transaction of what it does.

        Of two at the same moment the second waits, is tried again on what the first has left, and finds it taken.
        """
        return bool(self.env.execute_query(SQL(
            """INSERT INTO channel_form_token (token, user_id, taken_at) VALUES (%s, %s, %s)
               ON CONFLICT (user_id, token) DO NOTHING RETURNING id""",
            token, self.env.uid, fields.Datetime.now())))

    @api.autovacuum
    def _gc_old(self):
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.sudo().search([('taken_at', '<', old)], limit=10_000).unlink()
