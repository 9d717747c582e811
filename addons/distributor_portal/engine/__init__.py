"""The decisions of the channel as plain Python: values in, values out, no Odoo.

Import from here; the modules below are the rooms:
`geo` distances and division codes · `verdicts` what a check answers · `registry` the kinds of rule ·
`kinds/` one rule kind per file · `sourcing/` which warehouses ship · `intake` the shape of an incoming order ·
`tables` rows of a CSV or XLSX file · `members` rows of a member import.
"""
from . import kinds, sourcing
from .geo import covers, distance_km, place_in_district
from .intake import IntakeLine, IntakeOrder, IntakeProblem, fingerprint, parse_order
from .members import MemberRow, check_member_rows
from .registry import KINDS, RuleKind, kind, validate_params
from .tables import TableError, read_table, write_csv
from .verdicts import DECISIONS, Finding, Rule, judge_all, worst

__all__ = [
    'DECISIONS', 'Finding', 'IntakeLine', 'IntakeOrder', 'IntakeProblem', 'KINDS', 'MemberRow', 'Rule', 'RuleKind',
    'TableError', 'check_member_rows', 'covers', 'distance_km', 'fingerprint', 'judge_all', 'kind', 'kinds',
    'parse_order', 'place_in_district', 'read_table', 'sourcing', 'validate_params', 'worst', 'write_csv',
]
