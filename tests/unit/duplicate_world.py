"""Ten thousand invented members, a third of them entered twice: the yardstick of the search for duplicates.

Copies are spoilt the ways people spoil them. And not everything alike is a copy: chains with a branch on every corner
and one tax number, the same name in another city, neighbours in one building, two shops of one owner who has one phone.
"""
import random

CITIES = {
    '4403': '深圳', '4401': '广州', '4406': '佛山', '3301': '杭州', '3302': '宁波', '3205': '苏州', '5101': '成都',
    '4201': '武汉', '3702': '青岛', '6101': '西安'}
SIGNS = (
    '绿源鸿丰晨光岭百谷瑞禾佳原同穗广润永田宏麦乐野安恒泽嘉木福顺清溪长鼎仓'
    '新邻里小满半亩雨街角风香四季大树阳台米粒开心青草向家常金银海天')
TRADES = ('乳业', '商贸', '食品', '供应链', '贸易', '便利店', '超市', '食品经营部', '商行', '百货')
FORMS = ('有限公司', '有限责任公司', '', '股份有限公司')
ROADS = (
    '人民路', '建设路', '文化路', '和平路', '新华路', '解放路', '育才路', '东风路', '民生路', '工农路', '科苑路',
    '学府路', '滨河大道')
BRANCHES = (
    '香蜜湖', '科技园', '西湖', '火车站', '大学城', '东门', '南山', '中心广场', '体育馆', '万达', '北街', '高新')


def make_world(size=10_000, share=.35, seed=2026):
    """(listings as dicts, set of pairs of keys that are one and the same company)"""
    random_ = random.Random(seed)
    rows, truth = [], set()
    originals = round(size * (1 - share))
    while len(rows) < originals:
        rows += _draw_firm(random_)[:originals - len(rows)]
    chosen = random_.sample(range(originals), size - originals)
    for index in chosen:
        truth.add((index, len(rows)))
        rows.append(_spoil(random_, rows[index]))
    return [{**row, 'key': key} for key, row in enumerate(rows)], truth


def _draw_firm(random_):
    """One firm; or a chain, a namesake elsewhere, a neighbour, a second shop of the same owner."""
    row = _draw(random_)
    kind = random_.random()
    if kind < .06:  # a chain
        own = random_.choice(SIGNS) + random_.choice(SIGNS)
        shared = {name: row[name] for name in ('tax_id', 'phone') if random_.random() < .5}
        return [{
            **_draw(random_, row['division'][:4]), **shared, 'name': f'{own}便利店（{branch}店）',
        } for branch in random_.sample(BRANCHES, 4)]
    if kind < .09:  # a namesake in another city
        other = _draw(random_)
        name = row['name'].replace(CITIES[row['division'][:4]], CITIES[other['division'][:4]])
        return [row, {**other, 'name': name}]
    if kind < .12:  # a neighbour
        return [row, {**_draw(random_, row['division'][:4]), 'division': row['division'], 'street': row['street']}]
    if kind < .15:  # one owner, two shops
        return [row, {**_draw(random_, row['division'][:4]), 'phone': row['phone']}]
    return [row]


def _draw(random_, city=None):
    city = city or random_.choice(list(CITIES))
    own = "".join(random_.sample(SIGNS, random_.choice((2, 2, 3, 4))))
    place = random_.choice((CITIES[city], CITIES[city] + '市', ''))
    return {
        'name': f'{place}{own}{random_.choice(TRADES)}{random_.choice(FORMS)}',
        'phone': f'1{random_.choice("3578")}{random_.randrange(10**9):09}',
        'tax_id': f'91{city}00MA{random_.randrange(10**8):08X}'[:18] if random_.random() < .7 else '',
        'street': f'{CITIES[city]}市{random_.choice(ROADS)}{random_.randrange(1, 400)}号',
        'division': f'{city}{random_.randrange(3, 12):02}',
    }


def _spoil(random_, row):
    """The same firm, entered by somebody else."""
    copy = dict(row)
    for change, odds in (
        (_respell_name, .75), (_mistype_name, .18), (_respell_phone, .5), (_other_phone, .15), (_no_phone, .12),
        (_no_tax_id, .4), (_respell_street, .5), (_no_street, .15), (_no_division, .08),
    ):
        if random_.random() < odds:
            change(random_, copy)
    return copy


def _respell_name(random_, row):
    name = row['name']
    for form in FORMS:
        if form and name.endswith(form):
            name = name.removesuffix(form) + random_.choice(FORMS)
            break
    city = CITIES[row['division'][:4]]
    if name.startswith(city):
        name = name.removeprefix(city).removeprefix('市')
        name = random_.choice((name, f'{city}市{name}', f'{name}({city})', f'（{city}）{name}'))
    row['name'] = random_.choice((name, name.replace('（', '(').replace('）', ')'), name + ' '))


def _mistype_name(random_, row):
    place = random_.randrange(len(row['name']))
    row['name'] = row['name'][:place] + random_.choice(SIGNS) + row['name'][place + 1:]


def _respell_phone(random_, row):
    phone = row['phone']
    row['phone'] = random_.choice((f'+86 {phone}', f'{phone[:3]}-{phone[3:7]}-{phone[7:]}', f'0086{phone}'))


def _other_phone(random_, row):
    row['phone'] = f'1{random_.choice("3578")}{random_.randrange(10**9):09}'


def _no_phone(_random, row):
    row['phone'] = ''


def _no_tax_id(_random, row):
    row['tax_id'] = ''


def _respell_street(random_, row):
    street = row['street']
    row['street'] = random_.choice(
        (street.removesuffix('号'), street.replace('号', ' 号'), street[3:], f'中国 {street}'))


def _no_street(_random, row):
    row['street'] = ''


def _no_division(_random, row):
    row['division'] = ''
