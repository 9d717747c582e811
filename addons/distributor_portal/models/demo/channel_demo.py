import base64
import csv
import gzip
import io
import math
import random

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Command
from odoo.tools import file_open

from ...engine import place_in_district

MARKER = 'distributor_portal.demo_channel'
SEED = 2026
CHINESE = 'zh_CN'
QUIET = {
    'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True,
    'mail_auto_subscribe_no_notify': True, 'no_reset_password': True,
}
DEALERS_PER_AGENT = 10
STORES_PER_DEALER = 5
# Median of the credit limits in CNY, and how widely they spread (sigma of a log-normal distribution).
CREDIT = {'agent': (3_000_000, .4), 'dealer': (400_000, .5), 'store': (40_000, .35)}
SEGMENTS = ('vip', 'core', 'core', 'regular', 'regular', 'regular')
CONTRACT_DATES = {'date_from': '2026-01-01', 'date_to': '2027-12-31'}


class ChannelDemo(models.AbstractModel):
    """A channel to try everything on: the fictional maker Hequan, its network, its goods and a few days of orders.

    Always the same, whatever machine it is loaded on. Goods and orders stand in channel_demo_goods and
    channel_demo_orders, what is in them in the addon's folder `demo`.
    """

    _name = 'channel.demo'
    _description = "Demo Channel"

    @api.model
    def _load(self):
        """Load the demo channel into the main company; again changes nothing. :return: whether it was loaded now"""
        if self.env['ir.config_parameter'].sudo().get_param(MARKER):
            return False
        company = self.env.ref('base.main_company')
        self = self.with_user(SUPERUSER_ID).with_company(company).with_context(**QUIET, lang='en_US')
        self._load_company(company)
        products = self._load_products()
        self._load_stock(products, self._load_warehouses(company))
        members = self._load_members()
        self._load_licences(members)
        self._load_credit(members)
        self._load_users(members)
        self._load_orders()
        self._load_stories(members)
        self.env['ir.config_parameter'].set_param(MARKER, SEED)
        return True

    @api.model
    def _load_stories(self, members):
        """What shows a single feature, after network, goods and orders are there. Files of the feature extend it."""

    # === HELPERS === #

    @api.model
    def _read(self, name):
        with file_open(f'distributor_portal/demo/{name}.csv') as file:
            return list(csv.DictReader(file))

    @api.model
    def _get_random(self, topic):
        """Its own numbers for each topic: a change in one leaves the others as they were."""
        return random.Random(f'{SEED} {topic}')  # noqa: S311  no secrets here

    @api.model
    def _name_records(self, records_by_name):
        """Give records an XML id. They survive an update of the module, since no data file names them."""
        self.env['ir.model.data']._update_xmlids([
            {'xml_id': f'distributor_portal.{name}', 'record': record, 'noupdate': True}
            for name, record in records_by_name.items()
        ])

    @api.model
    def _translate(self, names):
        """:param names: {record: its name in Chinese}"""
        if CHINESE in dict(self.env['res.lang'].get_installed()):
            for record, name in names.items():
                record.update_field_translations('name', {CHINESE: name})

    # === COMPANY === #

    @api.model
    def _load_company(self, company):
        """The maker: in China, and in its currency as long as nothing has been booked in another."""
        company.write({
            'name': "禾泉食品饮料 Hequan Food & Drinks",
            'country_id': self.env.ref('base.cn').id,
            'state_id': self._get_state("广东省").id,
            'city': "广州市",
            'street': "黄埔区开发大道 218 号",
            'phone': "+86 140 0000 0000",
            'email': 'hq@example.com',
            'logo': self._read_picture('logo.png'),
            'stock_text_confirmation': False,  # no text messages to made-up numbers
        })
        if company._existing_accounting():
            return
        is_localised = self.env['ir.module.module'].search_count(
            [('name', '=', 'l10n_cn'), ('state', '=', 'installed')])
        # While modules are being installed, Odoo loads the chart of the company's country itself, at the end.
        if is_localised and self.env.registry.loaded and company.chart_template != 'cn':
            self.env['account.chart.template'].try_loading('cn', company, install_demo=False)
        yuan = self.env.ref('base.CNY')
        yuan.active = True
        if company.currency_id != yuan:
            company.currency_id = yuan
            self.env['product.pricelist'].search([('company_id', '=', company.id)]).currency_id = yuan

    @api.model
    def _read_picture(self, name):
        with file_open(f'distributor_portal/demo/{name}', 'rb') as file:
            return base64.b64encode(file.read())

    @api.model
    def _get_state(self, name):
        return self.env['res.country.state'].search(
            [('country_id', '=', self.env.ref('base.cn').id), ('name', '=like', f'{name}%')], limit=1)

    # === NETWORK === #

    @api.model
    def _load_members(self):
        """{code: member} of all tiers. Each store stands on a street of its dealer's city."""
        self.env['channel.territory']._load_divisions()
        agents, dealers, stores = self._draft_members()
        self._load_streets(store['place'] for store in stores)
        codes = {code for row in agents + dealers + stores for code in (row['place'], row['territory'])}
        territories = {
            territory.code: territory
            for territory in self.env['channel.territory'].search([('code', 'in', list(codes))])
        }
        members = {}
        for tier, tier_rows in (('agent', agents), ('dealer', dealers), ('store', stores)):
            members |= self._create_members(tier, tier_rows, territories, members)
        return members

    @api.model
    def _draft_members(self):
        """Code, name, upstream, territory and place (a district's or street's code) of the agents, dealers, stores."""
        random_ = self._get_random('members')
        words = self._read_words()
        divisions = {row['code']: row for row in self._read_geo('divisions')}
        streets = self._read_geo('streets')
        agents, dealers, stores = [], [], []
        for row in self._read('agents'):
            for unit in row['units'].split():
                inside = [street for street in streets if street['code'].startswith(unit)]
                chosen = sorted(random_.sample(inside, STORES_PER_DEALER), key=lambda street: street['code'])
                dealers.append({
                    'code': f'D{len(dealers) + 1:04}', 'upstream': row['code'], 'territory': unit,
                    'place': chosen[0]['code'][:6],
                    'name': self._compose_dealer_name(len(dealers), words, divisions[unit])})
                stores += [{
                    'code': f'S{number:05}', 'upstream': dealers[-1]['code'], 'territory': street['code'][:6],
                    'place': street['code'], 'name': self._compose_store_name(random_, words, street),
                } for number, street in enumerate(chosen, len(stores) + 1)]
            agents.append({
                'code': row['code'], 'name': row['name'], 'upstream': None, 'territory': row['province'],
                'place': dealers[-DEALERS_PER_AGENT]['place']})
        return agents, dealers, stores

    @api.model
    def _read_words(self):
        words = {}
        for row in self._read('names'):
            words.setdefault(row['kind'], []).append((row['zh'], row['en']))
        return words

    @api.model
    def _read_geo(self, name):
        if name == 'streets':
            with file_open('distributor_portal/data/geo/streets.csv.gz', 'rb') as file:
                return list(csv.DictReader(io.TextIOWrapper(gzip.GzipFile(fileobj=file), 'utf-8')))
        with file_open(f'distributor_portal/data/geo/{name}.csv') as file:
            return list(csv.DictReader(file))

    @api.model
    def _compose_dealer_name(self, i, words, division):
        """深圳绿源乳业有限公司 Greenspring Dairy Shenzhen"""
        zh, en = words['dealer'][i % len(words['dealer'])]
        kind_zh, kind_en = words['dealer_kind'][i % 7 % len(words['dealer_kind'])]
        return f"{division['name'].removesuffix('市')}{zh}{kind_zh} {en} {kind_en} {_strip(division['name_en'])}"

    @api.model
    def _compose_store_name(self, random_, words, street):
        """街角便利店（香蜜湖店） Corner Convenience, Xiangmihu"""
        zh, en = random_.choice(words['store'])
        kind_zh, kind_en = random_.choice(words['store_kind'])
        place = street['name'].removesuffix('街道').removesuffix('镇').removesuffix('乡')
        return f"{zh}{kind_zh}（{place}店） {en} {kind_en}, {_strip(street['name_en'])}"

    @api.model
    def _load_streets(self, codes):
        """Just the streets that stores stand on; all others can follow later."""
        streets = {row['code']: row for row in self._read_geo('streets')}
        codes = sorted(set(codes))
        seats = {
            district.code: (district.latitude, district.longitude)
            for district in self.env['channel.territory'].search([('code', 'in', [code[:6] for code in codes])])
        }
        self.env['channel.territory']._load_rows([
            (code, streets[code]['name'], streets[code]['name_en'], *place_in_district(code, *seats[code[:6]]))
            for code in codes
        ])

    @api.model
    def _create_members(self, tier, rows, territories, members):
        """:param members: {code: member} of the tiers above"""
        random_ = self._get_random(f'{tier} addresses')
        roads = [zh for zh, _en in self._read_words()['road']]
        names = {row['code']: row['name'] for row in self._read_geo('divisions') + self._read_geo('streets')}
        states = {code: self._get_state(names[code]) for code in {row['place'][:2] for row in rows}}
        partners = self.env['res.partner'].create([{
            'name': row['name'],
            'is_company': True,
            'street': f"{names[row['place']]}{random_.choice(roads)} {random_.randrange(1, 300)} 号",
            'city': names[row['place'][:4]],
            'state_id': states[row['place'][:2]].id,
            'country_id': self.env.ref('base.cn').id,
            # Numbers from 140 on belong to machines: nobody is called by mistake.
            'phone': f"+86 140 {random_.randrange(10**4):04} {random_.randrange(10**4):04}",
            'email': f"{row['code'].lower()}@example.com",
        } for row in rows])
        tier_id = self.env.ref(f'distributor_portal.channel_tier_{tier}').id
        pricelist_id = self.env.ref(f'distributor_portal.demo_pricelist_{tier}').id
        created = self.env['channel.member'].create([{
            'code': row['code'],
            'partner_id': partner.id,
            'tier_id': tier_id,
            'upstream_id': row['upstream'] and members[row['upstream']].id,
            'territory_ids': [Command.set(territories[row['territory']].ids)],
            'street_id': territories[row['place']].id,
            'segment': random_.choice(SEGMENTS),
            'pricelist_id': pricelist_id,
        } for row, partner in zip(rows, partners, strict=True)])
        return {member.code: member for member in created}

    @api.model
    def _load_licences(self, members):
        """A contract for every agent and dealer; every fourth dealer has no cold store: no chilled goods."""
        kinds = {row['category'] for row in self._read('products')}
        categories = {kind: self.env.ref(f'distributor_portal.demo_category_{kind.lower()}').id for kind in kinds}
        warm = [category for kind, category in categories.items() if kind != 'Chilled']
        holders = [member for member in members.values() if member.tier_id.code in ('agent', 'dealer')]
        self.env['channel.authorization'].create([{
            'name': f'C-2026-{number:04}',
            'member_id': member.id,
            'categ_ids': [Command.set(
                [] if member.tier_id.code == 'agent'
                else warm if not int(member.code[1:]) % 4
                else sorted(categories.values()))],
            'territory_ids': [Command.set(member.territory_ids.ids)],
            **CONTRACT_DATES,
        } for number, member in enumerate(holders, 1)])

    @api.model
    def _load_credit(self, members):
        random_ = self._get_random('credit')
        self.env['channel.credit.line'].create([{
            'member_id': member.id,
            'limit_amount': self._draw_limit(random_, *CREDIT[member.tier_id.code]),
        } for member in members.values()])

    @api.model
    def _draw_limit(self, random_, median, sigma):
        """A round amount, at most four times away from the median."""
        amount = random_.lognormvariate(math.log(median), sigma)
        return round(min(max(amount, median / 4), median * 4), -3)

    # === USERS === #

    @api.model
    def _load_users(self, members):
        """The people of the story, at headquarters or at a member; everyone's password is the login."""
        rows = self._read('users')
        china = {'tz': 'Asia/Shanghai', 'country_id': self.env.ref('base.cn').id}
        languages = dict(self.env['res.lang'].get_installed())
        contacts = self.env['res.partner'].create([{
            **china,
            'name': row['name'],
            'parent_id': members[row['member']].partner_id.id if row['member'] else False,
            'email': f"{row['login']}@example.com",
            'lang': row['lang'] if row['lang'] in languages else 'en_US',
        } for row in rows])
        users = self.env['res.users'].create([{
            'login': row['login'],
            'password': row['login'],
            'partner_id': contact.id,
            'group_ids': [Command.set([self.env.ref(group).id for group in row['groups'].split()])],
        } for row, contact in zip(rows, contacts, strict=True)])
        people = [
            (row, user, members[row['member']]) for row, user in zip(rows, users, strict=True) if row['member']]
        self.env['channel.member.user'].create([
            {'member_id': member.id, 'user_id': user.id, 'role': row['role']} for row, user, member in people])
        self._name_records({f"demo_user_{user.login}": user for user in users})
        self._name_records({
            f"demo_member_{user.login}": member for row, user, member in people if row['role'] == 'owner'})
        self._load_admin()

    @api.model
    def _load_admin(self):
        admin = self.env.ref('base.user_admin')
        groups = ('distributor_portal.group_channel_manager', 'sales_team.group_sale_manager',
                  'stock.group_stock_manager', 'account.group_account_manager')
        admin.write({
            'password': 'admin',
            'tz': 'Asia/Shanghai',
            'group_ids': [Command.link(self.env.ref(group).id) for group in groups],
        })


def _strip(name):
    """Donghuamen Subdistrict → Donghuamen"""
    for suffix in (' Subdistrict', ' Town', ' Township', ' District', ' Prefecture', ' County'):
        name = name.removesuffix(suffix)
    return name
