from . import stock_picking
from . import stock_move_line
from . import sale_order
from . import channel_receipt
from . import channel_claim
