"""Rules about manifests and data files."""
import csv
import re

from lxml import etree

from ..base import ADDONS, ROOT, addons, manifest
from .finding import Finding

VERSION = re.compile(r'19\.0\.\d+\.\d+\.\d+$')
REQUIRED = ('name', 'summary', 'version', 'category', 'author', 'license', 'depends')
DATA_FOLDERS = ('data', 'security', 'views', 'wizards', 'report', 'demo')
README_LINES = 120
# Last decade's Odoo, and what 19.0 does not understand.
OLD = (
    (re.compile(r'</?tree[\s/>]'), "<tree> is called <list> now."),
    (re.compile(r'\s(attrs|states)="\{'), "attrs and states are gone: write invisible=\"…\"."),
    (re.compile(r'\st-raw='), "t-raw is gone: write t-out."),
    (re.compile(r'name="groups_id"'), "groups_id is called group_ids now."),
    (re.compile(r'oe_chatter'), "the chatter is <chatter/> now."),
    (re.compile(r'\t'), "indent with four spaces, not with tabs."),
)


def manifests():
    for addon in addons():
        path = ADDONS / addon / '__manifest__.py'
        values = manifest(addon)
        for key in REQUIRED:
            if not values.get(key):
                yield Finding(path, 1, f"the manifest has no {key}.")
        if not VERSION.match(values.get('version', '')):
            yield Finding(path, 1, "the version must read 19.0.x.y.z.")
        if values.get('license') != 'LGPL-3':
            yield Finding(path, 1, "the licence of our addons is LGPL-3.")
        yield from _listed_files(addon, path, values)
        yield from _requirements(path, values)
        yield from _readme(addon)


def _listed_files(addon, path, values):
    folder = ADDONS / addon
    listed = [*values.get('data', ()), *values.get('demo', ())]
    for name in listed:
        if not (folder / name).is_file():
            yield Finding(path, 1, f"the manifest lists {name}, which does not exist.")
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield Finding(path, 1, f"the manifest lists {name} twice.")
    for sub in DATA_FOLDERS:
        for file in sorted((folder / sub).glob('*.xml')):
            if (name := file.relative_to(folder).as_posix()) not in listed:
                yield Finding(file, 1, f"the manifest does not list {name}: it is never loaded.")
    if 'security/ir.model.access.csv' not in listed and (folder / 'security' / 'ir.model.access.csv').exists():
        yield Finding(path, 1, "the manifest does not list security/ir.model.access.csv.")


def _requirements(path, values):
    pinned = re.findall(r'^([A-Za-z0-9_.-]+)', (ROOT / 'requirements.txt').read_text('utf-8'), re.M)
    pinned = {_normal(name) for name in pinned}
    for name in values.get('external_dependencies', {}).get('python', ()):
        if _normal(re.split(r'[<>=~ ]', name)[0]) not in pinned:
            yield Finding(path, 1, f"the Python package {name} is not in requirements.txt.")


def _readme(addon):
    path = ADDONS / addon / 'README.md'
    if not path.exists():
        yield Finding(path, 1, "the addon has no README.md.")
    elif (length := len(path.read_text('utf-8').splitlines())) > README_LINES:
        yield Finding(path, README_LINES, f"the README has {length} lines, more than {README_LINES}.")


def files():
    for addon in addons():
        seen = {}
        for path in sorted((ADDONS / addon).rglob('*.xml')):
            yield from _xml(path, seen)
        for path in sorted((ADDONS / addon).rglob('*.csv')):
            yield from _csv(path)


def _xml(path, seen):
    text = path.read_text('utf-8')
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError as error:
        yield Finding(path, error.lineno or 1, f"not well-formed: {error.msg}.")
        return
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, sentence in OLD:
            if pattern.search(line):
                yield Finding(path, number, sentence)
    if 'static' in path.parts:
        return
    if root.tag != 'odoo':
        yield Finding(path, root.sourceline, "a data file's root is <odoo>.")
    for node in root.iter('record', 'template', 'menuitem'):
        xmlid = node.get('id')
        if not xmlid:
            yield Finding(path, node.sourceline, f"this <{node.tag}> has no id: an update would make it again.")
        elif xmlid in seen and '.' not in xmlid:
            yield Finding(path, node.sourceline,
                          f"the id {xmlid} is already in {seen[xmlid].name}: the later one overwrites it.")
        seen[xmlid] = path


def _csv(path):
    with path.open(encoding='utf-8', newline='') as handle:
        rows = list(csv.reader(handle))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            yield Finding(path, number, f"this row has {len(row)} columns, the first has {len(rows[0])}.")


def _normal(name):
    return re.sub(r'[-_.]+', '-', name).lower()
