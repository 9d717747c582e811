from . import channel_text
from . import channel_rule
from . import channel_rule_version
from . import channel_verdict
from . import sale_order_facts
from . import sale_order_check
