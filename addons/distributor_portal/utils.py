"""Helpers that several models share."""
from dataclasses import dataclass
from decimal import Decimal


def to_decimal(value, digits=3):
    """A float of the ORM as the decimal it stands for."""
    return Decimal(f'{value or 0.0:.{digits}f}')


@dataclass(frozen=True)
class Origin:
    """From where a request comes, as a controller saw it. Its own class: what a client puts in a context is none."""

    ip: str | None
    device: str | None = None
