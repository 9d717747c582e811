"""Odoo as a child process: one run to its end, or a server."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from .base import LOGS, ROOT, Problem, Watch

LINE = re.compile(r'^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>\S+): (?P<message>.*)')
LOADING = re.compile(r'Loading module (\w+) \((\d+)/(\d+)\)')
# What Odoo or its package logs as an error although nothing is wrong with us.
HARMLESS = (
    'selfie_segmentation',  # Left out of Debian's package: not free.
)
MINUTES = 60
WITH_US = ('setpriv', '--pdeathsig', 'TERM', '--')  # However we end, what is started so ends too.
running = set()  # Processes that `kill_all` ends.


def run(arguments, log, *, what, script=None, env=None, minutes=30, check=True):
    """Run bin/odoo to its end, its output in the log called `log`; return its exit code.

    With `check`, a failure is a Problem that shows the errors of the log.
    """
    path = log_path(log)
    watch = Watch()
    with path.open('w', encoding='utf-8') as output:
        process = subprocess.Popen(
            [ROOT / 'bin' / 'odoo', *arguments], cwd=ROOT, env=os.environ | (env or {}), text=True, errors='replace',
            stdin=subprocess.PIPE if script else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timer = threading.Timer(minutes * MINUTES, kill, [process])
        timer.start()
        running.add(process)
        try:
            if script:
                with contextlib.suppress(BrokenPipeError):  # It ended before it read: its log says why.
                    process.stdin.write(script)
                    process.stdin.close()
            for line in process.stdout:
                output.write(line)
                _show_progress(line, watch)
            code = process.wait()
            timed_out = timer.finished.is_set()
        finally:
            timer.cancel()
            kill(process)
            running.discard(process)
            _show_progress(None, watch)
    if timed_out:
        raise Problem(f"{what} took more than {minutes} minutes and was stopped; its log is {path}")
    if check and (code or errors(path)):
        print(excerpt(path), file=sys.stderr)
        raise Problem(f"{what} failed; the whole log is {path}")
    return code


def shell(database, script, log, *, what, **options):
    """Run Python `script` with `env` of `database`; it commits itself."""
    script += "\nenv.registry.signal_changes()\n"  # A running server forgets what it has cached.
    return run(['shell', '-d', database, '--no-http'], log, what=what, script=script, **options)


def log_path(name):
    """Where that log is; processes of one test run that work side by side each have their own."""
    LOGS.mkdir(parents=True, exist_ok=True)
    worker = os.environ.get('PYTEST_XDIST_WORKER')
    return LOGS / (f'{name}-{worker}.log' if worker else f'{name}.log')


def kill(process):
    """End the process and all that it started, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_all():
    """End what is under way in other threads."""
    for process in list(running):
        kill(process)


def blocks(path):
    """The entries of an Odoo log: (match of the first line, whole text)."""
    head, text = None, []
    with path.open(encoding='utf-8', errors='replace') as lines:
        for line in lines:
            if match := LINE.match(line):
                if head:
                    yield head, ''.join(text)
                head, text = match, []
            text.append(line)
    if head:
        yield head, ''.join(text)


def errors(path):
    """Entries at level ERROR or CRITICAL that count."""
    return [
        (head, text) for head, text in blocks(path)
        if head['level'] in ('ERROR', 'CRITICAL') and not any(word in text for word in HARMLESS)
    ]


def excerpt(path, limit=6000):
    """The log's errors, or its end when it has none."""
    text = '\n'.join(text for _head, text in errors(path)) or path.read_text('utf-8', 'replace')
    return text if len(text) <= limit else f"{text[:limit // 3]}\n[…]\n{text[-limit * 2 // 3:]}"


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def is_port_free(port, host='127.0.0.1'):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


class Server:
    """An Odoo server on one database; with `stays` it goes on when this process ends, unless it is stopped."""

    def __init__(self, database, port, log, *, interface='127.0.0.1', arguments=(), stays=False):
        self.database, self.port, self.log = database, int(port), log_path(log)
        self.base_url = f'http://127.0.0.1:{port}'
        with self.log.open('a') as output:
            self.process = subprocess.Popen(
                [*(() if stays else WITH_US), ROOT / 'bin' / 'odoo', 'server', '-d', database,
                 '--db-filter', f'^{re.escape(database)}$', '--http-interface', interface, '--http-port', str(port),
                 *arguments],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )

    @property
    def pid(self):
        return self.process.pid

    def wait_until_served(self, seconds=180):
        """Return when the login page answers; a Problem if the server ends or never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                print(excerpt(self.log, 3000), file=sys.stderr)
                raise Problem(f"Odoo ended while it was starting; its log is {self.log}")
            if answers(self.base_url):
                return self
            time.sleep(.3)
        self.stop()
        raise Problem(f"Odoo did not answer at {self.base_url} within {seconds} s; its log is {self.log}")

    def stop(self, seconds=15):
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(self.process)


def answers(base_url):
    try:
        with urllib.request.urlopen(f'{base_url}/web/login', timeout=60) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _show_progress(line, watch):
    """On a terminal, one changing line while modules load."""
    if not sys.stderr.isatty():
        return
    if line is None:
        print('\r\033[K', end='', file=sys.stderr, flush=True)
    elif match := LOADING.search(line):
        print(f"\r\033[K    {match[2]}/{match[3]} {match[1]} ({watch})", end='', file=sys.stderr, flush=True)

