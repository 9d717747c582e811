"""What sensors on shelves, scales, fridges and doors say. No Odoo, no clock, no network.

`payload` messages in three forms, read and judged · `watch` what has come to rest, what is outside its limits and for
how long · `goods` from grams and facings to pieces and percent · `flood` how many messages a device may send ·
`curve` a day of them, drawn · `simulate` readings for demonstrations.
"""
from . import curve, flood, goods, payload, simulate, watch

__all__ = ['curve', 'flood', 'goods', 'payload', 'simulate', 'watch']
