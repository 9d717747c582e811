from . import channel_notice_rule
from . import channel_notice
from . import sale_order
