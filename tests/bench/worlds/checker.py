"""Is a bulk-loaded world what the ORM would have made of it?

Three looks at a random sample: a twin of a row, made through the ORM and taken back, has the same stored columns; what
is stored of computed fields stays as it is when it is computed anew; and what a search through parent_path, through the
ancestors and through the record rules finds is the same.
"""
import random
import re
import time

from odoo.tools import SQL

from .goods import Product, with_check_digit
from .loader import Loader

# A column that two rows may not share, or that says when and in which sequence they came.
OWN = {'id', 'create_date', 'write_date', 'in_date'}
# What is read of an order when it is computed anew; the invoices of the past are not in the world.
COMPUTED = {
    'res.partner': (), 'channel.member': (), 'product.template': (), 'product.product': (), 'channel.authorization': (),
    'channel.credit.line': (), 'stock.quant': (), 'product.pricelist.item': (), 'sale.order': (), 'sale.order.line': (),
    'stock.picking': (), 'stock.move': (), 'channel.receipt': ()}


def check(world: Loader, size: int, seed: int) -> list[str]:
    start = time.monotonic()
    checker = Checker(world, size, seed)
    differences = checker.check()
    print(f"    {checker.compared:,} comparisons with what the ORM makes: {len(differences) or 'no'} differences "
          f"({time.monotonic() - start:.0f} s)", flush=True)
    return differences


class Checker:
    """`differences` are sentences; none means that the sample is as it should be."""

    def __init__(self, loader: Loader, size: int, seed: int):
        self.loader, self.env, self.size = loader, loader.env, size
        self.random = random.Random(f'{seed} check')
        self.differences, self.compared = [], 0

    def check(self):
        for look in (self.check_members, self.check_products, self.check_licences, self.check_prices,
                     self.check_stock, self.check_computed, self.check_network, self.check_orders):
            self.env.cr.execute("SAVEPOINT look")
            look()
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.cr.execute("ROLLBACK TO SAVEPOINT look")
        self.check_sequences()
        return self.differences

    # === TWINS === #

    def check_members(self):
        """Partner, member, territories, ancestors, history and credit line."""
        for tier, nodes in self.loader.network.tiers.items():
            for place in self._sample(range(len(nodes))):
                node, bulk = nodes[place], self.loader.members[tier][place]
                twin = node._replace(code=f'{node.code}X')
                partner = self.env['res.partner'].create(
                    {**self.loader.prepare_partner(node), 'ref': node.code})
                member = self.env['channel.member'].create(self.loader.prepare_member(twin, partner.id))
                self.env.flush_all()
                member_partner = self.env['channel.member'].browse(bulk).partner_id.id
                self._compare('res_partner', member_partner, partner.id)
                self._compare('channel_member', bulk, member.id, same={partner.id: member_partner}, but={'code'})
                for table, column in (('channel_member_channel_territory_rel', 'channel_member_id'),
                                      ('channel_member_ancestor_rel', 'member_id'),
                                      ('channel_member_link', 'member_id')):
                    self._compare_sets(table, column, bulk, member.id)
                limit = self.loader.baskets.limits.get((tier, place))
                if limit is not None:
                    self._check_credit(bulk, member.id, limit)

    def _check_credit(self, bulk, member, limit):
        line = self.env['channel.credit.line'].create({'member_id': member, 'limit_amount': limit})
        self.env.flush_all()
        self.env.cr.execute("SELECT id FROM channel_credit_line WHERE member_id = %s", [bulk])
        self._compare('channel_credit_line', self.env.cr.fetchone()[0], line.id, same={member: bulk},
                      but={'used_amount'})

    def check_products(self):
        for place in self._sample(range(len(self.loader.goods.products))):
            product: Product = self.loader.goods.products[place]
            values = self.loader.prepare_product(product) | {'barcode': with_check_digit(f'7{product.gtin[1:12]}')}
            template = self.env['product.template'].create(values)
            variant = template.with_context(active_test=False).product_variant_ids
            pack = self.env['product.uom'].create({
                'product_id': variant.id, 'uom_id': self.loader.cases[product.case],
                'barcode': with_check_digit(f'2{product.case_gtin[1:13]}')})
            self.env.flush_all()
            bulk, bulk_variant = self.loader.templates[place], self.loader.products[place]
            same = {template.id: bulk, variant.id: bulk_variant}
            self._compare('product_template', bulk, template.id)
            self._compare('product_product', bulk_variant, variant.id, same=same, but={'barcode'})
            self.env.cr.execute("SELECT id FROM product_uom WHERE product_id = %s", [bulk_variant])
            self._compare('product_uom', self.env.cr.fetchone()[0], pack.id, same=same, but={'barcode'})
            for table, column in (('product_taxes_rel', 'prod_id'), ('product_supplier_taxes_rel', 'prod_id'),
                                  ('product_template_uom_uom_rel', 'product_template_id')):
                self._compare_sets(table, column, bulk, template.id)

    def check_licences(self):
        for licence in self._sample(self.loader.baskets.licences):
            grant = self.env['channel.authorization'].create(self.loader.prepare_licence(licence))
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT id FROM channel_authorization WHERE name = %s AND id != %s", [licence.contract, grant.id])
            bulk = self.env.cr.fetchone()[0]
            self._compare('channel_authorization', bulk, grant.id)
            for table in ('channel_authorization_product_category_rel', 'channel_authorization_channel_territory_rel'):
                self._compare_sets(table, 'channel_authorization_id', bulk, grant.id)

    def check_prices(self):
        for tier, place, price in self._sample(list(self.loader.goods.draw_prices())):
            item = self.env['product.pricelist.item'].create(self.loader.prepare_item(tier, place, price))
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT id FROM product_pricelist_item WHERE pricelist_id = %s AND product_tmpl_id = %s AND id != %s",
                [self.loader.pricelists[tier], self.loader.templates[place], item.id])
            self._compare('product_pricelist_item', self.env.cr.fetchone()[0], item.id)

    def check_stock(self):
        """The same quantity, put there by Odoo's own method, in place of the loaded row."""
        for i, j, _qty in self._sample(list(self.loader.goods.draw_stock())):
            location, product = self.loader.warehouses[i].lot_stock_id, self.loader.products[j]
            self.env.cr.execute(
                "SELECT id, quantity FROM stock_quant WHERE location_id = %s AND product_id = %s",
                [location.id, product])
            bulk, qty = self.env.cr.fetchone()
            before = self._read('stock_quant', bulk)
            self.env.cr.execute("DELETE FROM stock_quant WHERE id = %s", [bulk])
            self.env.invalidate_all()
            self.env['stock.quant']._update_available_quantity(
                self.env['product.product'].browse(product), location, float(qty))
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT id FROM stock_quant WHERE location_id = %s AND product_id = %s", [location.id, product])
            self._note('stock_quant', bulk, before, self._read('stock_quant', self.env.cr.fetchone()[0]))

    # === COMPUTED ANEW === #

    def check_computed(self):
        """Every stored computed field of a sample, as it is and as it is computed now."""
        for name in COMPUTED:
            model = self.env[name].with_context(active_test=False)
            self.env.cr.execute(SQL("SELECT min(id), max(id) FROM %s", SQL.identifier(model._table)))
            low, high = self.env.cr.fetchone()
            ids = {self.random.randint(low, high) for _i in range(self.size)}
            records = model.browse(sorted(ids)).exists()
            computed = [field for field in model._fields.values() if field.store and field.compute
                        and not field.related and field.column_type and field.readonly]
            before = {record.id: self._read(model._table, record.id) for record in records}
            for field in computed:
                self.env.add_to_compute(field, records)
            records._recompute_recordset([field.name for field in computed])
            self.env.flush_all()
            for record in records:
                self._note(model._table, record.id, before[record.id], self._read(model._table, record.id))

    # === THE NETWORK, THE ORDERS === #

    def check_network(self):
        """What lies below, by upstream, by parent_path and by ancestors."""
        Member = self.env['channel.member']
        for place in self._sample(range(len(self.loader.network.dealers))):
            dealer = Member.browse(self.loader.members['dealer'][place])
            drawn = {self.loader.members['store'][i] for i, node in enumerate(self.loader.network.stores)
                     if node.upstream == place} | {dealer.id}
            by_path = set(Member.search([('id', 'child_of', dealer.id)]).ids)
            by_ancestors = set(Member.search([('ancestor_ids', 'in', dealer.ids)]).ids)
            if not drawn == by_path == by_ancestors:
                self.differences.append(f"{dealer.code}: {len(drawn)} drawn below, {len(by_path)} found by path, "
                                        f"{len(by_ancestors)} by ancestors")
            self.compared += 1

    def check_orders(self):
        """An order of the past is whole: its content unchanged, its delivery complete, its credit released."""
        orders = self.env['sale.order'].search([('channel_external_id', '=like', 'PAST-S%')])
        for order in orders.browse(self._sample(orders.ids)):
            shipped = order.picking_ids._channel_get_shipped()
            wanted = {line.product_id: line.product_uom_qty for line in order.order_line}
            if order._channel_is_changed() or shipped != wanted or order.channel_credit_amount:
                self.differences.append(f"{order.name} is not whole")
            self.compared += 1
        if self.env['channel.credit.line']._find_differences():
            self.differences.append("the credit counters differ from what the orders hold")

    def check_sequences(self):
        """The next row of each table gets an id that is free."""
        for table in sorted(self.loader.bulk.tables):
            self.env.cr.execute("SELECT pg_get_serial_sequence(%s, 'id') FROM information_schema.columns "
                                "WHERE table_name = %s AND column_name = 'id'", [table, table])
            found = self.env.cr.fetchone()
            if not found:
                continue
            self.env.cr.execute(SQL("SELECT last_value >= (SELECT max(id) FROM %s) FROM %s",
                                    SQL.identifier(table), SQL(found[0])))
            if not self.env.cr.fetchone()[0]:
                self.differences.append(f"{table}: the sequence of its ids stands behind them")
            self.compared += 1

    # === COMPARING === #

    def _sample(self, things):
        return self.random.sample(things, min(self.size, len(things)))

    def _read(self, table, id_):
        self.env.cr.execute(SQL("SELECT * FROM %s WHERE id = %s", SQL.identifier(table), id_))
        return dict(zip((column.name for column in self.env.cr.description), self.env.cr.fetchone(), strict=True))

    def _compare(self, table, bulk, twin, same=None, but=()):
        """:param same: {id in the twin: id in the loaded row}"""
        same = {**(same or {}), twin: bulk}
        made = {column: same.get(value, value) if column.endswith('_id') else value
                for column, value in self._read(table, twin).items()}
        if made.get('parent_path'):
            made['parent_path'] = re.sub(rf'\b{twin}/$', f'{bulk}/', made['parent_path'])
        self._note(table, bulk, self._read(table, bulk), made, but)

    def _compare_sets(self, table, column, bulk, twin):
        """Rows of a table that belong to the two."""
        sets = []
        for id_ in (bulk, twin):
            self.env.cr.execute(SQL(
                "SELECT to_jsonb(t) - '{id,create_date,write_date}'::text[] FROM %s t WHERE %s = %s",
                SQL.identifier(table), SQL.identifier(column), id_))
            sets.append({tuple(sorted((name, bulk if value == twin else value) for name, value in row.items()))
                         for row, in self.env.cr.fetchall()})
        self.compared += 1
        if sets[0] != sets[1]:
            self.differences.append(f"{table} of {bulk}: loaded {sets[0] - sets[1]}, made {sets[1] - sets[0]}")

    def _note(self, table, id_, loaded, made, but=()):
        self.compared += 1
        for column in loaded.keys() - OWN - set(but):
            if _plain(loaded[column]) != _plain(made[column]):
                self.differences.append(
                    f"{table}.{column} of {id_}: loaded {loaded[column]!r}, made {made[column]!r}")


def _plain(value):
    return round(float(value), 6) if isinstance(value, (float, int)) or hasattr(value, 'quantize') else value
