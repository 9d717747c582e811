"""./dev shell [OPTIONS]: a Python shell in the database, with `env`; a script on standard input is run instead."""
import os

from . import databases
from .base import DATABASE, ROOT, Problem, main


def shell(arguments):
    if not databases.exists(DATABASE):
        raise Problem(f"there is no database {DATABASE} yet: ./dev up makes it.")
    program = str(ROOT / 'bin' / 'odoo')
    os.execv(program, [program, 'shell', '-d', DATABASE, '--no-http', '--log-level', 'warn', *arguments])  # noqa: S606


if __name__ == '__main__':
    main(shell)
