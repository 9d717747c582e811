from . import channel_demo
from . import channel_demo_goods
from . import channel_demo_checks
from . import channel_demo_orders
from . import channel_demo_approvals
from . import channel_demo_cases
from . import channel_demo_credit
from . import channel_demo_master_data
