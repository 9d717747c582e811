"""A drawn world into a database: the first of each kind through the ORM, all others by COPY patterned on it."""
import csv
import gzip
import io
import time

from odoo.fields import Command
from odoo.tools import file_open

from .baskets import Baskets
from .bulk import Bulk
from .goods import Goods
from .history import load_history
from .network import Network
from .shapes import SHAPES, stream

QUIET = {
    'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True,
    'mail_auto_subscribe_no_notify': True, 'no_reset_password': True,
}
TAX_NAME = "13%"
MARKER = 'channel.bench.world'
MEMBER_TABLES = (
    'res_partner', 'channel_member', 'channel_member_channel_territory_rel', 'channel_member_ancestor_rel',
    'channel_member_link')
SINCE, UNTIL = '2025-01-01', '2028-12-31'
PORTAL_STORES = 40  # a dealer who looks at pages has as many stores below, at least
PORTAL_DEALERS = 5


def read_words():
    words = {}
    with file_open('distributor_portal/demo/names.csv') as file:
        for row in csv.DictReader(file):
            words.setdefault(row['kind'], []).append(row['zh'])
    return words


def read_divisions():
    """{code: name}, from the provinces to the streets"""
    with file_open('distributor_portal/data/geo/divisions.csv') as file:
        names = {row['code']: row['name'] for row in csv.DictReader(file)}
    with file_open('distributor_portal/data/geo/streets.csv.gz', 'rb') as file:
        text = io.TextIOWrapper(gzip.GzipFile(fileobj=file), 'utf-8')
        return names | {row['code']: row['name'] for row in csv.DictReader(text)}


def draw_world(name, seed):
    network = Network(SHAPES[name], seed, read_divisions(), read_words())
    return Baskets(network, Goods(SHAPES[name], seed, network))


def get_world(env, name, seed):
    """The loader of the world in this database, which is built if it is not there."""
    start = time.monotonic()
    world = Loader(env, draw_world(name, seed), say=lambda text: print(text, flush=True))
    if env['ir.config_parameter'].sudo().get_param(MARKER) == f'{name} {seed}':
        world.find()
        print(f"World {name} (seed {seed}) found", flush=True)
    else:
        world.load()
        world.finish()
        print(f"World {name} (seed {seed}) built in {time.monotonic() - start:.0f} s", flush=True)
    env.cr.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(f"    the database takes {env.cr.fetchone()[0]}", flush=True)
    return world


class Loader:
    """`baskets` holds the drawn world. Afterwards `products`, `warehouses`, `members` hold the ids of everything."""

    def __init__(self, env, baskets, say=print):
        self.env = env(context={**env.context, **QUIET, 'lang': 'en_US'})
        self.bulk, self.say = Bulk(env.cr), say
        self.baskets, self.network, self.goods = baskets, baskets.network, baskets.goods
        self.company = env.company
        self.tiers = {tier.code: tier.id for tier in env['channel.tier'].search([])}

    def load(self):
        self.env.cr.execute("SET synchronous_commit = off")  # while loading; what is measured later waits for the disk
        for step in (
            self.load_company, self.load_territories, self.load_catalogue, self.load_products, self.load_prices,
            self.load_warehouses, self.load_stock, self.load_members, self.load_licences, self.load_credit,
            self.load_ranks, self.load_people, self.load_past,
        ):
            start = time.monotonic()
            count = step()
            self.env.flush_all()
            self.env.cr.commit()
            self.env.invalidate_all()
            self.say(f"    {step.__name__.removeprefix('load_'):12} {count:>10,} in {time.monotonic() - start:6.1f} s")

    def finish(self):
        self.bulk.analyze()
        shape = self.network.shape
        self.env['ir.config_parameter'].set_param(MARKER, f'{shape.name} {self.network.seed}')
        self.env.cr.execute("SET synchronous_commit = on")
        self.env.cr.commit()
        self.env.registry.clear_all_caches()

    def find(self):
        """Find the ids again, in a database that was loaded earlier."""
        self._find_places()
        products = self.env['product.product'].with_context(active_test=False).search(
            [('default_code', '=like', 'W_____')], order='default_code')
        self.products, self.templates = products.ids, products.product_tmpl_id.ids
        codes = [code for code, _district in self.goods.warehouses]
        found = {warehouse.code: warehouse for warehouse in self.env['stock.warehouse'].search([('code', 'in', codes)])}
        self.warehouses = self.env['stock.warehouse'].union(*(found[code] for code in codes))
        self.env.cr.execute("SELECT code, id FROM channel_member")
        ids = dict(self.env.cr.fetchall())
        self.members = {tier: [ids[node.code] for node in nodes] for tier, nodes in self.network.tiers.items()}
        self.tax = self.env['account.tax'].search([('name', '=', TAX_NAME)], limit=1)
        self.categories = {category.name: category.id for category in self.env['product.category'].search([])}
        self.cases = {int(unit.relative_factor): unit.id
                      for unit in self.env['uom.uom'].search([('name', '=like', 'Case of %')])}
        self.pricelists = {
            tier: self.env['product.pricelist'].search([('name', '=', f"World, {tier}")]).id for tier in self.members}

    # === SETTING UP === #

    def load_company(self):
        """A maker in China: its currency, one tax, no invoices, the accounts of other systems and of headquarters."""
        yuan = self.env.ref('base.CNY')
        yuan.active = True
        self.company.write({
            'name': "World Maker", 'currency_id': yuan.id, 'country_id': self.env.ref('base.cn').id,
            'channel_invoice_on_receipt': False, 'stock_text_confirmation': False})
        self.env['product.pricelist'].search([('company_id', '=', self.company.id)]).currency_id = yuan
        group = self.env['account.tax.group'].create({
            'name': "VAT", 'country_id': self.env.ref('base.cn').id, 'company_id': self.company.id})
        self.tax = self.env['account.tax'].create({
            'name': TAX_NAME, 'amount': 13, 'type_tax_use': 'sale', 'tax_group_id': group.id,
            'country_id': self.env.ref('base.cn').id, 'company_id': self.company.id})
        self._create_user('integrator', 'distributor_portal.group_channel_integrator')
        self._create_user('hq', 'distributor_portal.group_channel_manager')
        return 1

    def _create_user(self, login, group, **values):
        return self.env['res.users'].create({
            'name': login, 'login': login, 'password': login, 'email': f'{login}@example.com', 'tz': 'Asia/Shanghai',
            'group_ids': [Command.set(self.env.ref(group).ids)], **values})

    def load_territories(self):
        Territory = self.env['channel.territory']
        Territory._load_divisions()
        Territory._load_streets()
        self.bulk.tables.add('channel_territory')
        self._find_places()
        return len(self.territories)

    def _find_places(self):
        self.env.cr.execute("SELECT code, id, latitude, longitude FROM channel_territory")
        self.territories, self.points = {}, {}
        for code, id_, latitude, longitude in self.env.cr.fetchall():
            self.territories[code], self.points[code] = id_, (latitude, longitude)

    # === GOODS === #

    def load_catalogue(self):
        """Categories, cases, price lists: few, through the ORM."""
        root = self.env['product.category'].create({'name': "World"})
        created = self.env['product.category'].create(
            [{'name': name, 'parent_id': root.id} for name in self.goods.categories])
        self.categories = dict(zip(self.goods.categories, created.ids, strict=True))
        sizes = sorted({product.case for product in self.goods.products})
        self.cases = dict(zip(sizes, self.env['uom.uom'].create([{
            'name': f"Case of {size}", 'relative_uom_id': self.env.ref('uom.product_uom_unit').id,
            'relative_factor': size, 'channel_code': 'case',
        } for size in sizes]).ids, strict=True))
        self.pricelists = {tier: self.env['product.pricelist'].create({
            'name': f"World, {tier}", 'currency_id': self.company.currency_id.id, 'company_id': self.company.id,
        }).id for tier in self.network.tiers}
        return len(created) + len(self.cases) + len(self.pricelists)

    def prepare_product(self, product):
        """As the ORM would be given it."""
        return {
            'name': product.name, 'default_code': product.sku, 'barcode': product.gtin, 'type': 'consu',
            'is_storable': True, 'invoice_policy': 'delivery', 'categ_id': self.categories[product.category],
            'list_price': product.price, 'standard_price': round(product.price * .45, 2),
            'taxes_id': [Command.set(self.tax.ids)], 'supplier_taxes_id': [Command.clear()],
            'uom_ids': [Command.set([self.cases[product.case]])], 'channel_multiple_qty': product.multiple,
            'channel_min_qty': product.minimum, 'sale_ok': product.state != 'old',
            'active': product.state != 'archived',
        }

    def load_products(self):
        first, *others = self.goods.products
        template = self.env['product.template'].create(self.prepare_product(first))
        variant = template.product_variant_id
        pack = self.env['product.uom'].create({
            'product_id': variant.id, 'uom_id': self.cases[first.case], 'barcode': first.case_gtin})
        self.env.flush_all()
        count = len(others)
        start, start_variant, start_pack = (
            self.bulk.reserve(table, count) for table in ('product_template', 'product_product', 'product_uom'))
        company = str(self.company.id)
        self.bulk.clone(
            'product_template', template.id,
            ('id', 'name', 'default_code', 'categ_id', 'list_price', 'channel_multiple_qty', 'channel_min_qty',
             'sale_ok', 'active'),
            ((start + i, {'en_US': product.name}, product.sku, self.categories[product.category], product.price,
              product.multiple, product.minimum, product.state != 'old', product.state != 'archived')
             for i, product in enumerate(others)))
        self.bulk.clone(
            'product_product', variant.id,
            ('id', 'product_tmpl_id', 'default_code', 'barcode', 'standard_price', 'active'),
            ((start_variant + i, start + i, product.sku, product.gtin, {company: round(product.price * .45, 2)},
              product.state != 'archived') for i, product in enumerate(others)))
        self.bulk.clone(
            'product_uom', pack.id, ('id', 'product_id', 'uom_id', 'barcode'),
            ((start_pack + i, start_variant + i, self.cases[product.case], product.case_gtin)
             for i, product in enumerate(others)))
        self.bulk.copy('product_taxes_rel', ('prod_id', 'tax_id'), ((start + i, self.tax.id) for i in range(count)))
        self.bulk.copy('product_template_uom_uom_rel', ('product_template_id', 'uom_uom_id'), (
            (start + i, self.cases[product.case]) for i, product in enumerate(others)))
        self.templates = [template.id, *range(start, start + count)]
        self.products = [variant.id, *range(start_variant, start_variant + count)]
        return count + 1

    def load_prices(self):
        (tier, place, price), *others = self.goods.draw_prices()
        item = self.env['product.pricelist.item'].create(self.prepare_item(tier, place, price))
        self.env.flush_all()
        start = self.bulk.reserve('product_pricelist_item', len(others))
        with self.bulk.unguarded('product_pricelist_item'):
            self.bulk.clone(
                'product_pricelist_item', item.id, ('id', 'pricelist_id', 'product_tmpl_id', 'fixed_price'),
                ((start + i, self.pricelists[tier], self.templates[place], price)
                 for i, (tier, place, price) in enumerate(others)))
        return len(others) + 1

    def prepare_item(self, tier, place, price):
        return {
            'pricelist_id': self.pricelists[tier], 'applied_on': '1_product', 'compute_price': 'fixed',
            'product_tmpl_id': self.templates[place], 'fixed_price': price}

    # === WAREHOUSES === #

    def load_warehouses(self):
        """Through the ORM: each brings locations, operation types, routes and sequences."""
        values = [{
            'name': f"{self.network.names[district]} {code}", 'code': code, 'company_id': self.company.id,
            'channel_territory_id': self.territories[district],
        } for code, district in self.goods.warehouses]
        first = self.env['stock.warehouse'].search([('company_id', '=', self.company.id)], limit=1)
        first.write(values[0])
        self.warehouses = first + self.env['stock.warehouse'].create(values[1:])
        return len(values)

    def load_ranks(self):
        """The nearest warehouses of every street, which a job does elsewhere."""
        return self.env['channel.source.rank']._rank(self.company)

    def load_stock(self):
        (i, j, qty), *others = self.goods.draw_stock()
        self.env['stock.quant']._update_available_quantity(
            self.env['product.product'].browse(self.products[j]), self.warehouses[i].lot_stock_id, qty)
        self.env.flush_all()
        quant = self.env['stock.quant'].search(
            [('product_id', '=', self.products[j]), ('location_id', '=', self.warehouses[i].lot_stock_id.id)])
        start = self.bulk.reserve('stock_quant', len(others))
        locations = self.warehouses.lot_stock_id.ids
        with self.bulk.unguarded('stock_quant'):
            self.bulk.clone(
                'stock_quant', quant.id, ('id', 'product_id', 'location_id', 'quantity'),
                ((start + n, self.products[j], locations[i], qty) for n, (i, j, qty) in enumerate(others)))
        return len(others) + 1

    # === NETWORK === #

    def prepare_partner(self, node):
        names = self.network.names
        return {
            'name': node.name, 'is_company': True, 'street': node.street, 'city': names[node.place[:4]],
            'country_id': self.env.ref('base.cn').id, 'phone': node.phone, 'email': f'{node.code.lower()}@example.com',
            'ref': node.code}

    def prepare_member(self, node, partner_id):
        upper = {'agent': None, 'dealer': 'agent', 'store': 'dealer'}[node.tier]
        return {
            'code': node.code, 'partner_id': partner_id, 'segment': node.segment, 'company_id': self.company.id,
            'tier_id': self.tiers[node.tier],
            'upstream_id': upper and self.members[upper][node.upstream],
            'territory_ids': [Command.set([self.territories[node.territory]])],
            'street_id': self.territories[node.place], 'pricelist_id': self.pricelists[node.tier]}

    def load_members(self):
        self.members, self.paths = {}, {}
        with self.bulk.unguarded(*MEMBER_TABLES):
            for tier, nodes in self.network.tiers.items():
                self._load_tier(tier, nodes)
        return sum(len(nodes) for nodes in self.network.tiers.values())

    def _load_tier(self, tier, nodes):
        first, *others = nodes
        partner = self.env['res.partner'].create(self.prepare_partner(first))
        member = self.env['channel.member'].create(self.prepare_member(first, partner.id))
        self.env.flush_all()
        count = len(others)
        start, start_partner, start_link = (
            self.bulk.reserve(table, count) for table in ('channel_member', 'res_partner', 'channel_member_link'))
        self.members[tier] = [member.id, *range(start, start + count)]
        upper = {'agent': [], 'dealer': self.members['agent'], 'store': self.members.get('dealer')}[tier]
        above = [(*self.paths[upper[node.upstream]], upper[node.upstream]) if upper else () for node in nodes]
        self.paths |= dict(zip(self.members[tier], above, strict=True))
        self._clone_partners(partner, start_partner, others)
        self.bulk.clone(
            'channel_member', member.id,
            ('id', 'partner_id', 'name', 'code', 'upstream_id', 'street_id', 'latitude', 'longitude', 'segment',
             'parent_path'),
            ((start + i, start_partner + i, node.name, node.code, path[-1] if path else None,
              self.territories[node.place], *self.points[node.place], node.segment,
              ''.join(f'{id_}/' for id_ in (*path, start + i)))
             for i, (node, path) in enumerate(zip(others, above[1:], strict=True))))
        self.bulk.copy(
            'channel_member_channel_territory_rel', ('channel_member_id', 'channel_territory_id'),
            ((start + i, self.territories[node.territory]) for i, node in enumerate(others)))
        self.bulk.copy('channel_member_ancestor_rel', ('member_id', 'ancestor_id'), (
            (start + i, ancestor) for i, path in enumerate(above[1:]) for ancestor in (*path, start + i)))
        self.bulk.clone(
            'channel_member_link', member.link_ids.id, ('id', 'member_id', 'upstream_id'),
            ((start_link + i, start + i, path[-1] if path else None) for i, path in enumerate(above[1:])))

    def _clone_partners(self, pattern, start, nodes):
        names = self.network.names
        # Without the library for phone numbers Odoo keeps them as they are.
        is_raw = pattern.phone_sanitized == pattern.phone
        self.bulk.clone(
            'res_partner', pattern.id,
            ('id', 'name', 'complete_name', 'commercial_company_name', 'commercial_partner_id', 'street', 'city',
             'phone', 'phone_sanitized', 'email', 'email_normalized', 'ref'),
            ((start + i, node.name, node.name, node.name, start + i, node.street, names[node.place[:4]], node.phone,
              node.phone if is_raw else node.phone.replace(' ', ''), *[f'{node.code.lower()}@example.com'] * 2,
              node.code)
             for i, node in enumerate(nodes)))

    def prepare_licence(self, licence):
        tier, place = licence.holder
        return {
            'name': licence.contract, 'member_id': self.members[tier][place], 'date_from': SINCE, 'date_to': UNTIL,
            'categ_ids': [Command.set([self.categories[name] for name in licence.categories])],
            'territory_ids': [Command.set([self.territories[code] for code in licence.territories])]}

    def load_licences(self):
        first, *others = self.baskets.licences
        grant = self.env['channel.authorization'].create(self.prepare_licence(first))
        self.env.flush_all()
        start = self.bulk.reserve('channel_authorization', len(others))
        self.bulk.clone(
            'channel_authorization', grant.id, ('id', 'name', 'member_id'),
            ((start + i, licence.contract, self.members[licence.holder[0]][licence.holder[1]])
             for i, licence in enumerate(others)))
        self.bulk.copy(
            'channel_authorization_product_category_rel', ('channel_authorization_id', 'product_category_id'),
            ((start + i, self.categories[name]) for i, licence in enumerate(others) for name in licence.categories))
        self.bulk.copy(
            'channel_authorization_channel_territory_rel', ('channel_authorization_id', 'channel_territory_id'),
            ((start + i, self.territories[code]) for i, licence in enumerate(others) for code in licence.territories))
        return len(others) + 1

    def load_credit(self):
        (tier, place, limit), *others = self.network.draw_limits()
        line = self.env['channel.credit.line'].create(
            {'member_id': self.members[tier][place], 'limit_amount': limit})
        self.env.flush_all()
        start = self.bulk.reserve('channel_credit_line', len(others))
        upper = {'agent': None, 'dealer': 'agent', 'store': 'dealer'}
        with self.bulk.unguarded('channel_credit_line'):
            self.bulk.clone(
                'channel_credit_line', line.id,
                ('id', 'member_id', 'limit_amount', 'ceiling_amount', 'tier_id', 'upstream_id'),
                ((start + i, self.members[tier][place], limit, limit, self.tiers[tier],
                  upper[tier] and self.members[upper[tier]][self.network.tiers[tier][place].upstream])
                 for i, (tier, place, limit) in enumerate(others)))
        return len(others) + 1

    # === PEOPLE === #

    def get_portal_nodes(self):
        """[(login, tier, place)]: dealers with many stores below, one of their stores each, and an agent."""
        stores = {}
        for place, node in enumerate(self.network.stores):
            stores.setdefault(node.upstream, []).append(place)
        largest = max(stores, key=lambda place: len(stores[place]))
        large = [place for place, below in stores.items() if len(below) >= PORTAL_STORES]
        drawn = stream(self.network.seed, 'people').sample(large, min(PORTAL_DEALERS, len(large)))
        chosen = list(dict.fromkeys([largest, *drawn]))
        return [
            ('agent1', 'agent', self.network.dealers[chosen[0]].upstream),
            *((f'dealer{n}', 'dealer', place) for n, place in enumerate(chosen, 1)),
            *((f'store{n}', 'store', stores[place][0]) for n, place in enumerate(chosen, 1))]

    def load_people(self):
        nodes = self.get_portal_nodes()
        for login, tier, place in nodes:
            member = self.env['channel.member'].browse(self.members[tier][place])
            partner = self.env['res.partner'].create({
                'name': login, 'parent_id': member.partner_id.id, 'email': f'{login}@example.com'})
            user = self._create_user(login, 'base.group_portal', partner_id=partner.id)
            self.env['channel.member.user'].create({'member_id': member.id, 'user_id': user.id, 'role': 'owner'})
        return len(nodes)

    def load_past(self):
        return load_history(self)
