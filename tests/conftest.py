"""What every kind of test here shares: a real server on a copy of the demo channel's database."""
import pytest
from devkit import databases, odoo
from devkit.live import LiveServer


@pytest.fixture(scope='session')
def server_arguments():
    return ['--workers', '0']


@pytest.fixture(scope='session')
def server(server_arguments):
    """One server for all stories: each makes what it changes, and none relies on another's."""
    with databases.scratch(databases.template('demo'), 'flows') as name:
        odoo.log_path('flows-server').unlink(missing_ok=True)
        running = odoo.Server(name, odoo.free_port(), 'flows-server', arguments=server_arguments)
        try:
            yield LiveServer(running.wait_until_served())
        finally:
            running.stop()
