"""The decisions of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`geo` distances and division codes · `verdicts` what a check answers · `registry` the kinds of rule ·
`kinds/` one rule kind per file · `sourcing` which warehouse ships · `intake` the shape of an incoming order ·
`credit` what orders take, what is late, what an account says ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import.
"""
from . import credit, kinds
`tables` rows of a CSV or XLSX file · `members` rows of a member import · `gtin` GTINs and extension codes ·
`packs` smallest orders and pack levels · `segments` VIP, core, regular · `duplicates` the same member twice ·
`skus` rows of a code import.
"""
from . import duplicates, gtin, kinds, packs, segments, skus
`approvals` whose approval an order needs · `forms` what was filled in ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import.
"""
from . import approvals, forms, kinds
`tables` rows of a CSV or XLSX file · `members` rows of a member import ·
`cases` penalties, priorities, the day's work · `files` what an upload really is.
"""
from . import cases, files, kinds
`kinds/` one rule kind per file · `sourcing/` which warehouses ship · `intake` the shape of an incoming order ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import.
"""
from . import kinds, sourcing
from .geo import covers, distance_km, place_in_district
from .intake import IntakeLine, IntakeOrder, IntakeProblem, fingerprint, parse_order
from .members import MemberRow, check_member_rows
from .registry import KINDS, RuleKind, kind, validate_params
`kinds/` one rule kind per file · `chain` sealed facts · `tails` improbable demand ·
`sourcing` which warehouse ships · `intake` the shape of an incoming order ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import.
"""
from . import chain, kinds, tails
from .geo import covers, distance_km, place_in_district
from .intake import IntakeLine, IntakeOrder, IntakeProblem, fingerprint, parse_order
from .members import MemberRow, check_member_rows
from .registry import KINDS, Param, ParamError, RuleKind, kind, restore, validate_params
from .sourcing import Option, Plan, Wanted, Warehouse, plan
from .tables import TableError, read_table, write_csv
from .verdicts import DECISIONS, NOT_EVALUATED, Finding, Rule, judge_all, judge_one, not_evaluated, worst

__all__ = [
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'Option', 'Plan',
    'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'check_member_rows', 'covers', 'credit', 'distance_km',
    'fingerprint', 'judge_all', 'kind', 'kinds', 'parse_order', 'place_in_district', 'plan', 'read_table',
    'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'approvals', 'check_member_rows', 'covers', 'distance_km',
    'fingerprint', 'forms', 'judge_all', 'kind', 'kinds', 'parse_order', 'place_in_district', 'plan', 'read_table',
    'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'cases', 'check_member_rows', 'covers', 'distance_km',
    'files', 'fingerprint', 'judge_all', 'kind', 'kinds', 'parse_order', 'place_in_district', 'plan', 'read_table',
    'validate_params', 'worst', 'write_csv',
    'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'check_member_rows', 'covers', 'distance_km',
    'duplicates', 'fingerprint', 'gtin', 'judge_all', 'kind', 'kinds', 'packs', 'parse_order', 'place_in_district',
    'plan', 'read_table', 'segments', 'skus', 'validate_params', 'worst', 'write_csv',
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'Rule', 'RuleKind',
    'TableError', 'check_member_rows', 'covers', 'distance_km', 'fingerprint', 'judge_all', 'kind', 'kinds',
    'parse_order', 'place_in_district', 'read_table', 'sourcing', 'validate_params', 'worst', 'write_csv',
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'NOT_EVALUATED',
    'Option', 'Param', 'ParamError', 'Plan', 'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'chain',
    'check_member_rows', 'covers', 'distance_km', 'fingerprint', 'judge_all', 'judge_one', 'kind', 'kinds',
    'not_evaluated', 'parse_order', 'place_in_district', 'plan', 'read_table', 'restore', 'tails', 'validate_params',
    'worst', 'write_csv',
]
