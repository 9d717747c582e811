from . import base
from . import network
from . import rules
from . import products  # After rules: it extends them.
from . import credit
from . import approvals
from . import sourcing
from . import orders
from . import fast
from . import segments
from . import duplicates
from . import quality
from . import cases
from . import simulation
from . import demo
