"""./dev lint: ruff, pylint-odoo, shellcheck and the rules of this house.

Each finding is one line: file:line: a sentence.
"""
import os
import re
import shutil
import subprocess
import sys

from .base import ADDONS, ROOT, Watch, addons, main, say
from .checks import access, code, data, repository, translations

# All of pylint-odoo but what it wants of OCA's own addons, and what our models do on purpose.
PYLINT_OFF = (
    'missing-readme',  # Ours are .md.
    'manifest-required-author', 'development-status-allowed',
    'attribute-string-redundant',
    'prefer-env-translation',  # It does not see that `_ = self.env._` is just that.
    'consider-merging-classes-inherited',  # One idea, one file.
)
SHELL = ('dev', 'bin/lib.sh', 'bin/fetch-odoo', 'bin/pg', 'bin/venv', 'bin/odoo', 'bin/browser', '.ci/run')


def lint(arguments):
    if arguments:
        print(__doc__)
        return 2
    watch, bad = Watch(), []
    for title, found in findings():
        bad += found
        say(f"{title}: {_number(found) if found else 'nothing to say'}")
        for finding in found:
            print(finding)
    say(f"All in all {_number(bad)} ({watch})")
    return 1 if bad else 0


def findings():
    """Every check in turn: its title and what it has found."""
    yield "ruff", _ruff()
    yield "pylint-odoo", _pylint()
    if shutil.which('shellcheck'):
        yield "shellcheck", _tool('shellcheck', '-x', '-P', 'SCRIPTDIR', '-f', 'gcc', *SHELL)
    else:
        say("shellcheck is not installed: the shell scripts are not checked here")
    for title, check in (
        ("engines are pure Python", code.engines),
        ("models keep the house rules", code.models),
        ("no controller loses a method", code.controllers),
        ("no method over fifty lines", code.lengths),
        ("manifests", data.manifests),
        ("XML and CSV files", data.files),
        ("every model has its access rights", access.rights),
        ("what portal users read has rules", access.rules),
        ("zh_CN.po files are complete", translations.files),
        ("files of the repository", repository.files),
    ):
        yield title, [str(finding) for finding in check()]


def _number(found):
    return f"{len(found) or 'no'} finding{'' if len(found) == 1 else 's'}"


def _ruff():
    return _tool(sys.executable, '-m', 'ruff', 'check', '--quiet', '--output-format', 'concise', '.')


def _pylint():
    return _tool(
        sys.executable, '-m', 'pylint', '--rcfile', os.devnull, '--load-plugins', 'pylint_odoo',
        '--disable', 'all', '--enable', 'odoolint', '--disable', ','.join(PYLINT_OFF),
        '--valid-odoo-versions', '19.0', '--score', 'n', '-j', '2',
        '--msg-template', '{path}:{line}: {msg} [{symbol}]',
        *(str((ADDONS / addon).relative_to(ROOT)) for addon in addons()),
    )


def _tool(*command):
    """A tool's findings; if it breaks without one, that is the finding."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if re.match(r'\S+:\d+:', line)]
    if done.returncode and not lines:
        lines = [f"{command[0]}:0: ended with code {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}"]
    return lines


if __name__ == '__main__':
    main(lint)
