from odoo import models


class ChannelSellThrough(models.Model):
    _inherit = 'channel.sell.through'

    def init(self):
        # pylint: disable=missing-return  # As Odoo's own: nobody reads what init() gives.
        super().init()
        self.env.cr.execute("""
            CREATE INDEX IF NOT EXISTS channel_sell_through_posted_index
                ON channel_sell_through USING brin (posted_at)
        """)
