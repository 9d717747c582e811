"""Where things lie, which addons there are, and how ./dev speaks."""
import ast
import contextlib
import fcntl
import os
import signal
import sys
import time
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / '.local'
LOGS = LOCAL / 'log'
RUN = LOCAL / 'run'
ADDONS = ROOT / 'addons'
DATABASE = os.environ.get('CHANNEL_DB', 'channel')
PORT = os.environ.get('CHANNEL_PORT', '8069')


class Problem(Exception):
    """What is wrong, in one sentence for whoever called ./dev."""


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def main(function):
    """Run a part of ./dev: a Problem ends it with its one sentence, Ctrl-C without a traceback."""
    # As an exception, so that what was begun is undone.
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit("dev: stopped."))
    try:
        sys.exit(function(sys.argv[1:]))
    except Problem as problem:
        sys.exit(f"dev: {problem}")
    except KeyboardInterrupt:
        sys.exit("dev: interrupted; the next run cleans up behind this one.")


def manifest(addon):
    return ast.literal_eval((ADDONS / addon / '__manifest__.py').read_text('utf-8'))


@cache
def addons():
    """Names of our installable addons, each after those of ours that it depends on."""
    found = {path.parent.name for path in ADDONS.glob('*/__manifest__.py')}
    found = {name for name in found if manifest(name).get('installable', True)}
    if not found:
        raise Problem(f"there is no addon in {ADDONS}.")
    ordered = []

    def visit(name):
        if name in found and name not in ordered:
            for dependency in manifest(name).get('depends', ()):
                visit(dependency)
            ordered.append(name)

    for name in sorted(found):
        visit(name)
    return tuple(ordered)


@contextlib.contextmanager
def lock(name):
    """Let one ./dev at a time do this; another waits."""
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / f'{name}.lock').open('w') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another ./dev is busy with the same; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Watch:
    """Seconds since it was made, for progress lines."""

    def __init__(self):
        self.start = time.monotonic()

    def __str__(self):
        return f"{time.monotonic() - self.start:.0f} s"
