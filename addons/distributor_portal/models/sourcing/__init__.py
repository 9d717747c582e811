from . import stock_warehouse
from . import sale_order_sourcing
