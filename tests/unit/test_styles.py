"""Every colour of the dealer centre comes from its design tokens: else dark mode and the company's colour break."""
import re

import pytest
from devkit.base import ROOT

SOURCES = ROOT / 'addons' / 'distributor_portal' / 'static' / 'src'
COLOUR = re.compile(
    r'(?:color|background|border|fill|stroke|shadow|outline)[\w-]*\s*:[^;{}]*?'
    r'(#[0-9a-f]{3,8}\b|#?\{?\$(?!token|kind)[\w-]+|var\(--bs-[\w-]+)', re.I)
ALWAYS = {'#fff', '#ffffff', '#000'}  # on an area of the company's colour, on paper, behind a picture
DARK_ROOM = {'o_pad_scanner'}  # the camera's view is dark in both modes
STYLES = sorted(path for path in SOURCES.rglob('*.scss') if path.parent.name != 'desk')  # the back office has its own


def find(text):
    """(line, colour) of what is no token."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(('--channel', '//')) or any(word in line for word in DARK_ROOM):
            continue
        for match in COLOUR.finditer(line):
            if match[1].lower() not in ALWAYS:
                yield number, match[1]


@pytest.mark.parametrize('path', STYLES, ids=[path.name for path in STYLES])
def test_colours_are_tokens(path):
    assert list(find(path.read_text('utf-8'))) == [], "use a --channel-… variable of dealer_centre.scss"


def test_tokens_that_are_used_are_there():
    text = '\n'.join(path.read_text('utf-8') for path in STYLES)
    declared = set(re.findall(r'(--channel-[\w-]+)\s*:', text))
    used = set(re.findall(r'var\((--channel-[\w-]*\w)[,)]', text))
    assert used <= declared


def test_a_colour_of_ones_own_is_found():
    assert list(find('.x { color: #123456; }')) == [(1, '#123456')]
    assert list(find('--channel-x: #123456;\n.x { color: var(--channel-x); background: #fff; }')) == []
