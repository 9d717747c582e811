"""A company's colour is readable wherever it is used."""
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

colours = load_engine('distributor_portal').colours

ANY = st.from_regex(r'\A#[0-9a-f]{6}\Z')


@given(ANY)
def test_every_colour_is_readable_in_both_modes(colour):
    for look, card in zip(colours.looks(colour), (colours.LIGHT_CARD, colours.DARK_CARD), strict=True):
        assert colours.contrast(look.accent, card) >= colours.WANTED
        assert colours.contrast(look.accent, look.soft) >= colours.WANTED
        assert colours.contrast(colours.WHITE, look.fill) >= colours.WANTED
        assert colours.contrast(colours.WHITE, look.fill_strong) >= colours.WANTED


@given(st.one_of(st.none(), st.text(max_size=12)))
def test_what_is_no_colour_gives_the_suites_own(text):
    if not (text and colours.HEX.fullmatch(text)):
        assert colours.looks(text) == colours.looks(colours.DEFAULT)


def test_a_readable_colour_stays_as_it_is():
    light, _dark = colours.looks('#0b6e4f')
    assert light.fill == '#0b6e4f'


def test_contrast_is_that_of_the_standard():
    assert round(colours.contrast('#fff', '#000000'), 1) == 21.0
    assert round(colours.contrast('#777777', '#ffffff'), 2) == 4.48
