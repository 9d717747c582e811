from . import res_company
from . import channel_stock_count_request
from . import channel_stock_count
from . import channel_stock_count_line
from . import channel_stock_count_line_post
from . import channel_stock_counting
from . import channel_member
