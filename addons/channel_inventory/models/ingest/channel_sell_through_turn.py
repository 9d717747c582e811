import logging
import random
import time

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import api, models
from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)

LOST_RACES = (SerializationFailure, DeadlockDetected, LockNotAvailable, ConcurrencyError)
TRIES = 8
LONGEST_PAUSE = 0.1  # seconds after the first lost race; doubles with each
TURN = """
    SET LOCAL lock_timeout = '120s';
    LOCK TABLE channel_sell_turn IN EXCLUSIVE MODE;
    SET LOCAL lock_timeout = 0
"""


class ChannelSellThrough(models.Model):
    """One feed after the other: two at the same moment would sell the same goods, fail and try again.

    Others post to the same balances, a receipt, a count: whoever loses that race does its work anew.
    """

    _inherit = 'channel.sell.through'

    # === BUSINESS METHODS === #

    @api.model
    def _in_turn(self, act):
        """`act` on a transaction of its own that begins when its turn has come, and is committed.

        The caller's transaction does not see what it did. Where that has written something already, as a form of the
        back office does, everything happens in it: a race lost there is tried again by Odoo.

        :param act: called with this model; again, with nothing kept, after a lost race
        """
        if self.env['sale.order']._channel_has_written():
            self._wait_for_turn()
            return act(self)
        for tries_left in reversed(range(TRIES)):
            try:
                with self.env.registry.cursor() as cr:
                    sales = self.with_env(self.env(cr=cr))
                    sales._wait_for_turn()
                    return act(sales)
            except LOST_RACES as error:
                self.env.registry.reset_changes()
                if not tries_left:
                    raise
                _logger.info("Sales lost a race (%s), %s tries left", str(error).strip(), tries_left)
            time.sleep(random.uniform(0, LONGEST_PAUSE * 2 ** (TRIES - 1 - tries_left)))  # noqa: S311
        return None

    @api.model
    def _wait_for_turn(self):
        """Until the transaction ends nobody else takes sales in.

        A lock of a table, asked for first, since it alone leaves the transaction's view of the data to what comes next:
        it sees all that was committed while it waited.
        """
        self.env.cr.execute(TURN, log_exceptions=False)
