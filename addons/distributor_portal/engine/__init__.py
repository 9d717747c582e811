"""The decisions of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`geo` distances and division codes · `verdicts` what a check answers · `registry` the kinds of rule ·
`kinds/` one rule kind, or a few of one idea, per file · `chain` sealed facts · `tails` improbable demand ·
`sourcing/` which warehouses ship · `intake` the shape of an incoming order ·
`credit` what orders take, what is late, what an account says · `approvals` whose approval an order needs ·
`forms` what was filled in · `cases` penalties, priorities, the day's work · `files` what an upload really is ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import · `skus` rows of a code import ·
`gtin` GTINs and extension codes · `packs` smallest orders and pack levels · `segments` VIP, core, regular ·
`duplicates` the same member twice · `paper` a report as pages to print ·
`claims` differences, time limits, outcomes · `photos` clean copies of pictures ·
`reconcile` two ledgers side by side · `rhythm` what is due to be ordered ·
`reorder` what has changed since last time ·
`tables` rows of a CSV, XLSX or ODS file, `apart` read in a process of its own ·
`order_sheets` rows of an order list, `order_match` against the products of a member ·
`colours` a company's colour made readable · `urgency` what headquarters looks at first ·
`journey` how far an order has come · `parameters` what stands in an address · `figures` periods, shares, places, bars.
"""
from . import (
    approvals, cases, chain, claims, colours, credit, duplicates, figures, files, forms, gtin, journey, kinds,
    order_match, order_sheets, packs, paper, parameters, photos, reconcile, reorder, rhythm, segments, skus, sourcing,
    tails, urgency,
)
from .apart import read_table_apart
from .geo import covers, distance_km, place_in_district
from .intake import IntakeLine, IntakeOrder, IntakeProblem, fingerprint, parse_order
from .members import MemberRow, check_member_rows
from .registry import KINDS, Param, ParamError, RuleKind, kind, restore, validate_params
from .tables import TableError, read_table, write_csv
from .verdicts import DECISIONS, NOT_EVALUATED, Finding, Rule, judge_all, judge_one, not_evaluated, worst

__all__ = [
    'approvals', 'cases', 'chain', 'check_member_rows', 'claims', 'colours', 'covers', 'credit', 'DECISIONS',
    'distance_km', 'duplicates', 'figures', 'files', 'Finding', 'fingerprint', 'forms', 'gtin', 'IntakeLine',
    'IntakeOrder', 'IntakeProblem', 'journey', 'judge_all', 'judge_one', 'kind', 'KINDS', 'kinds', 'MemberRow',
    'NOT_EVALUATED', 'not_evaluated', 'order_match', 'order_sheets', 'packs', 'paper', 'Param', 'ParamError',
    'parameters', 'parse_order', 'photos', 'place_in_district', 'read_table', 'read_table_apart', 'reconcile',
    'reorder', 'restore', 'rhythm', 'Rule', 'RuleKind', 'segments', 'skus', 'sourcing', 'TableError', 'tails',
    'urgency', 'validate_params', 'worst', 'write_csv',
]
