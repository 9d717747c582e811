"""The decisions of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`geo` distances and division codes · `verdicts` what a check answers · `registry` the kinds of rule ·
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
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'NOT_EVALUATED',
    'Option', 'Param', 'ParamError', 'Plan', 'Rule', 'RuleKind', 'TableError', 'Wanted', 'Warehouse', 'chain',
    'check_member_rows', 'covers', 'distance_km', 'fingerprint', 'judge_all', 'judge_one', 'kind', 'kinds',
    'not_evaluated', 'parse_order', 'place_in_district', 'plan', 'read_table', 'restore', 'tails', 'validate_params',
    'worst', 'write_csv',
]
