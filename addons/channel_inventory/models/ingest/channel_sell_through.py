from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_CALL = 100_000


class ChannelSellThrough(models.Model):
    """What a member sold on, as its systems say: facts, partitioned by month. What is corrected is taken back first."""

    _name = 'channel.sell.through'
    _description = "Sales of Members"
    _inherit = ['channel.append.only', 'channel.monthly']
    _auto = False
    _table_query = "SELECT * FROM channel_sell_through"
    _log_access = False
    _order = 'day desc, id desc'

    member_id = fields.Many2one('channel.member', readonly=True)
    company_id = fields.Many2one(related='member_id.company_id')
    product_id = fields.Many2one('product.product', readonly=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    lot_id = fields.Many2one('stock.lot', "Lot", readonly=True)
    qty = fields.Float("Quantity", digits='Product Unit', readonly=True)
    day = fields.Date(readonly=True)
    price = fields.Float(readonly=True, help="What the buyer paid for one, where it is known.")
    sold_to = fields.Char(readonly=True)
    source_id = fields.Many2one('channel.source', readonly=True)
    external_key = fields.Char("Key", readonly=True)
    revision = fields.Integer(readonly=True, help="How often this row was corrected when it was taken.")
    feed_id = fields.Many2one('channel.feed', readonly=True)
    posted_at = fields.Datetime("Taken", readonly=True)

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        self._create_refusal()
        self.env.cr.execute("""
            CREATE SEQUENCE IF NOT EXISTS channel_sell_through_id_seq;
            CREATE TABLE IF NOT EXISTS channel_sell_through (
                id bigint NOT NULL DEFAULT nextval('channel_sell_through_id_seq'),
                member_id int4 NOT NULL, product_id int4 NOT NULL, lot_id int4, qty numeric NOT NULL, day date NOT NULL,
                price numeric, sold_to varchar, source_id int4 NOT NULL, external_key varchar NOT NULL,
                revision int4 NOT NULL, feed_id int4,
                posted_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
            ) PARTITION BY RANGE (day);
            CREATE INDEX IF NOT EXISTS channel_sell_through_position_index
                ON channel_sell_through (member_id, product_id, day);
            CREATE INDEX IF NOT EXISTS channel_sell_through_id_index ON channel_sell_through USING brin (id);
            CREATE INDEX IF NOT EXISTS channel_sell_through_feed_index ON channel_sell_through USING brin (feed_id);
            CREATE OR REPLACE TRIGGER channel_sell_through_row_append_only BEFORE UPDATE OR DELETE
                ON channel_sell_through FOR EACH ROW EXECUTE FUNCTION channel_refuse_change();
            CREATE OR REPLACE TRIGGER channel_sell_through_table_append_only BEFORE TRUNCATE
                ON channel_sell_through FOR EACH STATEMENT EXECUTE FUNCTION channel_refuse_change();
            -- What each key said last. Its key is a hash: sixteen bytes, whatever systems call their rows.
            CREATE TABLE IF NOT EXISTS channel_sell_key (
                source_id int4 NOT NULL, key uuid NOT NULL, member_id int4 NOT NULL, product_id int4 NOT NULL,
                lot_id int4, qty numeric NOT NULL, day date NOT NULL, revision int4 NOT NULL,
                PRIMARY KEY (source_id, key)
            );
            ALTER TABLE channel_sell_key ADD COLUMN IF NOT EXISTS price numeric,
                ADD COLUMN IF NOT EXISTS sold_to text, ADD COLUMN IF NOT EXISTS version bigint;
            -- Empty: who takes sales in locks it, one feed after the other.
            CREATE TABLE IF NOT EXISTS channel_sell_turn ();
        """)
        self._create_partitions_ahead()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # Sales come in by `channel_ingest`, which keeps the stock.
        raise UserError(self.env._("Sales are taken in as feeds, not one by one by hand."))

    # === PUBLIC CALLS === #

    @api.model
    def channel_ingest(self, rows):
        """Take in what members sold on. The same row again changes nothing; a row that says something else corrects it.

        :param rows: up to 100,000 of ``{"source", "external_key", "member", "sku" | "gtin" | "member_sku", "qty",
            "date", "uom"?, "price"?, "lot"?, "sold_to"?, "revision"? | "changed_at"?}``; quantities are in the
            product's own unit unless `uom` is given, and the price is for one; less than nothing is what customers
            brought back, 0 makes a row void; of two reports of a row the one with the higher revision, or changed
            later, is right, however they arrive
        :return: ``{"accepted", "duplicate", "corrected", "outdated", "held": [{"external_key", "reason"}]}``
        """
        self._check_may_ingest()
        if not isinstance(rows, (list, tuple)) or len(rows) > MAX_CALL:
            raise UserError(self.env._("Give a list of up to %s rows.", MAX_CALL))
        return self.sudo()._ingest_call(rows, {'name': self.env._("Call of %s", self.env.user.name), 'kind': 'rpc'})

    @api.model
    def _check_may_ingest(self):
        """:raise AccessError: neither an integrator nor a manager"""
        if not self.env.user.has_group('distributor_portal.group_channel_integrator'):
            self.env['channel.feed'].check_access('create')
