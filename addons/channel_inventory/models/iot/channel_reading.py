from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MONTHS_KEPT = 25
KEYS_KEPT = 62  # days; a reading that is older than half of them is refused anyway
# Each key once, whatever month its reading is of: only those that are new get into the table.
ADD = """
    WITH told (device_id, key, at, value, measure, battery) AS (
        SELECT * FROM unnest(%s::int4[], %s::uuid[], %s::timestamp[], %s::float8[], %s::float8[], %s::float8[])
    ),
    new AS (
        INSERT INTO channel_reading_key (device_id, key) SELECT device_id, key FROM told
        ON CONFLICT DO NOTHING RETURNING device_id, key
    ),
    written AS (
        INSERT INTO channel_reading (device_id, at, value, measure, battery)
        SELECT device_id, at, value, measure, battery FROM told JOIN new USING (device_id, key)
    )
    SELECT device_id, key FROM new
"""


class ChannelReading(models.Model):
    """What a device has measured: facts, partitioned by month."""

    _name = 'channel.reading'
    _description = "Reading of a Device"
    _inherit = ['channel.append.only', 'channel.monthly']
    _auto = False
    _table_query = "SELECT * FROM channel_reading"
    _log_access = False
    _order = 'at desc, id desc'
    _rec_name = 'at'

    device_id = fields.Many2one('channel.device', readonly=True)
    company_id = fields.Many2one(related='device_id.company_id')
    member_id = fields.Many2one(related='device_id.member_id')
    kind = fields.Selection(related='device_id.kind')
    at = fields.Datetime("When", readonly=True)
    value = fields.Float(
        readonly=True, aggregator='avg', help="As it was sent: degrees Celsius, grams, filled facings, 1 for open.")
    measure = fields.Float(
        "Means", readonly=True, aggregator='avg', help="Degrees, pieces, percent of the facings, 1 for open.")
    battery = fields.Float("Battery (%)", readonly=True, aggregator='min')
    posted_at = fields.Datetime("Taken", readonly=True)

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        self._create_refusal()
        self.env.cr.execute("""
            CREATE SEQUENCE IF NOT EXISTS channel_reading_id_seq;
            CREATE TABLE IF NOT EXISTS channel_reading (
                id bigint NOT NULL DEFAULT nextval('channel_reading_id_seq'),
                device_id int4 NOT NULL, at timestamp NOT NULL, value float8, measure float8, battery float8,
                posted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
            ) PARTITION BY RANGE (at);
            CREATE INDEX IF NOT EXISTS channel_reading_device_index ON channel_reading (device_id, at);
            CREATE INDEX IF NOT EXISTS channel_reading_id_index ON channel_reading USING brin (id);
            CREATE OR REPLACE TRIGGER channel_reading_row_append_only BEFORE UPDATE OR DELETE
                ON channel_reading FOR EACH ROW EXECUTE FUNCTION channel_refuse_change();
            CREATE OR REPLACE TRIGGER channel_reading_table_append_only BEFORE TRUNCATE
                ON channel_reading FOR EACH STATEMENT EXECUTE FUNCTION channel_refuse_change();
            -- What was taken already: a hash of what the device calls it, or of its time.
            CREATE TABLE IF NOT EXISTS channel_reading_key (
                device_id int4 NOT NULL, key uuid NOT NULL, taken_on date NOT NULL DEFAULT current_date,
                PRIMARY KEY (device_id, key)
            );
            CREATE INDEX IF NOT EXISTS channel_reading_key_day_index ON channel_reading_key USING brin (taken_on);
        """)
        self._create_partitions_ahead()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # A reading that no device has sent would be a lie.
        raise UserError(self.env._("Readings come from devices, not from people."))

    # === BUSINESS METHODS === #

    @api.model
    def _add(self, rows):
        """Keep these readings, each once.

        :param rows: (device, key, at, value, measure, battery); no key of a device twice
        :return: {(device, key)} of those that are new
        """
        if not rows:
            return set()
        self._create_partitions({row[2] for row in rows})
        columns = [list(column) for column in zip(*rows, strict=True)]
        columns[1] = [str(key) for key in columns[1]]
        found = self.env.execute_query(SQL(ADD, *columns))
        self.invalidate_model()
        return {(device, str(key)) for device, key in found}

    # === CRON === #

    @api.autovacuum
    def _gc_readings(self):
        """Months that nobody needs any more go as a whole, keys once nothing so old is taken."""
        months = self.env['ir.config_parameter'].sudo().get_param('channel.iot.months') or ''
        months = int(months) if months.isdecimal() and int(months) else MONTHS_KEPT
        oldest = fields.Datetime.now() - relativedelta(months=months)
        limit = f'channel_reading_y{oldest.year}m{oldest.month:02}'
        old = [name for name, in self.env.execute_query(SQL(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'channel_reading'::regclass AND c.relname < %s""", limit))]
        for name in old:
            self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(name)))
        self.env.cr.execute(SQL(
            "DELETE FROM channel_reading_key WHERE taken_on < %s",
            fields.Date.subtract(fields.Date.today(), days=KEYS_KEPT)))
