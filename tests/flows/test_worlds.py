"""A small world is built, checked against the ORM, and lives through a dirty day: so that the benchmarks do not rot."""
import os
import subprocess
import sys

from devkit.base import ROOT


def bench(*arguments):
    done = subprocess.run(
        [sys.executable, '-m', 'devkit.bench', *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {'PYTHONPATH': str(ROOT / 'tools')})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_dirty_day_in_a_small_world():
    """Built, then checked against the ORM by the same run; a goal that is missed ends the benchmark with an error."""
    shown = bench('dirty_day', '--world', 'S', '--orders', '100', '--lines', '5', '--check', '20')
    assert 'no differences' in shown and '| duplicate | 1 | 1 | 0 | 0 |' in shown, shown
