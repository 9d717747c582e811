"""Whatever stands in an address is a value or nothing."""
import string
from datetime import date

import pytest
from devkit.engines import load_engine
from hypothesis import example, given
from hypothesis import strategies as st

parameters = load_engine('distributor_portal').parameters
MAX_ID, MAX_PAGE = parameters.MAX_ID, parameters.MAX_PAGE
read_day, read_number, read_page = parameters.read_day, parameters.read_number, parameters.read_page
ODD = ('', ' ', '-1', '0', '+1', '1.0', '1e3', '²', '१', ' 1', '1\x00', '9' * 13, '9' * 5000, 'x', '0x1')


@pytest.mark.parametrize('text', ODD)
def test_what_is_no_number_is_nothing(text):
    assert read_number(text) == 0
    assert read_page(text) == 1


@given(st.integers(-10, 2**33))
@example(MAX_ID)
@example(MAX_ID + 1)
def test_a_number_is_read_within_its_bounds(number):
    assert read_number(str(number)) == (number if 0 < number <= MAX_ID else 0)
    assert read_page(str(number)) == (min(number, MAX_PAGE) if number > 0 else 1)


@given(st.text(max_size=20) | st.text(string.digits, max_size=20))
def test_no_text_is_an_error(text):
    number = read_number(text)
    assert number == 0 or number <= MAX_ID and int(text) == number
    assert 1 <= read_page(text) <= MAX_PAGE
    day = read_day(text)
    assert day is None or 2000 <= day.year < 2100


def test_numbers_keep_their_order():
    assert parameters.read_numbers(['7', 'x', '3', '', '7']) == [7, 3, 7]
    assert read_page('9', last=4) == 4


@pytest.mark.parametrize(('text', 'day'), [
    ('2026-02-28', date(2026, 2, 28)), ('2026-02-29', None), ('1999-12-31', None), ('2100-01-01', None), ('', None),
    ('9999-99-99', None), ('2026-1-1', None), ('\x00', None)])
def test_a_day_is_one_of_this_century(text, day):
    assert read_day(text) == day
