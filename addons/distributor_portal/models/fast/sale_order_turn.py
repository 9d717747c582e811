import logging
import random
import time

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg2.pool import PoolError

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ...engine import parse_order

_logger = logging.getLogger(__name__)

LOST_RACES = (SerializationFailure, DeadlockDetected, LockNotAvailable, ConcurrencyError)
TRIES = 6
LONGEST_WAIT = 30  # seconds in the queue, well below the time a worker may take
LONGEST_PAUSE = 0.2  # seconds after the first lost race; doubles with each


class SaleOrder(models.Model):
    """Many orders at once take turns at what they share, instead of failing and trying again.

    At Odoo's isolation level a transaction sees what was committed before its first query. Who waits for another's
    change then fails; Odoo runs the request again after a random pause, and gives up after five times. So the request
    waits in a queue before anything is read that counts, on its own connection, and does its work on a second one,
    whose view of the data begins when its turn has come.
    """

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    @api.model
    def _channel_take_in_turn(self, raws, source='api', **options):
        """`_channel_take_in` for what comes from outside, in a transaction of its own that is committed.

        The caller's transaction does not see the new orders: the answers are plain values. Where it has written
        something already, everything happens in it, as in `_channel_take_in`.
        """
        if self._channel_has_written():
            return self._channel_take_in(raws, source=source, **options)
        read = [parse_order(raw, source) for raw in raws]
        members = self.env['channel.member'].search(
            [('code', 'in', list({order.member for order in read})), ('company_id', 'in', self.env.companies.ids)])
        if not self._channel_wait_for_turn('channel.credit.line', self._channel_get_turn_ids(members)):
            return self._channel_get_busy_answers(read)
        for tries_left in reversed(range(TRIES)):
            try:
                with self.env.registry.cursor() as cr:
                    return self.with_env(self.env(cr=cr))._channel_take_in(raws, source=source, **options)
            except PoolError:
                break
            except LOST_RACES as error:
                self.env.registry.reset_changes()
                _logger.info("Lost a race for what orders share (%s), %s tries left", error, tries_left)
            if not tries_left:
                break
            # Others want the same goods: from now on one after the other.
            products = {product.id for product, _unit in self._channel_look_up_products(read, members).values()}
            if not self._channel_wait_for_turn('product.product', products):
                break
            time.sleep(random.uniform(0, LONGEST_PAUSE * 2 ** (TRIES - 1 - tries_left)))  # noqa: S311
        return self._channel_get_busy_answers(read)

    @api.model
    def _channel_get_turn_ids(self, members):
        """Ids of the credit lines that orders of these members may draw on."""
        return self.env['channel.credit.line'].sudo()._get_line_ids_for(members) if members else []

    @api.model
    def _channel_has_written(self):
        """Whether this transaction has changed anything, or never can."""
        if self.env.cr.readonly:
            return True
        self.env.flush_all()
        return self.env.execute_query(SQL("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"))[0][0]

    @api.model
    def _channel_wait_for_turn(self, model, ids):
        """Queue for these records until the transaction ends, first come first served.

        Everybody queues for credit before goods, and for the lowest id first, so nobody waits in a circle.

        :return: whether the turn has come; False when it has taken too long
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("""
                    SELECT set_config('lock_timeout', %s, true);
                    SELECT pg_advisory_xact_lock(hashtext(%s), id) FROM unnest(%s::int[]) AS id;
                    SELECT set_config('lock_timeout', '0', true)
                """, f'{LONGEST_WAIT}s', model, sorted(ids)), log_exceptions=False)
        except (LockNotAvailable, DeadlockDetected):
            _logger.warning("A batch of orders has waited %s s for its turn and was sent back", LONGEST_WAIT)
            return False
        return True

    @api.model
    def _channel_get_busy_answers(self, read):
        """Nothing was kept; whoever sends it again loses nothing and gets nothing twice."""
        return [
            self._channel_get_refusal(order, [{'text': 'busy', 'field': 'order', 'given': False, 'line': None}])
            for order in read
        ]
