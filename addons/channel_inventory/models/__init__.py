from . import base
from . import ledger
from . import flows
from . import ingest
from . import counts
from . import connect
from . import codes
from . import iot
from . import transfers
from . import reconcile  # Last: it looks at what the others keep.
from . import demo
from . import insight  # After the demo: it counts what the stories have told.
from . import alerts  # After insight: alerts look at its figures.
