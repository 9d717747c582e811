from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

AHEAD = 3


class ChannelMonthly(models.AbstractModel):
    """Facts in a table that is partitioned by month. The model makes the table in `init`, then its months ahead."""

    _name = 'channel.monthly'
    _description = "Facts Partitioned by Month"

    @api.model
    def _create_partitions_ahead(self):
        """The months to come are there before anything is written into them."""
        self._create_partitions(self._get_months_ahead())

    @api.model
    def _create_partitions(self, moments):
        """Partitions of the months of these moments, where they are missing.

        Each is made beside the table and attached then, which stops nobody who reads or writes other months.
        """
        months = {(moment.year, moment.month) for moment in moments}
        known = {name for name, in self.env.execute_query(SQL(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = %s::regclass""", self._table))}
        for year, month in sorted(months):
            start = datetime(year, month, 1)
            if self._name_partition(start) not in known:
                self._create_partition(start)

    @api.model
    def _create_partition(self, start):
        name = self._name_partition(start)
        # Two at once make it one after the other; the second finds it.
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", name))
        self.env.cr.execute(SQL("SELECT to_regclass(%s)", name))
        if self.env.cr.fetchone()[0]:
            return
        table, partition = SQL.identifier(self._table), SQL.identifier(name)
        self.env.cr.execute(SQL(
            "CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)", partition, table))
        self.env.cr.execute(SQL(
            "ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)",
            table, partition, start, start + relativedelta(months=1)))

    @api.model
    def _name_partition(self, moment):
        return f'{self._table}_y{moment.year}m{moment.month:02}'

    @api.model
    def _get_months_ahead(self):
        month = fields.Datetime.now().replace(day=1)
        return [month + relativedelta(months=ahead) for ahead in range(AHEAD + 1)]

    # --- all tables of the kind

    @api.model
    def _get_monthly_models(self):
        return [self.env[name] for name in sorted(self.pool.descendants(['channel.monthly'], '_inherit'))
                if not self.env[name]._abstract]

    @api.model
    def _find_missing_months(self):
        """Tables of months, from this one to the last made ahead, that are missing: nothing could be written there."""
        names = [model._name_partition(at) for model in self._get_monthly_models() for at in self._get_months_ahead()]
        return [name for name, in self.env.execute_query(SQL(
            "SELECT name FROM unnest(%s) name WHERE to_regclass(name) IS NULL ORDER BY name", names))]

    @api.model
    def _create_missing_months(self):
        for model in self._get_monthly_models():
            model._create_partitions_ahead()

    @api.model
    def _cron_partitions(self):
        """Daily: make the months to come, and say so aloud where one is still missing."""
        self._create_missing_months()
        missing = self._find_missing_months()
        if missing:
            raise UserError(self.env._("Months of the stock ledger are missing: %s", ", ".join(missing)))
