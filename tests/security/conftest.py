import json
from pathlib import Path

import pytest
from devkit import odoo


@pytest.fixture(scope='session')
def server_arguments():
    """Thousands of odd requests: by as many processes as there are cores."""
    return ['--workers', '2', '--max-cron-threads', '0', '--gevent-port', str(odoo.free_port())]


@pytest.fixture(scope='module')
def routes(server):
    """Every route of ours, as plant_routes.py finds it."""
    answer = server.shell((Path(__file__).parent / 'plant_routes.py').read_text('utf-8'))
    found = json.loads(answer.partition('routes: ')[2].splitlines()[0])
    assert len(found) > 25 and {route['type'] for route in found} >= {'http', 'jsonrpc'}, "the map was not read"
    return found
