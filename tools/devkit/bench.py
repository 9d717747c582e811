"""./dev bench [NAME [ARGUMENTS…] [--keep] [--on DATABASE]]: run tests/bench/NAME.py on a scratch database.

The scratch database is a copy of a template, or with --on of a database that an earlier run has kept. It is dropped at
the end; with --keep it stays under a name that is printed.

The script runs like an `odoo shell`: it has `env`. CHANNEL_DB is the scratch database, PG* how to reach it,
CHANNEL_BENCH its further arguments. Its first comment may say `# template: bare`; else it gets the demo channel.
"""
import ast
import os
import re
import subprocess

from . import databases
from .base import ROOT, Problem, Watch, main, say

BENCHES = ROOT / 'tests' / 'bench'


def bench(arguments):
    found = {path.stem: path for path in sorted(BENCHES.glob('*.py')) if not path.stem.startswith('_')}
    if not arguments or arguments[0] in ('-h', '--help'):
        print(__doc__)
        for name, path in found.items():
            print(f"  {name:20} {(ast.get_docstring(ast.parse(path.read_text('utf-8'))) or '').partition(chr(10))[0]}")
        return 0
    name, *rest = arguments
    if name not in found:
        raise Problem(f"there is no benchmark {name}; there are: {', '.join(found) or 'none'}.")
    rest, keeps, source = _read(rest)
    path = found[name]
    kind = re.search(r'^# template: (bare|demo)$', path.read_text('utf-8'), re.M)
    source = source or databases.template(kind[1] if kind else 'demo')
    watch = Watch()
    # As safe as a real database: a benchmark that does not wait for the disk flatters.
    with databases.scratch(source, 'bench', fast=False) as database:
        say(f"Benchmark {name} on {database}")
        code = _run(path, database, rest)
        if keeps:
            _keep(database, re.sub(r'\W+', '_', f"bench_{name}_{'_'.join(rest)}".lower()).strip('_'))
    say(f"    {watch}")
    return code


def _read(arguments):
    """(arguments of the benchmark itself, whether to keep the database, database to copy or None)"""
    arguments, source = list(arguments), None
    keeps = '--keep' in arguments
    if keeps:
        arguments.remove('--keep')
    if '--on' in arguments:
        place = arguments.index('--on')
        source = (arguments[place + 1:] or [''])[0]
        del arguments[place:place + 2]
        if not source or not databases.exists(source):
            raise Problem(f"--on needs the name of a database that was kept; there is no {source or 'name'}.")
    return arguments, keeps, source


def _run(path, database, arguments):
    script = f"__file__ = {str(path)!r}\nexec(compile(open(__file__).read(), __file__, 'exec'), globals())\n"
    return subprocess.run(
        [ROOT / 'bin' / 'odoo', 'shell', '-d', database, '--no-http', '--log-level', 'warn'],
        env=os.environ | {'CHANNEL_DB': database, 'CHANNEL_BENCH': ' '.join(arguments)},
        cwd=ROOT, text=True, input=script, check=False,
    ).returncode


def _keep(database, name):
    databases.drop(name)
    databases.rename(database, name)
    say(f"    kept as {name}: ./dev bench … --on {name} takes a copy of it; dropdb {name} ends it")


if __name__ == '__main__':
    main(bench)
