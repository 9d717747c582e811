"""The stock of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`ledger` states, kinds of movement, and what each may do · `sell_through` rows of sales, read and understood ·
`counts` what was counted, read and understood · `openings` the stock to begin with, from a file ·
`retail` the shape of a real year of sales · `history` two years at a member, for the demo ·
`code_checks` what a scanned code means · `code_places` where codes were scanned ·
`insight` how long stock lasts, how often it turns, how old it is · `stream_sheet` spreadsheets of any length ·
`written` numbers and days as systems write them · `feed_files` files of sales, row by row · `push` what tills send ·
`meaning` what an unknown code probably means ·
`iot/` what sensors on shelves and in fridges say ·
`transfers/` who sends goods to whom instead of having them delivered ·
`alerts` what somebody should know, and how urgent it is ·
`reconcile` what should lie at a node, what is found there and why it differs · `causes` the reasons it knows.
"""
from . import (
    alerts, causes, code_checks, code_places, codes, connect, counts, feed_files, history, insight, iot, ledger,
    meaning, openings, push, reconcile, retail, sell_through, stream_sheet, transfers, written,
)

__all__ = [
    'alerts', 'causes', 'code_checks', 'code_places', 'codes', 'connect', 'counts', 'feed_files', 'history',
    'insight', 'iot', 'ledger', 'meaning', 'openings', 'push', 'reconcile', 'retail', 'sell_through',
    'stream_sheet', 'transfers', 'written',
]
