from . import channel_tier
from . import channel_territory
from . import channel_member
from . import channel_member_portal
from . import channel_member_search
from . import channel_member_link
from . import channel_member_user
from . import channel_authorization
