"""What people and attackers upload: each file is read as it stands or refused by name, and never hurts who reads it."""
import resource
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from devkit.engines import load_engine

engine = load_engine('distributor_portal')
apart = __import__('sys').modules['distributor_portal_engine.apart']
SECONDS = 5


def _load(name):
    spec = spec_from_file_location(name, Path(__file__).with_name(f'{name}.py'))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CORPUS = list(_load('upload_corpus').make_all())


def test_the_corpus_is_as_large_as_promised():
    assert len(CORPUS) >= 120
    assert len({name for name, _content, _expected in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize(('content', 'expected'), [one[1:] for one in CORPUS], ids=[one[0] for one in CORPUS])
def test_file(content, expected):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        rows = engine.read_table_apart(content, 50_000, SECONDS)
    except engine.TableError as error:
        assert not callable(expected), f"refused: {error.key} {error}"
        assert error.key in expected, f"{error.key} {error}"
    else:
        if callable(expected):
            assert expected(rows), rows[:5]
        else:
            assert None in expected, rows[:5]
    # What the child has taken never was ours: 150 MiB more than the largest file and its rows would be.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(apart, '_CHILD', "import time, sys\nwhile True: time.sleep(1)\n")
    start = time.monotonic()
    with pytest.raises(engine.TableError) as caught:
        engine.read_table_apart(b'a,b\n', 10, 1)
    assert caught.value.key == 'too_heavy'
    assert time.monotonic() - start < 30


def test_a_child_that_takes_too_much_is_ended(monkeypatch):
    code = apart._CHILD.replace(
        'serve(int(rows)', "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))\nx = [0] * 10**9\n"
        'serve(int(rows)')
    monkeypatch.setattr(apart, '_CHILD', code)
    with pytest.raises(engine.TableError) as caught:
        engine.read_table_apart(b'a,b\n', 10)
    assert caught.value.key == 'too_heavy'


def test_the_child_limits_itself():
    """Its own words: what `serve` sets before it looks at a byte."""
    import subprocess
    import sys
    code = apart._CHILD.format(sep=':').replace('serve(int(rows)', (
        'import resource, io\n'
        'class Spy(io.BytesIO):\n'
        '    def read(self, *a):\n'
        '        sys.stderr.write(str([resource.getrlimit(n)[0] for n in (resource.RLIMIT_AS, resource.RLIMIT_CPU, '
        'resource.RLIMIT_FSIZE)]))\n'
        '        return b"a,b"\n'
        'class In: buffer = Spy()\n'
        'sys.stdin = In()\n'
        'serve(int(rows)'))
    done = subprocess.run(
        [sys.executable, '-I', '-c', code, str(Path(apart.__file__).parent), ':'.join(sys.path), '10', '5', str(2**28)],
        capture_output=True, check=True, text=True)
    assert done.stderr == str([2**28, 5, 0])
