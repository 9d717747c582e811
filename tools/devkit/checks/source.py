"""Odoo's models as they stand in the source: read, not imported."""
import ast
from dataclasses import dataclass
from pathlib import Path

from .finding import python_files

KINDS = {'Model', 'TransientModel', 'AbstractModel'}


@dataclass(frozen=True)
class ModelClass:
    path: Path
    node: ast.ClassDef
    kind: str
    name: str | None  # What `_name` says.
    inherit: tuple[str, ...]

    @property
    def is_new(self):
        """Does this class make a model, and not extend one?"""
        return bool(self.name) and self.name not in self.inherit

    def fields(self):
        return {name for item in self.node.body if isinstance(item, ast.Assign) for name in _names(item)}


def model_classes():
    for path in python_files('models', 'wizards', 'report'):
        for node in ast.parse(path.read_text('utf-8')).body:
            if isinstance(node, ast.ClassDef) and (kind := _kind(node)):
                values = {
                    name: item.value for item in node.body if isinstance(item, ast.Assign) for name in _names(item)
                }
                name = _literal(values.get('_name'))
                inherit = _literal(values.get('_inherit')) or ()
                yield ModelClass(path, node, kind, name, (inherit,) if isinstance(inherit, str) else tuple(inherit))


def _kind(node):
    for base in node.bases:
        if isinstance(base, ast.Attribute) and base.attr in KINDS:
            return base.attr
    return None


def _names(item):
    return [target.id for target in item.targets if isinstance(target, ast.Name)]


def _literal(node):
    try:
        return ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
