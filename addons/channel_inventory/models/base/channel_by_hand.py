from odoo import models
from odoo.exceptions import AccessError


class ChannelByHand(models.AbstractModel):
    """Records that follow from what happens: people fill in `_hand_fields`, all else is written by what they do."""

    _name = 'channel.by.hand'
    _description = "Filled In by Hand in Part"

    _hand_fields = frozenset()

    def write(self, vals):
        """Override to keep facts and states to what finds them and to the buttons."""
        facts = {name for name in vals if name in self._fields and not name.startswith(('message_', 'activity_'))}
        if not self.env.su and facts - self._hand_fields:
            raise AccessError(self.env._(
                "%s: what it says follows from what has happened, and is not written by hand.",
                self.env['ir.model']._get(self._name).name))
        return super().write(vals)
