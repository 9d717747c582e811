"""./dev stock check|rebuild [--members A,B]: compare the stock of members with its movements, and mend it.

check     tells every balance that is not the sum of its movements, and months without a table; changes nothing
rebuild   makes those balances anew from their movements; the movements are not touched
"""
import json

from . import databases, odoo
from .base import DATABASE, Problem, Watch, main, say

SCRIPT = """
import json
codes = json.loads({codes!r})
members = env['channel.member'].with_context(active_test=False).search([('code', 'in', codes)]) if codes else None
unknown = sorted(set(codes) - set(members.mapped('code'))) if codes else []
Stock, Entry = env['channel.stock'], env['channel.stock.entry']
wrong = Stock._check(members) if not unknown else []
mended = Stock._rebuild(members) if {rebuild} and not unknown else 0
if {rebuild}:
    Entry._create_partitions_ahead()
names = {{member.id: member.code for member in env['channel.member'].browse({{row['member_id'] for row in wrong}})}}
products = env['product.product'].browse({{row['product_id'] for row in wrong}})
skus = {{product.id: product.default_code for product in products}}
env.cr.commit()
print('stock: ' + json.dumps({{
    'unknown': unknown, 'mended': mended, 'left': len(Stock._check(members)) if {rebuild} else len(wrong),
    'months': Entry._find_missing_months(), 'wrong': [
        [names[row['member_id']], skus[row['product_id']] or '', row['lot_id'], row['state'], float(row['balance']),
         float(row['entries'])] for row in wrong]}}))
"""
MAX_SHOWN = 50


def read_arguments(arguments):
    """(whether to rebuild, codes of members), or None for arguments that mean nothing."""
    if not arguments or arguments[0] not in ('check', 'rebuild'):
        return None
    words = ' '.join(arguments[1:]).replace('=', ' ').split()
    if words and (words[0] != '--members' or len(words) != 2):
        return None
    return arguments[0] == 'rebuild', [code for code in words[1].split(',') if code] if words else []


def stock(arguments):
    wanted = read_arguments(arguments)
    if wanted is None:
        print(__doc__)
        return 2
    rebuild, codes = wanted
    if not databases.exists(DATABASE):
        raise Problem(f"there is no database {DATABASE} yet: ./dev up makes it.")
    watch = Watch()
    say("Rebuilding the stock balances" if rebuild else "Checking the stock balances")
    odoo.shell(DATABASE, SCRIPT.format(codes=json.dumps(codes), rebuild=rebuild), 'stock', what="looking at the stock")
    output = odoo.log_path('stock').read_text('utf-8')
    told = json.loads(output.rpartition('\nstock: ')[2].splitlines()[0])
    if told['unknown']:
        raise Problem(f"there is no member {', '.join(told['unknown'])}.")
    for member, sku, lot, state, balance, entries in told['wrong'][:MAX_SHOWN]:
        print(f"    {member} {sku}{f' lot {lot}' if lot else ''} {state}: balance {balance:g}, movements {entries:g}")
    for month in told['months']:
        print(f"    missing: {month}")
    say(f"    wrong: {len(told['wrong'])}, positions mended: {told['mended']}, {watch}")
    return 1 if told['left'] or told['months'] else 0


if __name__ == '__main__':
    main(stock)
