"""An addon's engine without Odoo, for the tests in tests/unit."""
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from .base import ADDONS, addons

ENGINES = re.compile(r'odoo(\.addons(\.\w+(\.engine(\..+)?)?)?)?')


def load_engine(addon):
    """Import addons/<addon>/engine as a plain package: it must not need Odoo."""
    name = f'{addon}_engine'
    _offer_engines()
    if name not in sys.modules:
        path = ADDONS / addon / 'engine'
        spec = spec_from_file_location(name, path / '__init__.py', submodule_search_locations=[str(path)])
        module = sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    foreign = [name for name in sys.modules if name.split('.')[0] == 'odoo' and not ENGINES.fullmatch(name)]
    if foreign:
        raise AssertionError(f"{addon}/engine imports {foreign[0]}")
    return sys.modules[name]


def _offer_engines():
    """An engine may use another addon's: `odoo.addons.<addon>.engine` is there, and nothing else of Odoo."""
    for name, places in (
            ('odoo', []), ('odoo.addons', []),
                    *((f'odoo.addons.{addon}', [str(ADDONS / addon)]) for addon in addons())):
        if name not in sys.modules:
            package = sys.modules[name] = ModuleType(name)
            package.__path__ = places
