from . import channel_case_notice
from . import channel_case_upload
from . import channel_case_withdraw
from . import channel_member_import
from . import channel_member_import_line
from . import channel_member_import_rows
from . import channel_refuse
from . import channel_signal_dismiss
