"""Runs in an Odoo shell: every route of ours, found in the routing map, and what each reads.

Prints one line `routes: [...]` of {'path', 'type', 'methods', 'auth', 'csrf', 'ids', 'params', 'files'}. Limits on how
much one sends are put out of the way: they have tests of their own.
"""
import inspect
import json

found = {}
for rule in env['ir.http'].routing_map().iter_rules():
    method = inspect.unwrap(getattr(rule.endpoint.func, '__func__', rule.endpoint.func))
    is_ours = method.__module__.startswith(('odoo.addons.distributor_portal.', 'odoo.addons.channel_'))
    if not is_ours and not rule.rule.startswith(('/my/channel', '/channel/')):
        continue
    routing = rule.endpoint.routing
    converters = {name: type(one).__name__ for name, one in rule._converters.items()}
    methods = sorted(set(rule.methods or ('GET', 'POST')) - {'HEAD', 'OPTIONS'})
    if routing['type'] == 'jsonrpc':
        methods = ['POST']
    found[rule.rule, tuple(methods)] = {
        'path': rule.rule, 'type': routing['type'], 'methods': methods, 'auth': routing['auth'],
        'csrf': routing.get('csrf', True),
        'ids': [name for name, kind in converters.items() if kind != 'AnyConverter'],
        'params': [
            name for name, one in inspect.signature(method).parameters.items()
            if name not in ('self', *converters) and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)],
    }
for kind in ('post', 'upload', 'invite', 'export', 'public'):
    env['ir.config_parameter'].set_param(f'channel.rate.{kind}', '1000000/1')
env.cr.commit()
print('routes: ' + json.dumps(sorted(found.values(), key=lambda one: (one['path'], one['methods']))))
