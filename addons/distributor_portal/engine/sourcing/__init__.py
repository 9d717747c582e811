"""Which warehouses ship an order, by which carrier and when, and why not the others.

`values` what goes in and comes out · `days` when a warehouse ships · `tariff` what a carrier asks and has room for ·
`ranks` the nearest warehouses of every street, made beforehand · `search` the plan itself.
"""
from .days import Hours, first_day, is_open, urgent_deadline
from .ranks import Rank, make_ranks, pack_rank, rank_signature, unpack_ranks
from .search import Limits, plan
from .tariff import DEFAULT_RATE, Offer, Rate, Slot, Tariff
from .values import Option, Parcel, Plan, Wanted, Warehouse, by_distance, hectometres

__all__ = [
    'DEFAULT_RATE', 'Hours', 'Limits', 'Offer', 'Option', 'Parcel', 'Plan', 'Rank', 'Rate', 'Slot', 'Tariff', 'Wanted',
    'Warehouse', 'by_distance', 'first_day', 'hectometres', 'is_open', 'make_ranks', 'pack_rank', 'plan',
    'rank_signature', 'unpack_ranks', 'urgent_deadline',
]
