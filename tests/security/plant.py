"""Runs in an Odoo shell: marks two rival lines with a canary each, finds what belongs to whom, lists the routes.

Prints one line `probe: {...}`: {'owned': {line: {model: ids}}, 'models': [...], 'routes': [[path, methods]]}.
Ownership is derived, not configured: a record belongs to a line if a many2one of it leads there, in three rounds;
what both lines claim is shared.
"""
import json

from odoo.tools import SQL

LINES = {'A': ('agent', 'dealer', 'store'), 'B': ('agent2', 'dealer2', 'store2')}
CANARY = {'A': 'ZQAA7F3KQZ', 'B': 'ZQBB9D1MQZ'}
ROUNDS = 3
# What everybody shares by design, though a many2one leads there.
SHARED = ('ir.model', 'ir.ui', 'ir.actions', 'bus.', 'ir.cron', 'base_import.', 'res.groups', 'res.lang')


def is_real(model):
    return not model._abstract and not model._transient and model._auto and model._table_query is None


def has_rows(model):
    env.cr.execute(SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(model._table)))
    return bool(env.cr.fetchone())


def own(roots):
    models = {
        name: model for name, model in env.items()
        if is_real(model) and not name.startswith(SHARED) and has_rows(model)}
    owned, newest = {}, {name: set(ids) for name, ids in roots.items()}
    for _round in range(ROUNDS + 1):
        for name, ids in newest.items():
            owned.setdefault(name, set()).update(ids)
        found = {}
        for name, model in models.items():
            model = model.sudo().with_context(active_test=False)
            for field in model._fields.values():
                if field.type == 'many2one' and field.store and newest.get(field.comodel_name):
                    ids = model.search([(field.name, 'in', list(newest[field.comodel_name]))]).ids
                    found.setdefault(name, set()).update(ids)
        for name, link in (('mail.message', 'model'), ('ir.attachment', 'res_model'), ('mail.followers', 'res_model')):
            for target, ids in newest.items():
                some = env[name].sudo().search([(link, '=', target), ('res_id', 'in', list(ids))]).ids
                found.setdefault(name, set()).update(some)
        newest = {name: ids - owned.get(name, set()) for name, ids in found.items() if ids - owned.get(name, set())}
    return owned


def mark(line, members):
    """The canary in what the line says and in what only we may see of it."""
    canary = CANARY[line]
    for member in members:
        member.note = f"<p>{canary} staff</p>"
        member.partner_id.comment = f"<p>{canary} staff</p>"
        member.partner_id.street2 = canary
    orders = env['sale.order'].sudo().search([('channel_member_id', 'in', members.ids)])
    orders.write({'note': f"<p>{canary}</p>"})
    private = env['product.pricelist'].sudo().create({'name': f"Contract {canary}"})
    members[0].pricelist_id = private
    for order in orders[:5]:
        order.message_post(body=f"internal {canary}", subtype_xmlid='mail.mt_note')
    env['ir.attachment'].sudo().create({
        'name': f"{canary}.txt", 'raw': canary.encode(), 'res_model': 'sale.order', 'res_id': orders[:1].id})
    return {'sale.order': orders.ids, 'product.pricelist': private.ids}


roots = {}
for line, logins in LINES.items():
    users = env['res.users'].search([('login', 'in', logins)])
    top = users.channel_link_ids.member_id.filtered(lambda member: not member.upstream_id)
    members = env['channel.member'].search([('id', 'child_of', top.ids)])
    extra = mark(line, users.channel_link_ids.member_id)
    people = env['res.users'].search([('channel_link_ids.member_id', 'in', members.ids)])
    roots[line] = {
        'channel.member': members.ids, 'res.users': people.ids,
        'res.partner': env['res.partner'].search([('id', 'child_of', members.partner_id.ids)]).ids, **extra}
owned = {line: own(root) for line, root in roots.items()}
for name in set(owned['A']) & set(owned['B']):
    both = owned['A'][name] & owned['B'][name]
    owned['A'][name] -= both
    owned['B'][name] -= both
routes = sorted({
    (rule.rule, ",".join(sorted(rule.methods or ('GET', 'POST')))) for rule in env['ir.http'].routing_map().iter_rules()
    if rule.endpoint.routing.get('type') == 'http'})
env.cr.commit()
print('probe: ' + json.dumps({
    'canary': CANARY,
    'owned': {line: {name: sorted(ids) for name, ids in models.items() if ids} for line, models in owned.items()},
    'models': sorted(name for name, model in env.items() if is_real(model)),
    'routes': routes,
}))
