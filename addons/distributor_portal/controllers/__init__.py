from . import cases
from . import dealer_centre
from . import approvals
from . import pad
from . import orders
from . import receive
from . import money
