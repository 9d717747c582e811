from . import channel_segment_rule
from . import channel_segment_change
from . import channel_member
