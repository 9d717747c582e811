"""The one server that ./dev up leaves running: found again by a note in .local/run."""
import contextlib
import json

import psutil

from . import databases, odoo
from .base import DATABASE, PORT, ROOT, RUN

NOTE = RUN / 'server.json'


class Running:
    """A server of ours that was started earlier."""

    def __init__(self, process, note):
        self.process, self.database, self.port, self.code = process, note['database'], note['port'], note['code']
        self.base_url = f'http://127.0.0.1:{self.port}'

    def is_current(self):
        """Does it serve the wanted database at the wanted port, with the sources as they are now?"""
        return (self.database, self.port, self.code) == (DATABASE, PORT, databases.digest('code'))

    def stop(self, seconds=15):
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except psutil.TimeoutExpired:
            self.process.kill()
            self.process.wait(seconds)
        forget()


def find():
    """The server that the note is about, if it is still the same process; a number alone may have been given away."""
    try:
        note = json.loads(NOTE.read_text())
        process = psutil.Process(note['pid'])
        if process.create_time() == note['created'] and process.cwd() == str(ROOT):
            return Running(process, note)
    except (OSError, ValueError, KeyError, psutil.Error):
        pass
    forget()
    return None


def start(interface):
    started = odoo.Server(DATABASE, PORT, 'odoo', interface=interface, stays=True)
    NOTE.write_text(json.dumps({
        'pid': started.pid, 'created': psutil.Process(started.pid).create_time(),
        'database': DATABASE, 'port': PORT, 'code': databases.digest('code'),
    }))
    return started


def forget():
    with contextlib.suppress(FileNotFoundError):
        NOTE.unlink()
