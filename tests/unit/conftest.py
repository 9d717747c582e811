"""The engines run without Odoo: plain Python, in milliseconds.

    from devkit.engines import load_engine
    engine = load_engine('distributor_portal')
"""
import os

import pytest
from devkit.engines import load_engine as _load_engine
from hypothesis import settings

settings.register_profile('ci', derandomize=True, deadline=None, database=None)
settings.register_profile('search', deadline=None, max_examples=2000)
# HYPOTHESIS_PROFILE=search looks further than the same examples each time.
settings.load_profile(os.environ.get('HYPOTHESIS_PROFILE', 'ci'))


@pytest.fixture(scope='session')
def load_engine():
    return _load_engine
