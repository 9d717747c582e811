from . import channel_credit_line
from . import sale_order_credit
from . import account_move
