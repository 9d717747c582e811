"""An addon's engine without Odoo, for the tests in tests/unit."""
import sys
from importlib.util import module_from_spec, spec_from_file_location

from .base import ADDONS


def load_engine(addon):
    """Import addons/<addon>/engine as a plain package: it must not need Odoo."""
    name = f'{addon}_engine'
    if name not in sys.modules:
        path = ADDONS / addon / 'engine'
        spec = spec_from_file_location(name, path / '__init__.py', submodule_search_locations=[str(path)])
        module = sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    if 'odoo' in sys.modules:
        raise AssertionError(f"{addon}/engine imports odoo")
    return sys.modules[name]
