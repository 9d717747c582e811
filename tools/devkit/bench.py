"""./dev bench [NAME [ARGUMENTS…]]: run tests/bench/NAME.py on a scratch copy of a template database.

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
    path = found[name]
    kind = re.search(r'^# template: (bare|demo)$', path.read_text('utf-8'), re.M)
    source = databases.template(kind[1] if kind else 'demo')
    watch = Watch()
    # As safe as a real database: a benchmark that does not wait for the disk flatters.
    with databases.scratch(source, 'bench', fast=False) as database:
        say(f"Benchmark {name} on {database}")
        script = f"__file__ = {str(path)!r}\nexec(compile(open(__file__).read(), __file__, 'exec'), globals())\n"
        code = subprocess.run(
            [ROOT / 'bin' / 'odoo', 'shell', '-d', database, '--no-http', '--log-level', 'warn'],
            env=os.environ | {'CHANNEL_DB': database, 'CHANNEL_BENCH': ' '.join(rest)},
            cwd=ROOT, text=True, input=script, check=False,
        ).returncode
    say(f"    {watch}")
    return code


if __name__ == '__main__':
    main(bench)
