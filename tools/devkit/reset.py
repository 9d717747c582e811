"""./dev reset [-y]: drop the database and its files; the next ./dev up makes it anew."""
import sys

from . import databases, server
from .base import DATABASE, Problem, main, say


def reset(arguments):
    if set(arguments) - {'-y'}:
        print(__doc__)
        return 2
    if not databases.exists(DATABASE):
        say(f"There is no database {DATABASE}")
        return 0
    if '-y' not in arguments:
        if not sys.stdin.isatty():
            raise Problem(f"./dev reset asks before it drops the database {DATABASE}: "
                          "without a terminal say ./dev reset -y")
        if input(f"Drop the database {DATABASE} with all that is in it? [y/N] ").strip().lower() not in ('y', 'yes'):
            return 1
    running = server.find()
    if running and running.database == DATABASE:
        running.stop()
    databases.drop(DATABASE)
    databases.drop(f'{DATABASE}__new')
    say(f"The database {DATABASE} and its files are gone")
    return 0


if __name__ == '__main__':
    main(reset)
