from . import ir_actions_report
from . import res_config_settings
from . import stock_picking
