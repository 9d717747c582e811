"""Every model has access rights, and every model that a portal user may read has a rule."""
import csv
from collections import defaultdict

from lxml import etree

from ..base import ADDONS, addons
from .finding import Finding
from .source import model_classes

PORTAL = {'base.group_portal', 'base.group_public', ''}  # '': a right for everybody.


def rights():
    """Each new model stands in its own addon's ir.model.access.csv; an AbstractModel has no table to guard."""
    listed = {(addon, row['model_id:id'].split('.')[-1]) for addon, _path, _line, row in _rows()}
    for model in model_classes():
        addon = model.path.relative_to(ADDONS).parts[0]
        if model.is_new and model.kind != 'AbstractModel' and (addon, _xmlid(model.name)) not in listed:
            yield Finding(model.path, model.node.lineno,
                          f"the model {model.name} is not in {addon}/security/ir.model.access.csv.")


def rules():
    """A portal right without a rule shows every row to every dealer."""
    groups = PORTAL | _portal_groups()
    ruled = _ruled()
    fields = defaultdict(set)
    for model in model_classes():
        for name in {model.name, *model.inherit} - {None}:
            fields[_xmlid(name)] |= model.fields()
    for addon, path, line, row in _rows():
        group = row['group_id:id']
        if row['perm_read'] != '1' or _full(addon, group) not in groups:
            continue
        model = row['model_id:id'].split('.')[-1]
        readable = f"{model} is readable for {group or 'everybody'}"
        if not ruled[model]:
            yield Finding(path, line, f"{readable}, but no ir.rule narrows it.")
        elif not any(rule_groups & groups for rule_groups in ruled[model] if rule_groups):
            yield Finding(path, line, f"{readable}, but no ir.rule is for portal users.")
        elif 'company_id' in fields[model] and frozenset() not in ruled[model]:
            yield Finding(path, line, f"{model} has a company, but no rule for everybody keeps companies apart.")


def _rows():
    for addon in addons():
        path = ADDONS / addon / 'security' / 'ir.model.access.csv'
        if path.exists():
            with path.open(encoding='utf-8', newline='') as handle:
                for line, row in enumerate(csv.DictReader(handle), 2):
                    yield addon, path, line, row


def _records(model):
    for addon in addons():
        for path in sorted((ADDONS / addon).glob('*/*.xml')):
            for record in etree.parse(path).iter('record'):
                if record.get('model') == model:
                    yield addon, record


def _portal_groups():
    """Our groups that imply the portal group, at any depth."""
    implied = {}
    for addon, record in _records('res.groups'):
        words = ' '.join(field.get('eval', '') for field in record.iter('field') if field.get('name') == 'implied_ids')
        implied[_full(addon, record.get('id'))] = {_full(addon, word) for word in _refs(words)}
    found = set()
    while more := {name for name, names in implied.items() if names & (PORTAL | found)} - found:
        found |= more
    return found


def _ruled():
    """Model -> the groups of each of its rules; an empty set is a rule for everybody."""
    ruled = defaultdict(list)
    for addon, record in _records('ir.rule'):
        values = {field.get('name'): field for field in record.iter('field')}
        model = values['model_id'].get('ref', '').split('.')[-1] if 'model_id' in values else ''
        names = _refs(values['groups'].get('eval', '')) if 'groups' in values else ()
        ruled[model].append(frozenset(_full(addon, name) for name in names))
    return ruled


def _refs(expression):
    return [part.split("'")[1] for part in expression.replace('"', "'").split('ref(')[1:]]


def _full(addon, name):
    return name if '.' in name or not name else f'{addon}.{name}'


def _xmlid(model):
    return 'model_' + model.replace('.', '_')
