"""The decisions of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`geo` distances and division codes · `verdicts` what a check answers · `registry` the kinds of rule ·
`kinds/` one rule kind, or a few of one idea, per file · `chain` sealed facts · `tails` improbable demand ·
`sourcing/` which warehouses ship · `intake` the shape of an incoming order ·
`credit` what orders take, what is late, what an account says ·
`approvals` whose approval an order needs · `forms` what was filled in ·
`cases` penalties, priorities, the day's work · `files` what an upload really is ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import · `skus` rows of a code import ·
`gtin` GTINs and extension codes · `packs` smallest orders and pack levels · `segments` VIP, core, regular ·
`duplicates` the same member twice.
"""
from . import (
    approvals, cases, chain, credit, duplicates, files, forms, gtin, kinds, packs, segments, skus, sourcing, tails,
)
from .geo import covers, distance_km, place_in_district
from .intake import IntakeLine, IntakeOrder, IntakeProblem, fingerprint, parse_order
from .members import MemberRow, check_member_rows
from .registry import KINDS, Param, ParamError, RuleKind, kind, restore, validate_params
from .tables import TableError, read_table, write_csv
from .verdicts import DECISIONS, NOT_EVALUATED, Finding, Rule, judge_all, judge_one, not_evaluated, worst

__all__ = [
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'NOT_EVALUATED',
    'Param', 'ParamError', 'Rule', 'RuleKind', 'TableError', 'approvals', 'cases', 'chain', 'check_member_rows',
    'covers', 'credit', 'distance_km', 'duplicates', 'files', 'fingerprint', 'forms', 'gtin', 'judge_all', 'judge_one',
    'kind', 'kinds', 'not_evaluated', 'packs', 'parse_order', 'place_in_district', 'read_table', 'restore', 'segments',
    'skus', 'sourcing', 'tails', 'validate_params', 'worst', 'write_csv',
]
