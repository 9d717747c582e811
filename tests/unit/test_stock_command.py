"""./dev stock: what its arguments mean."""
import pytest
from devkit.stock import read_arguments


@pytest.mark.parametrize(('arguments', 'meaning'), [
    (['check'], (False, [])), (['rebuild'], (True, [])), (['check', '--members', 'A,B'], (False, ['A', 'B'])),
    (['rebuild', '--members=A'], (True, ['A'])), ([], None), (['x'], None), (['check', 'A'], None),
    (['check', '--members'], None), (['check', '--members', 'A', 'B'], None),
])
def test_arguments(arguments, meaning):
    assert read_arguments(arguments) == meaning
