"""./dev down: stop the server that ./dev up has started."""
from . import server
from .base import main, say


def down(arguments):
    if arguments:
        print(__doc__)
        return 2
    running = server.find()
    if running:
        running.stop()
        say(f"Odoo at {running.base_url} is stopped")
    else:
        say("No Odoo of ours is running")
    return 0


if __name__ == '__main__':
    main(down)
