from . import channel_by_hand
from . import channel_monthly
