from . import controllers
from . import models
from . import wizards


def _uninstall_hook(env):
    """Odoo drops the tables it has made; the ledger's partitions and what stands beside them were made by us."""
    env.cr.execute("""
        DROP TABLE IF EXISTS channel_stock_entry, channel_sell_through, channel_sell_key, channel_sell_turn
            CASCADE;
        DROP TABLE IF EXISTS channel_reading, channel_reading_key CASCADE;
        DROP TABLE IF EXISTS channel_stock_slip, channel_stock_moved, channel_stock_own, channel_alert_touched;
        DROP FUNCTION IF EXISTS channel_stock_leave_slips;
        DROP SEQUENCE IF EXISTS channel_stock_entry_id_seq, channel_sell_through_id_seq, channel_reading_id_seq;
    """)
