"""Words in the pages' own templates: Owl translates plain attributes only, what is computed has to pass `_t`."""
import re
from pathlib import Path

ADDONS = Path(__file__).parents[2] / 'addons'
ATTRIBUTE = r'(?:aria-label|title|placeholder|alt)'
UNTRANSLATED = re.compile(rf'''t-attf-{ATTRIBUTE}=|t-att-{ATTRIBUTE}="[^"]*'[^']*[A-Za-z]{{2}}[^']*'[^"]*"''')


def test_no_template_computes_words_that_nobody_translates():
    found = [
        f'{path.relative_to(ADDONS)}: {match[0]}' for path in ADDONS.glob('*/static/src/**/*.xml')
        for match in UNTRANSLATED.finditer(path.read_text())]
    assert not found
