"""Databases together with their filestore: templates, copies, names, ends.

A template is built once for what it is made of and then copied. `bare` has our addons and nothing else, `demo` has
China's chart of accounts, Chinese, and the demo channel on top. Every database made here says so in its comment, and
only such are dropped without being asked.
"""
import contextlib
import hashlib
import os
import re
import shutil
from functools import cache
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import odoo
from .base import ADDONS, LOCAL, ROOT, Problem, Watch, addons, lock, say

FILESTORE = LOCAL / 'data' / 'filestore'
MARK = f'made by {ROOT}/dev'
DIGEST = 'channel.dev.digest'  # Parameter that tells what a database was last brought up to date with.
NEEDED_MB = 1000
# Folders that do not decide what is in a database. Tests, controllers and engines are read when they are used; only the
# demo channel is made with the engines' help. `code` is what a running server has loaded.
LEFT_OUT = {
    'bare': {'__pycache__', 'tests', 'controllers', 'engine'},
    'demo': {'__pycache__', 'tests', 'controllers'},
    'code': {'__pycache__', 'tests'},
}
LOAD_DEMO = "env['channel.demo']._load()\nenv.cr.commit()\n"
MAKE_ASSETS = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"


# === POSTGRESQL === #

@contextlib.contextmanager
def cursor(database='postgres'):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


def _command(text, *names):
    with cursor() as cr:
        cr.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def exists(name):
    with cursor() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.fetchone())


def ours():
    """Names of the databases that this checkout's ./dev has made."""
    with cursor() as cr:
        cr.execute("SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s", [MARK])
        return [name for name, in cr.fetchall()]


def mark(name):
    with cursor() as cr:
        cr.execute(sql.SQL("COMMENT ON DATABASE {} IS %s").format(sql.Identifier(name)), [MARK])


def drop(name):
    """Drop the database, whoever is connected, and its files."""
    _command("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def copy(source, target, *, fast=True):
    """Copy database and filestore. With `fast` a power cut may lose its last seconds: for scratch databases."""
    drop(target)
    _need_disk()
    if (FILESTORE / source).exists():
        # Its files are named after their content and never change, so a second name is a copy.
        shutil.copytree(FILESTORE / source, FILESTORE / target, copy_function=_link)
    _command("CREATE DATABASE {} TEMPLATE {}", target, source)
    mark(target)
    if fast:
        _command("ALTER DATABASE {} SET synchronous_commit = off", target)


def rename(source, target):
    """The last step of making a database: under its final name it is complete."""
    shutil.rmtree(FILESTORE / target, ignore_errors=True)
    if (FILESTORE / source).exists():
        (FILESTORE / source).rename(FILESTORE / target)
    _command("ALTER DATABASE {} RENAME TO {}", source, target)


@contextlib.contextmanager
def scratch(template_name, purpose, *, fast=True):
    """A copy of a template that is gone afterwards."""
    name = f'scratch_{os.getpid()}_{purpose}'
    copy(template_name, name, fast=fast)
    try:
        yield name
    finally:
        drop(name)


def drop_orphans():
    """Drop the scratch databases whose maker is gone."""
    for name in ours():
        if name.startswith('scratch_') and not Path('/proc', name.split('_')[1]).exists():
            drop(name)


# === PARAMETERS === #

def parameters(name, keys):
    """Odoo's system parameters of a database; None if it is not an Odoo database."""
    with cursor(name) as cr:
        try:
            cr.execute("SELECT key, value FROM ir_config_parameter WHERE key = ANY(%s)", [list(keys)])
        except psycopg2.errors.UndefinedTable:
            return None
        return dict(cr.fetchall())


def set_parameters(name, values):
    with cursor(name) as cr:
        for key, value in values.items():
            cr.execute("""
                INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date, write_date)
                VALUES (%s, %s, 1, 1, now(), now()) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            """, [key, value])


def installed(name):
    with cursor(name) as cr:
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return {module for module, in cr.fetchall()}


# === TEMPLATES === #

@cache
def digest(kind):
    """A short hash of all that decides what is in such a template."""
    files = [
        path for path in ADDONS.rglob('*')
        if path.is_file() and path.suffix not in ('.md', '.pyc')
        and not LEFT_OUT[kind] & set(path.relative_to(ADDONS).parts[1:-1])
    ]
    release = Path(os.environ['ODOO_DIST']) / 'odoo' / 'release.py'
    total = hashlib.sha256(release.read_bytes())
    for path in sorted([*files, ROOT / 'requirements.txt', Path(__file__)]):
        total.update(str(path.relative_to(ROOT)).encode() + b'\0' + path.read_bytes() + b'\0')
    return total.hexdigest()[:10]


def template_name(kind):
    return f'tmpl_{digest(kind)}_{kind}'


def template(kind):
    """The name of the up-to-date template, which is built first if it is missing."""
    name = template_name(kind)
    with lock('templates'):
        if exists(name):
            return name
    base = template('bare') if kind == 'demo' else None
    with lock('templates'):
        if not exists(name):
            drop_orphans()
            watch = Watch()
            build = f'{name}_new'
            drop(build)
            _build_demo(build, base) if base else _build_bare(build)
            set_parameters(build, {DIGEST: digest(kind)})
            rename(build, name)
            for other in ours():  # Templates of another state of the sources, and half-made ones.
                if re.fullmatch(rf'tmpl_[0-9a-f]+_{kind}(_new)?', other) and other != name:
                    drop(other)
            say(f"    template database {name} built in {watch}")
    return name


def _build_bare(name):
    _need_disk()
    say(f"Building the bare template: {', '.join(addons())} and what they need")
    _command("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'", name)
    mark(name)
    _command("ALTER DATABASE {} SET synchronous_commit = off", name)
    with cursor(name) as cr, contextlib.suppress(psycopg2.errors.UndefinedFile, psycopg2.errors.InsufficientPrivilege):
        cr.execute("CREATE EXTENSION pg_trgm")  # As Odoo's own database manager does: names are found by their parts.
    _install(name, ['-i', ','.join(addons())], f"installing {', '.join(addons())}")
    odoo.shell(name, MAKE_ASSETS, 'assets', what="bundling scripts and styles")


def _build_demo(name, base):
    say("Building the demo template: China's chart of accounts, Chinese, the demo channel")
    copy(base, name)
    _install(name, ['-i', 'l10n_cn,payment_demo,payment_custom', '--load-language', 'zh_CN'],
             "installing l10n_cn, payment providers that move no money, and zh_CN")
    # --load-language is done before our models are there, so that what they hold stays English: once more.
    odoo.run(['i18n', 'loadlang', '-d', name, '-l', 'zh_CN'], 'loadlang', what="translating what our models hold")
    odoo.shell(name, LOAD_DEMO, 'demo', what="loading the demo channel")


def _install(name, arguments, what):
    odoo.run(['server', '-d', name, *arguments, '--stop-after-init', '--no-http', '--max-cron-threads', '0'],
             'install', what=what)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _need_disk():
    free = shutil.disk_usage(LOCAL).free // 2**20
    if free < NEEDED_MB:
        raise Problem(f"a database needs {NEEDED_MB} MB of free disk at {LOCAL}, there are only {free} MB.")
