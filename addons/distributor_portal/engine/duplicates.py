"""Which members are the same company twice: names made comparable, pairs worth a look, how alike a pair is.

A pair is only scored where both stand in one block: same tax number, phone, name or address, or two signs of the
name in common within a district. Who holds half a million members joins the blocks in the database.
"""
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

DEFAULT_THRESHOLD = 50
# A block that so many share says nothing: a switchboard's number, a market hall's address.
MAX_BLOCK = 40

CJK = re.compile(r'[\u3400-\u9fff]')
BRACKETS = re.compile(r'[(\[{<【〔《]([^()\[\]{}<>【】〔〕《》]*)[)\]}>】〕》]')
# The longest first: a shorter one is the end of a longer one.
LEGAL_FORMS = (
    '股份有限责任公司', '有限责任公司', '股份有限公司', '集团有限公司', '个体工商户', '有限公司', '分公司', '总公司',
    '公司', '集团')
LATIN_FORMS = {
    'co', 'company', 'corp', 'corporation', 'inc', 'limited', 'llc', 'ltd', 'plc', 'gmbh', 'group', 'holdings', 'the'}
# What a firm does tells firms apart, but half of a street does the same.
TRADES = (
    '供应链', '经营部', '便利店', '生鲜超市', '社区超市', '食品店', '零食铺', '超市', '商贸', '贸易', '食品', '乳业',
    '商行', '批发部', '便利', '百货', '商店', '门店')
PROVINCES = (
    '北京', '天津', '河北', '山西', '内蒙古', '辽宁', '吉林', '黑龙江', '上海', '江苏', '浙江', '安徽', '福建', '江西',
    '山东', '河南', '湖北', '湖南', '广东', '广西', '海南', '重庆', '四川', '贵州', '云南', '西藏', '陕西', '甘肃',
    '青海', '宁夏', '新疆', '香港', '澳门', '台湾')
PLACE_ENDS = (
    '壮族自治区', '回族自治区', '维吾尔自治区', '特别行政区', '自治区', '自治州', '自治县', '省', '市', '区', '县',
    '州')
LONGEST_PLACE = 12


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list of members says of one. :param division: code of its street or district"""

    key: int
    name: str
    phone: str = ''
    tax_id: str = ''
    street: str = ''
    division: str = ''


@dataclass(frozen=True, slots=True)
class Comparable:
    """The same, made comparable. :param branch: the shop's own name within a chain; `places` were left out of `core`"""

    key: int
    core: str
    branch: str
    places: frozenset[str]
    numbers: tuple[str, ...]
    phone: str
    tax_id: str
    address: str
    division: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two members are, 0–100, and what speaks for it: keys of sentences."""

    first: int
    second: int
    score: int
    reasons: tuple[str, ...] = field(default=())


def make_places(names: Iterable[str]) -> frozenset[str]:
    """Names of divisions, with and without their ending: 深圳市 and 深圳."""
    places = set(PROVINCES)
    for name in names:
        for end in ('', *PLACE_ENDS):
            if name.endswith(end) and len(name) - len(end) >= 2:
                places.add(name[:len(name) - len(end)])
    return frozenset(place for place in places if len(place) <= LONGEST_PLACE)


def normalise_name(name: str, places: Collection[str] = PROVINCES) -> str:
    """The name without legal form, place, brackets and blanks, half-width and small: what two spellings share."""
    return _split_name(name, places)[0]


def normalise_phone(phone: str) -> str:
    """Digits only, without the country's 86 and an area code's 0; empty where that is no number."""
    digits = re.sub(r'\D', '', re.split(r'[/,;、，；]', _fold(phone))[0])
    digits = digits.lstrip('0')
    if len(digits) > 11 or (len(digits) > 10 and digits.startswith('86') and not digits.startswith('861')):
        digits = digits.removeprefix('86').lstrip('0')
    return digits if len(digits) >= 7 else ''


def normalise_tax_id(tax_id: str) -> str:
    """Capital letters and digits of a tax number, without the country in front."""
    return re.sub(r'[^0-9A-Z]', '', _fold(tax_id).upper()).removeprefix('CN')


def normalise_address(street: str, places: Collection[str] = PROVINCES) -> str:
    """Letters and digits of an address, without the divisions in front and the signs that some write, some do not."""
    text = re.sub(r'[\W_]+', '', _fold(street))
    text, _found = _strip_places(text, places)
    return re.sub(r'[号號室楼]', '', text)


def make_comparable(listing: Listing, places: Collection[str] = PROVINCES) -> Comparable:
    core, branch, found = _split_name(listing.name, places)
    return Comparable(
        listing.key, core, branch, found, tuple(re.findall(r'\d+', core)), normalise_phone(listing.phone),
        normalise_tax_id(listing.tax_id), normalise_address(listing.street, places), listing.division)


def get_blocks(member: Comparable) -> set[str]:
    """The blocks a member stands in; two that share none are no duplicates."""
    blocks = set()
    if member.tax_id:
        blocks.add(f't{member.tax_id}')
    if member.phone:
        blocks.add(f'p{member.phone}')
    if len(member.core) >= 2:
        blocks.add(f'n{member.division[:4]}{member.core}')
    if len(member.address) >= 6:
        blocks.add(f'a{member.division[:4]}{member.address}')
    own = _without_trade(member.core)
    blocks |= {f'g{member.division[:6]}{own[i:i + 2]}' for i in range(len(own) - 1)}
    return blocks


def find_pairs(members: Iterable[Comparable]) -> Iterator[tuple[int, int]]:
    """Each pair of keys that shares a block, once, the smaller key first. For lists that fit into memory."""
    blocks: Mapping[str, list[int]] = defaultdict(list)
    for member in members:
        for block in get_blocks(member):
            blocks[block].append(member.key)
    seen = set()
    for keys in blocks.values():
        if len(keys) > MAX_BLOCK:
            continue
        ordered = sorted(keys)
        for i, first in enumerate(ordered):
            for second in ordered[i + 1:]:
                if (first, second) not in seen:
                    seen.add((first, second))
                    yield first, second


def compare(one: Comparable, other: Comparable) -> Likeness:
    """How much speaks for one and the same company. Each sign adds or takes a fixed number of points."""
    from rapidfuzz import fuzz  # only the search for duplicates needs it
    points, reasons = 0.0, []

    def judge(key, value):
        nonlocal points
        points += value
        if value > 0:
            reasons.append(key)

    if one.tax_id and other.tax_id:
        judge('same_tax_id', 60 if one.tax_id == other.tax_id else -45)
    if one.phone and other.phone:
        judge('same_phone', 28 if one.phone == other.phone else -6)
    likeness = _get_name_likeness(one, other, fuzz.ratio)
    judge('same_name' if likeness == 1 else 'similar_name', 50 * (likeness - .6) / .4 if likeness > .6 else -40)
    if one.branch and other.branch:
        judge('same_branch', 8 if fuzz.ratio(one.branch, other.branch) >= 75 else -90)
    if one.numbers != other.numbers:
        judge('', -25)
    if len(one.address) >= 4 and len(other.address) >= 4:
        judge('same_address', _get_address_points(one.address, other.address, fuzz.ratio))
    judge('same_district', _get_place_points(one, other))
    return Likeness(one.key, other.key, round(min(max(points, 0), 100)), tuple(reasons))


def _get_name_likeness(one, other, ratio):
    """0–1; what the firms do counts half, for half of a street does the same."""
    if not one.core or not other.core:
        return .6
    whole = ratio(one.core, other.core) / 100
    if whole == 1:
        return 1
    own, others = _without_trade(one.core), _without_trade(other.core)
    return min(whole, ratio(own, others) / 100 if own and others else 0) * .6 + whole * .4


def _get_address_points(one, other, ratio):
    """House numbers decide: two shops of one street differ in nothing else."""
    if re.findall(r'\d+', one) != re.findall(r'\d+', other):
        return -14
    likeness = ratio(one, other) / 100
    return 25 * (likeness - .6) / .4 if likeness > .6 else -10


def _get_place_points(one, other):
    points = -25 if one.places and other.places and not one.places & other.places else 0
    if one.division and other.division:
        if one.division[:6] == other.division[:6]:
            points += 5
        elif one.division[:4] != other.division[:4]:
            points -= 20
    return points


def _fold(text: str) -> str:
    """Full-width signs become half-width ones, capital letters small ones."""
    return unicodedata.normalize('NFKC', text or '').casefold().strip()


def _split_name(name, places):
    """(core, branch, places found)"""
    text = _fold(name)
    branch, found = '', set()
    for inside in BRACKETS.findall(text):
        inside = re.sub(r'[\W_]+', '', inside)
        if inside in places:
            found.add(inside)
        elif inside.endswith(('店', '分店', '部')) and len(inside) > 1:
            branch = branch or inside
    text = BRACKETS.sub(lambda match: _keep_inside(match[1], places), text)
    if len(CJK.findall(text)) >= 2:
        text = "".join(re.findall(r'[\u3400-\u9fff\d]', text))
    else:
        words = re.findall(r'[^\W_]+', text)
        text = "".join(word for word in words if word not in LATIN_FORMS) or "".join(words)
    while True:
        shorter, more = _strip_places(_strip_form(text), places)
        found |= more
        if shorter == text:
            return text, branch, frozenset(_bare(place) for place in found)
        text = shorter


def _keep_inside(inside, places):
    """A place or a branch in brackets is no part of the name; anything else is."""
    plain = re.sub(r'[\W_]+', '', inside)
    return '' if plain in places or plain.endswith(('店', '部')) or plain in LEGAL_FORMS else plain


def _strip_form(text):
    for form in LEGAL_FORMS:
        if text.endswith(form) and len(text) - len(form) >= 2:
            return text[:-len(form)]
    return text


def _strip_places(text, places):
    """`text` without the places in front of it, and which they were; two signs at least are left."""
    found = set()
    while True:
        for length in range(min(LONGEST_PLACE, len(text) - 2), 1, -1):
            if text[:length] in places:
                found.add(text[:length])
                text = text[length:]
                # 省 and 市 that a list of bare names leaves behind
                text = text[1:] if text[:1] in ('省', '市') and len(text) > 3 else text
                break
        else:
            return text, found


def _bare(place):
    for end in PLACE_ENDS:
        if place.endswith(end) and len(place) - len(end) >= 2:
            return place[:-len(end)]
    return place


def _without_trade(core):
    """What a firm calls itself: 绿源 of 绿源乳业."""
    for trade in TRADES:
        if core.endswith(trade) and len(core) - len(trade) >= 2:
            return core[:-len(trade)]
    return core
