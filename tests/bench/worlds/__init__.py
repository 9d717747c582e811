"""Test worlds: networks of a stated size and skew, drawn from a seed, loaded in bulk, checked against the ORM.

Pure (no Odoo, tested in tests/unit): shapes, network, goods, baskets, dirt. With a database: bulk, loader, checker,
clients, measure.
"""
