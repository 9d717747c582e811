from odoo import api, models


class ChannelStockSummary(models.Model):
    """Whatever moves leaves a slip; when the slips are taken away, alerts hear of the positions, too."""

    _inherit = 'channel.stock.summary'

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        # No index: all is taken at once. The same position may stand there twice.
        self.env.cr.execute("""
            CREATE TABLE IF NOT EXISTS channel_alert_touched (member_id int4 NOT NULL, product_id int4 NOT NULL)
                WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)
        """)

    # === BUSINESS METHODS === #

    @api.model
    def _take_slips(self):
        """Override of ours to leave word for the alerts."""
        count = super()._take_slips()
        if count:
            self.env.cr.execute("""
                INSERT INTO channel_alert_touched SELECT DISTINCT member_id, product_id FROM channel_stock_change""")
        return count
