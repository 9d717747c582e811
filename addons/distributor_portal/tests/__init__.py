from . import test_access_rights
from . import test_channel_submit
from . import test_checks
from . import test_credit
from . import test_member_import
from . import test_network
from . import test_order_loop
from . import test_portal
