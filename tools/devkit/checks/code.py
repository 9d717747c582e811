"""Rules about Python code that ruff and pylint-odoo do not know."""
import ast

from .finding import Finding, python_files
from .source import model_classes

MAX_LINES = 50
# Models that are nothing but a part of a request: its routing, and the door.
OF_A_REQUEST = {'ir_http.py', 'res_users_door.py'}
# An engine is arithmetic: the same in, the same out.
ENGINE_BANNED = {'odoo', 'requests', 'urllib', 'socket', 'random', 'secrets', 'psycopg2', 'werkzeug'}
ENGINE_ALLOWED = {'urllib.parse'}  # Takes addresses apart, and goes nowhere.
CLOCKS = {'now', 'today', 'utcnow', 'time'}
# Odoo's own public methods: who overrides one inherits its checks.
ODOO_PUBLIC = {
    'create', 'write', 'unlink', 'read', 'copy', 'copy_data', 'default_get', 'name_search', 'name_create', 'fields_get',
    'search_fetch', 'web_read', 'web_search_read', 'get_views', 'get_view', 'onchange', 'init', 'message_post',
}
CHECKS = {'check_access', 'has_access', 'check_access_rights', 'check_access_rule'}
ALLOWED_DECORATORS = {'model', 'private', 'model_create_multi'}


def engines():
    """engine/ imports neither Odoo nor the outside world, and is told the time."""
    for path in python_files('engine'):
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            for module in _imported(node):
                is_other_engine = module.startswith('odoo.addons.') and module.split('.')[3:4] == ['engine']
                if module.split('.')[0] in ENGINE_BANNED and module not in ENGINE_ALLOWED and not is_other_engine:
                    yield Finding(path, node.lineno, f"an engine is pure Python: it must not import {module}.")
            if _is_clock(node):
                yield Finding(path, node.lineno, "an engine is told the time: take `now` or `today` as an argument.")


def models():
    """No `request` in a model; no public method that nobody guards."""
    for path in python_files('models', 'wizards', 'report'):
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            if 'request' in names and path.name not in OF_A_REQUEST:
                yield Finding(path, node.lineno, "`request` stays in controllers/: a model must work in a cron too.")
    for model in model_classes():
        if model.kind == 'TransientModel':
            continue  # A wizard's rows belong to who made them; Odoo itself sees to that.
        lines = model.path.read_text('utf-8').splitlines()
        for method in model.node.body:
            is_public = isinstance(method, ast.FunctionDef) and not method.name.startswith('_')
            if is_public and not _is_guarded(method, lines):
                yield Finding(model.path, method.lineno,
                              f"{method.name}() can be called by any user over RPC: check_access first, "
                              "make it private, or say why not in a comment `# public: …` on its line.")


def controllers():
    """No controller class takes another's method away: Odoo makes one class of all that extend the same."""
    kept = {}
    for path in python_files('controllers'):
        for node in ast.parse(path.read_text('utf-8')).body:
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if not isinstance(method, ast.FunctionDef) or _calls_super(method):
                    continue
                first = kept.setdefault(method.name, path)
                if first != path:
                    yield Finding(path, method.lineno, f"{method.name}() is in {first.name} too, and one "
                                  "of them is lost: call super(), or choose another name.")


def lengths():
    for path in python_files():
        if 'tests' in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text('utf-8'))):
            if isinstance(node, ast.FunctionDef) and (length := node.end_lineno - node.lineno + 1) > MAX_LINES:
                yield Finding(path, node.lineno, f"{node.name}() has {length} lines, more than {MAX_LINES}.")


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module]
    return []


def _calls_super(method):
    return any(isinstance(node, ast.Name) and node.id == 'super' for node in ast.walk(method))


def _is_clock(node):
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and ast.unparse(node.func.value).split('.')[-1] in ('datetime', 'date', 'time')
    )


def _is_guarded(method, lines):
    decorators = {ast.unparse(decorator).split('.')[-1].split('(')[0] for decorator in method.decorator_list}
    if decorators & ALLOWED_DECORATORS or method.name in ODOO_PUBLIC or '# public: ' in lines[method.lineno - 1]:
        return True
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            overrides = ast.unparse(node.func.value) == 'super()' and node.func.attr == method.name
            if overrides or node.func.attr in CHECKS:
                return True
    return False
