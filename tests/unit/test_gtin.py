"""GTINs and extension codes."""
import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

gtin = load_engine('distributor_portal').gtin
bodies = st.sampled_from((7, 11, 12, 13)).flatmap(
    lambda length: st.text('0123456789', min_size=length, max_size=length))
items = st.text('0123456789', min_size=11, max_size=11).map(lambda digits: '6' + digits)


def check_digit(body):
    """GS1: weights 3 and 1 from the right; written anew here, so that the engine is not its own judge."""
    return str(-sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(body))) % 10)


@given(bodies)
def test_the_right_digit_and_no_other_is_accepted(body):
    right = check_digit(body)
    assert gtin.find_gtin_problem(body + right) is None
    for wrong in set('0123456789') - {right}:
        problem = gtin.find_gtin_problem(body + wrong)
        assert (problem.key, problem.args['right'], problem.args['proposal']) == (
            'gtin_check_digit', right, body + right)


@given(items, st.integers(0, 11), st.sampled_from('0123456789'))
def test_one_mistyped_digit_never_goes_unseen(body, place, digit):
    code = body + check_digit(body)
    wrong = code[:place] + digit + code[place + 1:]
    assert wrong == code or gtin.find_gtin_problem(wrong).key == 'gtin_check_digit'


@pytest.mark.parametrize(('code', 'key'), [
    ('', 'gtin_not_digits'), ('69A0000000014', 'gtin_not_digits'), ('６900000000014', 'gtin_not_digits'),
    ('123456', 'gtin_length'), ('690000000001', 'gtin_check_digit'), ('6900000000014', None), ('96385074', None),
    ('036000291452', None), ('16900000000011', None)])
def test_what_is_no_gtin_says_why(code, key):
    problem = gtin.find_gtin_problem(code)
    assert (problem and problem.key) == key


@pytest.mark.parametrize(('code', 'state'), [
    (None, 'missing'), ('', 'missing'), ('6900000000014', 'good'), ('6900000000015', 'bad'), ('ABC-1', 'own'),
    ('2100001000009', 'own'), ('0212345000009', 'own'), ('12345', 'own')])
def test_states(code, state):
    assert gtin.get_gtin_state(code) == state


@given(items, st.sampled_from('12345678'))
def test_a_packs_gtin_is_valid_and_holds_the_item(body, indicator):
    code = gtin.make_pack_gtin(body + check_digit(body), indicator)
    assert (len(code), code[0], code[1:-1]) == (14, indicator, body)
    assert gtin.find_gtin_problem(code) is None


@pytest.mark.parametrize(('item', 'indicator'), [
    ('6900000000015', '1'), ('16900000000011', '1'), ('6900000000014', '0'), ('6900000000014', '9'),
    ('6900000000014', ''), ('6900000000014', '12'), ('ABC', '1'), ('2100001000005', '1')])
def test_what_no_pack_can_be_made_of(item, indicator):
    with pytest.raises(ValueError, match='GTIN|indicator'):
        gtin.make_pack_gtin(item, indicator)


def test_packs_take_the_smallest_free_indicators():
    assert gtin.propose_pack_gtins('6900000000014', 2, {'16900000000011'}) == ['26900000000018', '36900000000015']
    assert len(gtin.propose_pack_gtins('6900000000014', 20, ())) == 8


def test_a_short_gtin_makes_packs_too():
    code = gtin.make_pack_gtin('96385074', '1')
    assert code[:13] == '1000009638507'
    assert gtin.find_gtin_problem(code) is None


def test_one_number_in_every_length():
    assert gtin.get_spellings('00000096385074') == ['96385074', '000096385074', '0000096385074', '00000096385074']
    assert gtin.get_spellings('SHELF-1') == ['SHELF-1']


@pytest.mark.parametrize(('code', 'mask', 'fits'), [
    ('EX-000123', 'EX-######', True), ('EX-00012', 'EX-######', False), ('EX-00012A', 'EX-######', False),
    ('HQ-A1-0001', 'HQ-@@-####', True), ('HQ-a1-0001', 'HQ-@@-####', False), ('ANY.1', '', True), ('any', '', False),
    ('-X', '', False)])
def test_extension_codes_have_the_shape_of_their_mask(code, mask, fits):
    assert gtin.fits_mask(code, mask) is fits


@given(st.integers(0, 9999))
def test_what_is_numbered_fits(number):
    code = gtin.fill_mask('HQ-##/##', [number])[0]
    assert gtin.fits_mask(code, 'HQ-##/##')
    assert int(code[3:].replace('/', '')) == number


@pytest.mark.parametrize(('mask', 'key'), [
    ('', 'mask_not_numbered'), ('A@##', 'mask_not_numbered'), ('A-#', 'mask_full')])
def test_masks_that_cannot_be_numbered(mask, key):
    with pytest.raises(ValueError, match=key):
        gtin.fill_mask(mask, [12])


def test_a_mask_holds_plain_signs():
    assert gtin.find_mask_problem('EX-##') is None
    assert gtin.find_mask_problem('') is None
    assert gtin.find_mask_problem('ex *').key == 'mask_signs'
