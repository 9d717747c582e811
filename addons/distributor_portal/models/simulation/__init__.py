from . import channel_simulation
from . import channel_simulation_run
from . import channel_simulation_result
