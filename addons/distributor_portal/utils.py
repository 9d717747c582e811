"""Helpers that several models share."""
from decimal import Decimal


def to_decimal(value, digits=3):
    """A float of the ORM as the decimal it stands for."""
    return Decimal(f'{value or 0.0:.{digits}f}')
