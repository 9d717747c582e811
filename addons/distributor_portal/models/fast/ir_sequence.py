from odoo import models
from odoo.tools import SQL

from .memo import get_memo


class IrSequence(models.Model):
    _inherit = 'ir.sequence'

    def _next_do(self):
        """Override of `base` to use a number that was drawn ahead for this batch."""
        memo = get_memo(self)
        names = memo and memo.names.get(self.id)
        return names.pop() if names else super()._next_do()

    def _channel_draw_ahead(self, count):
        """Draw `count` numbers in one query. Only from a sequence that may have gaps anyway."""
        self.ensure_one()
        memo = get_memo(self)
        if not memo or count < 2 or self.implementation != 'standard' or self.use_date_range:
            return
        numbers = [number for number, in self.env.execute_query(SQL(
            "SELECT nextval(%s) FROM generate_series(1, %s)", f'ir_sequence_{self.id:03}', count))]
        memo.names[self.id] = [self.get_next_char(number) for number in reversed(numbers)]
