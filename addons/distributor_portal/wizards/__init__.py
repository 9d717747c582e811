from . import channel_member_import
from . import channel_member_import_line
from . import channel_member_import_rows
from . import channel_refuse
from . import channel_choose_warehouse
