from . import channel_approval_test
from . import channel_member_import
from . import channel_member_import_line
from . import channel_member_import_rows
from . import channel_refuse
