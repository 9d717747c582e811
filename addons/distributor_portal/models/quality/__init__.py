from . import channel_quality_check
from . import channel_quality_snapshot
