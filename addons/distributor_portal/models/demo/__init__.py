from . import channel_demo
from . import channel_demo_goods
from . import channel_demo_orders
from . import channel_demo_master_data
