"""One rule kind per file; importing them registers them."""
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
]
