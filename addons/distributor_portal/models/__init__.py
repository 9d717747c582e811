from . import base
from . import network
from . import rules
from . import products  # After rules: it extends them.
from . import credit
from . import approvals
from . import sourcing
from . import orders
from . import company
from . import fast
from . import pad
from . import segments
from . import duplicates
from . import quality
from . import cases
from . import reorder
from . import simulation
from . import desk  # After orders, approvals and sourcing: it watches them.
from . import journey
from . import figures
from . import printing
from . import notices
from . import claims
from . import money
from . import demo
