"""One rule kind per file; importing them registers them."""
from .authorisation import AuthorisationFact, Licence, TerritoryFact
from .credit import CreditFact
from .intake import IntakeFact
from .pack import PackFact
from .price import PriceFact
from .product import ProductFact
from .stock import StockFact, UrgentFact

__all__ = [
    'AuthorisationFact', 'CreditFact', 'IntakeFact', 'Licence', 'PackFact', 'PriceFact', 'ProductFact', 'StockFact',
    'TerritoryFact', 'UrgentFact',
]
