"""Helpers that several models share."""
from dataclasses import dataclass
from decimal import Decimal


def to_decimal(value, digits=3):
    """A float of the ORM as the decimal it stands for."""
    return Decimal(f'{value or 0.0:.{digits}f}')


def with_own_defaults(model, names, vals_list):
    """Values for `create` in which the fields `names` begin as `model` says, where nobody may choose their beginning.

    Their guards see what is written; a context that a client sends, or a default that a user keeps, comes in later.
    """
    kept = model.env['ir.default']._get_model_defaults(model._name)
    own = {}
    for name in names:
        field = model._fields[name]
        if not field.compute and (name in kept or f'default_{name}' in model.env.context):
            value = field.default(model) if field.default else False
            own[name] = field.convert_to_write(field.convert_to_cache(value, model, validate=False), model)
    return [{**own, **vals} for vals in vals_list] if own else vals_list


@dataclass(frozen=True)
class Origin:
    """From where a request comes, as a controller saw it. Its own class: what a client puts in a context is none."""

    ip: str | None
    device: str | None = None
