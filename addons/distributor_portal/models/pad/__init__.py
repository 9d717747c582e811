from . import channel_text
from . import channel_member_products
from . import channel_member_prices
from . import channel_member_taxes
from . import channel_member_promise
from . import channel_member_sheet
from . import channel_member_pad
