"""One rule kind, or a few of one idea, per file; importing them registers them."""
from .access import OriginFact, TravelFact
from .account import AccountFact
from .authorisation import AuthorisationFact, Licence, TerritoryFact
from .credit import CreditFact, OverdueFact
from .discount import DiscountFact
from .floor import Floor, FloorFact, narrowest_floor
from .intake import IntakeFact
from .pack import OrderMinimumFact, PackFact
from .places import ExclusivityFact, Holder, RegionFact, ShipToFact
from .price import PriceFact
from .product import ProductFact
from .quantity import QuantityFact
from .scans import CloneFact, OnlineFact, ScanPlaceFact
from .split import Sibling, SplitFact
from .stock import StockFact, UrgentFact
from .stock_leaks import LeakageFact, ReturnFact

__all__ = [
    'AccountFact', 'AuthorisationFact', 'CloneFact', 'CreditFact', 'DiscountFact', 'ExclusivityFact', 'Floor',
    'FloorFact', 'Holder', 'IntakeFact', 'LeakageFact', 'Licence', 'OnlineFact', 'OrderMinimumFact', 'OriginFact',
    'OverdueFact', 'PackFact', 'PriceFact', 'ProductFact', 'QuantityFact', 'RegionFact', 'ReturnFact', 'ScanPlaceFact',
    'ShipToFact', 'Sibling', 'SplitFact', 'StockFact', 'TerritoryFact', 'TravelFact', 'UrgentFact', 'narrowest_floor',
]
