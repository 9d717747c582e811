from . import channel_member_sku
from . import product
