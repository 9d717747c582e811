from odoo import models

from ...engine.connect import retry
from .stock_picking import ROLES

OPEN = ('draft', 'waiting', 'confirmed', 'assigned')


class StockPicking(models.Model):
    """Under which name the warehouse knows a delivery or an arrival.

    Where more comes, what is left goes on under the name of the first; where its confirmation was final, the rest is
    told as an order of its own.
    """

    _inherit = 'stock.picking'

    # === BUSINESS METHODS === #

    def _connect_is_told(self):
        """Whether the warehouse was told of this under its own name."""
        self.ensure_one()
        return bool(self.env['channel.connector.message'].sudo().search_count([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('kind', 'in', list(ROLES.values()))], limit=1))

    def _connect_find_told(self):
        """The one whose name the warehouse was told: this, or what it is the rest of."""
        told = self
        while told.backorder_id and not told._connect_is_told():
            told = told.backorder_id
        return told

    def _connect_find_open(self):
        """What the warehouse means that says the name of this: this, or what is open of it; nothing if nothing is.

        :raise Failure: the rest has a name of its own there. It is that it will say: this was said before
        """
        rest = self
        while rest and rest.state not in OPEN:
            rest = rest.backorder_ids.filtered(lambda one: one.state != 'cancel')[:1]
            if rest and rest._connect_is_told():
                raise retry.Failure('cannot', self.env._(
                    "%(name)s is closed here; its rest was given out anew as %(rest)s. If this was said before, drop "
                    "the message.", name=self.name, rest=rest.name))
        return rest

    def _connect_go_on(self, more_comes):
        """What is still open after a confirmation. Where more comes it is the same order there, and not told anew."""
        rest = self.backorder_ids.filtered(lambda one: one.state not in ('done', 'cancel'))
        if rest and more_comes:
            rest.write({
                'channel_connector_id': self.channel_connector_id.id,
                'channel_connector_round': self.channel_connector_round})
        return rest
