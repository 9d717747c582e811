from . import controllers
from . import models
from . import wizards


def _post_init_hook(env):
    """A new database knows China's divisions down to the district; streets come with one more click."""
    env['channel.territory']._load_divisions()
