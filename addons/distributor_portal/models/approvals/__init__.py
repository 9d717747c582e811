from . import channel_approval
from . import sale_order_approval
