import math

from odoo.exceptions import UserError
from odoo.http import request

MOST = 10**6


def read_quantity(text):
    """A count as a person types it.

    :raise UserError: it is none
    """
    if not text:
        return 0.0
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not (math.isfinite(number) and 0 <= number <= MOST):
        raise UserError(request.env._("%s is not a quantity.", text[:20]))
    return number
