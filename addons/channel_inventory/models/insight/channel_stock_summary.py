from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelStockSummary(models.Model):
    """The stock of the network by branch, province, tier and product.

    Nobody who posts touches these rows, so no two feeds ever wait for each other here: the ledger's own trigger leaves
    a slip for each position that has changed, in the statement that changed it, and the fold takes the slips away every
    minute and adds them up. What is read is sums and slips together: the ledger's stock at that very moment.
    """

    _name = 'channel.stock.summary'
    _description = "Stock of the Network, Summed"
    _log_access = False

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    branch_id = fields.Many2one('channel.member', "Branch", required=True, readonly=True, ondelete='restrict')
    province_id = fields.Many2one('channel.territory', "Province", readonly=True, ondelete='restrict')
    tier_id = fields.Many2one('channel.tier', required=True, readonly=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', required=True, readonly=True, index=True, ondelete='restrict')
    available = fields.Float(digits='Product Unit', readonly=True)
    reserved = fields.Float(digits='Product Unit', readonly=True)
    in_transit = fields.Float(digits='Product Unit', readonly=True)
    inspection = fields.Float("In Inspection", digits='Product Unit', readonly=True)
    frozen = fields.Float(digits='Product Unit', readonly=True)
    damaged = fields.Float(digits='Product Unit', readonly=True)
    expired = fields.Float(digits='Product Unit', readonly=True)
    physical = fields.Float(digits='Product Unit', readonly=True)
    daily_sales = fields.Float(digits='Product Unit', readonly=True, help="Units a day, as counted last night.")

    _place = models.UniqueIndex(
        '(branch_id, product_id, tier_id, COALESCE(province_id, 0), company_id)', "This sum is there already.")

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        self.env.cr.execute("""
            ALTER TABLE channel_stock_summary SET (fillfactor = 70);
            ALTER TABLE channel_stock_node SET (fillfactor = 70);
            -- What has changed and is in no sum yet; and who has moved in the network. No index: all is taken at once.
            CREATE TABLE IF NOT EXISTS channel_stock_slip (
                id bigint GENERATED ALWAYS AS IDENTITY, member_id int4 NOT NULL, product_id int4 NOT NULL,
                state varchar NOT NULL, qty numeric NOT NULL
            ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
            CREATE TABLE IF NOT EXISTS channel_stock_own (
                id bigint GENERATED ALWAYS AS IDENTITY, company_id int4 NOT NULL, product_id int4 NOT NULL,
                available numeric NOT NULL, reserved numeric NOT NULL, in_transit numeric NOT NULL,
                expired numeric NOT NULL, physical numeric NOT NULL, UNIQUE (company_id, product_id));
            CREATE TABLE IF NOT EXISTS channel_stock_moved (member_id int4 NOT NULL);
            -- Of the ledger and not of `_post`: whatever writes entries, the sums hear of it, or both do not happen.
            CREATE OR REPLACE FUNCTION channel_stock_leave_slips() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO channel_stock_slip (member_id, product_id, state, qty)
                SELECT member_id, product_id, state, SUM(qty) FROM written GROUP BY 1, 2, 3 HAVING SUM(qty) != 0;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER channel_stock_entry_slips AFTER INSERT ON channel_stock_entry
                REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION channel_stock_leave_slips();
        """)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # Sums of what the ledger says.
        raise UserError(self.env._("These are sums of the stock ledger: they are not made by hand."))

    def write(self, vals):
        # pylint: disable=method-required-super  # As above.
        raise UserError(self.env._("These are sums of the stock ledger: they are not changed by hand."))
