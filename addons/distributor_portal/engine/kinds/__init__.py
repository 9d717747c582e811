"""One rule kind, or a few of one idea, per file; importing them registers them."""
from .access import OriginFact, TravelFact
from .account import AccountFact
from .authorisation import AuthorisationFact, Licence, TerritoryFact
from .credit import CreditFact, OverdueFact
from .intake import IntakeFact
from .pack import OrderMinimumFact, PackFact
from .price import PriceFact
from .product import ProductFact
from .stock import StockFact, UrgentFact

__all__ = [
    'AuthorisationFact', 'CreditFact', 'IntakeFact', 'Licence', 'OverdueFact', 'PackFact', 'PriceFact', 'ProductFact',
    'StockFact', 'TerritoryFact',
    'AuthorisationFact', 'CreditFact', 'IntakeFact', 'Licence', 'OrderMinimumFact', 'PackFact', 'PriceFact',
    'ProductFact', 'StockFact', 'TerritoryFact',
    'AuthorisationFact', 'CreditFact', 'IntakeFact', 'Licence', 'PackFact', 'PriceFact', 'ProductFact', 'StockFact',
    'TerritoryFact', 'UrgentFact',
from .credit import CreditFact
from .discount import DiscountFact
from .floor import Floor, FloorFact, narrowest_floor
from .intake import IntakeFact
from .pack import PackFact
from .places import ExclusivityFact, Holder, RegionFact, ShipToFact
from .price import PriceFact
from .product import ProductFact
from .quantity import QuantityFact
from .scans import CloneFact, OnlineFact, ScanPlaceFact
from .split import Sibling, SplitFact
from .stock import StockFact
from .stock_leaks import LeakageFact, ReturnFact

__all__ = [
    'AccountFact', 'AuthorisationFact', 'CloneFact', 'CreditFact', 'DiscountFact', 'ExclusivityFact', 'Floor',
    'FloorFact', 'Holder', 'IntakeFact', 'LeakageFact', 'Licence', 'OnlineFact', 'OriginFact', 'PackFact', 'PriceFact',
    'ProductFact', 'QuantityFact', 'RegionFact', 'ReturnFact', 'ScanPlaceFact', 'ShipToFact', 'Sibling', 'SplitFact',
    'StockFact', 'TerritoryFact', 'TravelFact', 'narrowest_floor',
]
