from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ChannelStock(models.Model):
    """What the people of a member do with its stock. The callers have checked who asks."""

    _inherit = 'channel.stock'

    # === PORTAL === #

    def _portal_get_inspections_domain(self, members):
        return Domain('member_id', 'in', members.ids) & Domain('inspection', '>', 0)

    def _portal_inspect(self, passed, failed, note):
        """The warehouse has looked at what came in.

        :raise UserError: more than there is to look at, or nothing
        """
        self.ensure_one()
        user = self.env.user.name
        if not passed and not failed:
            raise UserError(self.env._("Say how much is good and how much is not."))
        told = ": ".join(filter(None, (user, note)))
        for action, qty in (('pass', passed), ('fail', failed)):
            if qty:
                self._change(action, told, qty, source='portal')
