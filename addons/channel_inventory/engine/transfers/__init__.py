"""Who sends goods to whom, instead of having them delivered from the DC.

`values` what goes in and comes out · `needs` who has too much, who too little · `ways` what a way costs ·
`network` what could flow, and its cost · `solve` the plan of least cost · `plan` the proposals.
"""
from .needs import find_needs, find_room, find_surpluses, in_sequence, sold_by_lot
from .plan import estimate, propose
from .values import Goods, Line, Lot, Need, Node, Plan, Position, Problem, Shipment, Surplus, Terms, Way
from .ways import Ways

__all__ = [
    'Goods', 'Line', 'Lot', 'Need', 'Node', 'Plan', 'Position', 'Problem', 'Shipment', 'Surplus', 'Terms', 'Way',
    'Ways', 'estimate', 'find_needs', 'find_room', 'find_surpluses', 'in_sequence', 'propose', 'sold_by_lot',
]
