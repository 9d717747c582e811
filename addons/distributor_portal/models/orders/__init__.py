from . import channel_source
from . import channel_order_event
from . import channel_receipt
from . import stock_picking
from . import sale_order_line
from . import sale_order
from . import sale_order_intake
from . import sale_order_remote
