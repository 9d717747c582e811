from . import channel_append_only
from . import channel_kept_setup
from . import ir_http
from . import res_company
from . import res_partner
from . import res_users
