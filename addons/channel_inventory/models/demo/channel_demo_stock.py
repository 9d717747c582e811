import gzip
import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import file_open, groupby

from ...engine import history, retail
from .channel_demo_lots import KEEPS

MONTHS = 24
# Who takes part: all dealers of two agents and the stores of four of them, the first of some others. Nobody else
# reports yet.
AGENTS = 8
LINES = 20
OTHERS = range(21, 121, 10)
STORES = (*range(1, 11), *range(51, 61))
DAILY = ('S00001', 'S00051', 'D0001')
FORGETFUL = 'D0013'  # sells what it has not scanned in
FORGETS = 24  # days
# Tier → products of each category, sales of a product a day, how widely members differ (sigma of a log-normal
# distribution), what its customers pay of the list price, days between two orders.
TIERS = {
    'agent': ((4, 4, 4, 4, 4, 3), 60, .3, .8, (7,)),
    'dealer': ((3, 3, 2, 2, 2, 2), 11, .35, .9, (7, 14, 14)),
    'store': ((2, 2, 2, 2, 2, 1), 2.2, .3, 1, (14, 14, 21)),
}
CATEGORIES = {'Yoghurt': 1.3, 'Milk': 1.5, 'Drinks': 1.6, 'Snacks': .8, 'Chilled': .9, 'Health': .16}
# Members that other stories are about: what those bring themselves, what they find there.
SHARED = ('DRK-T-500', 'SNK-M-150')
PROPS = {
    'A01': (SHARED, ()), 'D0001': ((*SHARED, 'DRK-L-500'), ()), 'D0002': (SHARED, ()), 'D0003': (SHARED, ()),
    'S00001': (('DRK-L-500', 'YOG-C-200', 'YOG-O-200'), ('SNK-M-150', 'YOG-P-200')),
    'S00051': ((), ('SNK-M-150', 'YOG-P-200')),
}
BESTSELLERS = ('YOG-B-200', 'MLK-W-250', 'DRK-T-500')  # everybody has them
HOURS = {'opening': 0, 'shipment': 9, 'receipt': 2, 'state': 15, 'return': 8, 'adjustment': 13}
# Shares of positions that headquarters cannot supply, that were bought too much of, that nobody asks for any more.
DRAINED, FLOODED, DROPPED = .05, .07, .03
TILL = 'till'


@dataclass(frozen=True, slots=True)
class Place:
    """A product at a member, in plain values: what follows is done a hundred thousand times."""

    member_id: int
    member: str
    tier: str
    product_id: int
    sku: str
    gtin: str
    price: float
    lead: int


class ChannelDemo(models.AbstractModel):
    """Two years at some eighty members: what they got, sold, broke, let expire and counted, up to yesterday.

    Their sales have the shape of a real retailer's (see the addon's README), their names and goods are made up.
    """

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_stock_history(members)
        return result

    @api.model
    def _load_stock_history(self, members):
        today = self.env.company._channel_get_today()
        start = today - relativedelta(months=MONTHS)
        lots = self._load_lots(start, (today - start).days)
        events, sold = self._live_through(members, start, (today - start).days)
        self._post_events(events, lots, start)
        self._take_in_sales(sold, lots, start)
        self._load_odd_states(members)

    # === WHO HAS WHAT === #

    @api.model
    def _get_active(self, members):
        dealers = [*range(1, LINES + 1), *OTHERS]
        stores = sorted({*STORES, *(5 * number - 4 for number in OTHERS)})
        return [members[code] for code in (
            *(f'A{number:02}' for number in range(1, AGENTS + 1)), *(f'D{number:04}' for number in dealers),
            *(f'S{number:05}' for number in stores))]

    @api.model
    def _draw_assortment(self, random_, member, rows):
        """The rows of the products that a member has; who has no cold store has nothing chilled."""
        counts = dict(zip(CATEGORIES, TIERS[member.tier_id.code][0], strict=True))
        dealer = member if member.tier_id.code == 'dealer' else member.upstream_id
        if dealer.tier_id.code == 'dealer' and not int(dealer.code[1:]) % 4:
            counts['Chilled'] = 0
        found = []
        left_out, wanted = PROPS.get(member.code, ((), ()))
        for category, count in counts.items():
            kin = [row for row in rows if row['category'] == category and row['sku'] not in left_out]
            always = [row for row in kin if row['sku'] in (*BESTSELLERS, *wanted)]
            others = [row for row in kin if row not in always]
            found += [*always, *random_.sample(others, count - len(always))] if count else []
        return found

    @api.model
    def _draw_habit(self, random_, member, row, report_phase, days):
        tier = member.tier_id.code
        shelf, cycle = KEEPS.get(row['sku'], (None, 14))
        review = 7 if shelf and shelf < 60 else random_.choice(TIERS[tier][4])
        pack = int(row['case_qty']) if tier == 'agent' else max(int(row['multiple_qty']), 1)
        # What another story sells there, too, is there in plenty.
        more = 21 if row['sku'] in PROPS.get(member.code, ((), ()))[1] else 0
        luck = random_.random() if not more else .5
        flood = random_.randrange(days - 60, days - 15) if not shelf and luck > 1 - FLOODED else -1
        return history.Habit(
            pack=pack, review=review, phase=random_.randrange(review), lead=random_.choice((1, 2, 2, 3)),
            cover=random_.uniform(3, 12) + more, reports=1 if member.code in DAILY else 7,
            report_phase=report_phase, shelf=shelf, cycle=cycle, breaks=random_.randrange(15, 60),
            counts=182 if random_.random() < .15 and member.code not in PROPS else 0,
            dry=self._draw_dry(random_, luck, days), flood=flood, flood_days=random_.uniform(80, 150),
            scans_until=days - FORGETS if member.code == FORGETFUL else 10**6)

    @api.model
    def _draw_dry(self, random_, luck, days):
        """Some get nothing at present; one in ten had such a time before."""
        if luck < DRAINED:
            return days - random_.randrange(20, 40), days
        if luck < DRAINED + .1:
            first = random_.randrange(days // 8, days * 3 // 4)
            return first, first + random_.randrange(14, 35)
        return 0, 0

    # === TWO YEARS === #

    @api.model
    def _live_through(self, members, start, days):
        """([(place, event)], [(place, report)])"""
        rows, series, products = self._read('products'), self._read_series(), self._find_demo_products()
        sizes = self._get_sizes(rows, series)
        events, sold = [], []
        for member in self._get_active(members):
            tier, random_ = member.tier_id.code, self._get_random(f'stock of {member.code}')
            models_ = random_.sample(range(20), {'store': 1, 'dealer': 3, 'agent': 8}[tier])
            size = TIERS[tier][1] * random_.lognormvariate(0, TIERS[tier][2])
            growth, report_phase = random_.uniform(-.06, .12), random_.randrange(7)
            for row in self._draw_assortment(random_, member, rows):
                sku, habit = row['sku'], self._draw_habit(random_, member, row, report_phase, days)
                mean = size * sizes[sku] * random_.uniform(.7, 1.4)
                wanted = retail.sales(retail.shape(series, sku, models_), start, days, mean, growth)
                moves, reports = history.live(self._let_drop(random_, wanted), habit)
                place = self._prepare_place(member, products[sku], habit)
                events += [(place, event) for event in moves]
                sold += [(place, report) for report in reports]
        return events, sold

    @api.model
    def _let_drop(self, random_, wanted):
        """A few products nobody asks for any more: what is left of them lies there."""
        if random_.random() >= DROPPED:
            return wanted
        last = random_.randrange(max(len(wanted) - 100, 1), len(wanted) - 40)
        return wanted[:last] + [0] * (len(wanted) - last)

    @api.model
    def _prepare_place(self, member, product, habit):
        tier = member.tier_id.code
        return Place(
            member_id=member.id, member=member.code, tier=tier, product_id=product.id, sku=product.default_code,
            gtin=product.barcode, price=round(product.lst_price * TIERS[tier][3], 2), lead=habit.lead)

    @api.model
    def _read_series(self):
        with file_open('channel_inventory/demo/retail_series.csv.gz', 'rb') as file:
            return retail.read(io.TextIOWrapper(gzip.GzipFile(fileobj=file), 'utf-8'))

    @api.model
    def _get_sizes(self, rows, series):
        """{SKU: how much more of it is sold than of an average one}"""
        sums = {sku: sum(weekly) for sku, (_group, weekly) in series.products.items()}
        groups = {category: [row['sku'] for row in rows if row['category'] == category] for category in CATEGORIES}
        return {
            sku: CATEGORIES[category] * sums[sku] * len(skus) / sum(sums[other] for other in skus)
            for category, skus in groups.items() for sku in skus}

    @api.model
    def _post_events(self, events, lots, start):
        lot_ids = {key: lot.id for key, lot in lots.items()}
        moves = []
        for place, event in sorted(events, key=lambda found: found[1].day):
            day = start + timedelta(days=event.day)
            shipped = day - timedelta(days=place.lead if event.kind == 'receipt' else 0)
            moves.append({
                'member_id': place.member_id, 'product_id': place.product_id,
                'lot_id': None if event.lot is None else lot_ids[place.sku, event.lot], 'kind': event.kind,
                'from_state': event.from_state, 'to_state': event.to_state, 'qty': event.qty,
                'occurred_at': datetime.combine(day, time(HOURS[event.kind])),
                'source': {'receipt': 'receipt', 'adjustment': 'count', 'state': 'expiry'}.get(event.kind, 'hq'),
                'external_key': f'{shipped:%y%m%d}-{place.member}' if event.kind in ('shipment', 'receipt') else None,
            })
        self.env['channel.stock.entry']._post(moves)

    @api.model
    def _find_demo_products(self):
        return {product.default_code: product for product in self.env['product.product'].search(
            [('barcode', '=like', '6900000%')])}

    # === SALES === #

    @api.model
    def _take_in_sales(self, sold, lots, start):
        """A feed a month, as the members' systems send them."""
        self._create_till()
        lot_names = {key: lot.name for key, lot in lots.items()}
        rows = [self._prepare_sale(place, report, lot_names, start + timedelta(days=report.day))
                for place, report in sorted(sold, key=lambda found: found[1].day)]
        SellThrough = self.env['channel.sell.through']
        for month, group in groupby(rows, key=lambda row: row['date'].replace(day=1)):
            feed = self._create_sales_feed(month)
            SellThrough._ingest(group, feed)
        self._take_in_mistakes(feed, rows[-400:])

    @api.model
    def _create_till(self):
        Source = self.env['channel.source']
        return Source.search([('code', '=', TILL)]) or Source.create({'name': "Store Tills", 'code': TILL})

    @api.model
    def _create_sales_feed(self, month):
        end = min(fields.Datetime.now(), datetime.combine(month + relativedelta(months=1), time(1)))
        return self.env['channel.feed'].create({
            'name': f"sales-{month:%Y-%m}.csv", 'kind': 'file', 'state': 'done', 'started_at': end,
            'finished_at': end + timedelta(minutes=1)})

    @api.model
    def _prepare_sale(self, place, report, lot_names, day):
        """A row as such systems write it: stores know barcodes, others article numbers."""
        lot = '' if report.lot is None else lot_names[place.sku, report.lot]
        is_store = place.tier == 'store'
        return {
            'source': TILL if is_store else 'api', 'external_key': f'{place.member}-{day:%Y%m%d}-{place.sku}{lot}',
            'member': place.member, 'qty': report.qty, 'date': day, 'lot': lot, 'price': place.price,
            **({'gtin': place.gtin} if is_store else {'sku': place.sku}),
        }

    @api.model
    def _take_in_mistakes(self, feed, rows):
        """The last file came twice, some of its rows corrected, some that nobody understands yet."""
        rows = [row for row in rows if row['qty'] > 2]
        first, second, third, fourth, *others = rows[::len(rows) // 6]
        self.env['channel.sell.through']._ingest([
            {**first, 'qty': first['qty'] - 1}, {**second, 'qty': second['qty'] - 2}, *others,
            {**third, 'external_key': 'K-1', 'qty': -1},
            {**fourth, 'external_key': 'K-2', 'gtin': '', 'sku': 'YOG-B-250', 'lot': ''},
            {**fourth, 'external_key': 'K-3', 'member': 'S99999'},
            {**first, 'external_key': 'K-4', 'qty': 480000},
            {**second, 'external_key': 'K-5', 'date': feed.create_date.date() + timedelta(days=30)},
        ], feed)

    # === ODD STATES === #

    @api.model
    def _load_odd_states(self, members):
        """A recalled lot is frozen wherever it lies, a dealer has promised something, an agent inspects an arrival."""
        Stock = self.env['channel.stock']
        by_lot = Stock.search([('available', '>', 0), ('lot_id', '!=', False)]).grouped('lot_id')
        # The one that most have, so that there is something to do.
        recalled = max(by_lot.items(), key=lambda item: (len(item[1]), item[0].product_id.default_code))[1]
        promised = self._find_available(members['D0001'], 3)
        inspected = self._find_available(members['A01'], 2)
        self.env['channel.stock.entry']._post([
            *(self._prepare_state(row, 'frozen', row.available, "召回 R-2611 Recall R-2611")
              for row in recalled),
            *(self._prepare_state(row, 'reserved', row.available // 3, "客户预留 Promised to a customer")
              for row in promised),
            *(self._prepare_state(row, 'inspection', row.available // 4, "到货抽检 Samples of an arrival")
              for row in inspected)])

    @api.model
    def _find_available(self, member, count):
        stock = self.env['channel.stock'].search(
            [('member_id', '=', member.id), ('lot_id', '=', False), ('available', '>', 12)], order='product_id')
        return stock[:count]

    @api.model
    def _prepare_state(self, stock, state, qty, note):
        return {
            'member_id': stock.member_id.id, 'product_id': stock.product_id.id, 'lot_id': stock.lot_id.id or None,
            'kind': 'state', 'from_state': 'available', 'to_state': state, 'qty': qty, 'source': 'hq', 'note': note}
