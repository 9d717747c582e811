from . import channel_member_import
from . import channel_member_import_line
from . import channel_member_import_rows
from . import channel_override_wizard
from . import channel_refuse
