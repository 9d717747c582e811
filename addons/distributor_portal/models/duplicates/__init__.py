from . import res_company
from . import channel_duplicate
from . import channel_member
from . import base_partner_merge
