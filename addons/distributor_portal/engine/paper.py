"""A document of a report as one HTML page that Chromium prints: header and footer on every sheet, pages numbered.

Odoo hands over bodies, and all headers and footers in one page each, made for wkhtmltopdf. Here each body becomes a
page of its own: the header as the head of a table, which the browser repeats, the footer fixed to the foot of a sheet.
"""
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import lxml.html
from lxml import etree

MM_PER_INCH = 25.4
MIN_MARGIN = 8.0
NUMBER_MARGIN = 12.0  # room for the number of the page below the footer
SCALE = 0.8  # wkhtmltopdf shrinks alike: layouts made for it come out in the size they were made for
_URL_IN_CSS = re.compile(r'''url\(\s*(['"]?)([^'")]+)\1\s*\)''')
_IMPORT_IN_CSS = re.compile(r'''@import\s+(['"])([^'"]+)\1''')
_STYLE = """
.container, .container-fluid { max-width: none !important; width: 100% !important; padding: 0 !important; }
html, body { height: auto !important; overflow: visible !important; margin: 0; padding: 0; background: #fff; }
table.o_paper { width: 100%; border-collapse: collapse; border: 0; }
table.o_paper > * > tr > td { padding: 0; border: 0; vertical-align: top; }
table.o_paper > thead { display: table-header-group; }
table.o_paper > tfoot { display: table-footer-group; }
.o_paper_footer { position: fixed; bottom: 0; left: 0; right: 0; }
.header, .footer, .article { position: static !important; }
tr, img { break-inside: avoid; }
thead { display: table-header-group !important; }
"""


@dataclass(frozen=True)
class Paper:
    """Measures in millimetres, as the paper lies in the printer."""

    width: float
    height: float
    margin_top: float
    margin_right: float
    margin_bottom: float
    margin_left: float
    is_landscape: bool = False
    scale: float = SCALE

    def as_print_options(self) -> dict:
        """What `Page.printToPDF` of the DevTools protocol takes, in inches."""
        return {
            'paperWidth': self.width / MM_PER_INCH, 'paperHeight': self.height / MM_PER_INCH,
            'marginTop': self.margin_top / MM_PER_INCH, 'marginRight': self.margin_right / MM_PER_INCH,
            'marginBottom': self.margin_bottom / MM_PER_INCH, 'marginLeft': self.margin_left / MM_PER_INCH,
            'landscape': self.is_landscape, 'printBackground': True, 'scale': self.scale,
        }


def split_parts(page: str | bytes | None) -> list:
    """The headers (or footers) of all documents, one element each, out of the page that holds them all."""
    if not page:
        return []
    holder = _parse(page).xpath("//*[@id='minimal_layout_report_headers' or @id='minimal_layout_report_footers']")
    return list(holder[0]) if holder else []


def compose(body: str, header=None, footer=None) -> str:
    """One document: `body` a whole page, `header` and `footer` elements or None. No script of it is kept."""
    root = _parse(body)
    for node in root.xpath('//script | //base | //iframe | //object | //embed | //meta[@http-equiv]'):
        node.drop_tree()
    head = root.find('head')
    if head is None:
        head = lxml.html.Element('head')
        root.insert(0, head)
    inner = root.find('body')
    number = _take_page_number(footer)
    table = lxml.html.fromstring(
        '<table class="o_paper"><thead><tr><td></td></tr></thead><tbody><tr><td></td></tr></tbody>'
        '<tfoot><tr><td><div class="o_paper_room"></div></td></tr></tfoot></table>')
    if header is not None:
        table.find('thead').find('.//td').append(header)
    cell = table.find('tbody').find('.//td')
    cell.text = inner.text
    cell.extend(list(inner))
    inner.text = None
    inner.append(table)
    if footer is not None:
        holder = lxml.html.Element('div', {'class': 'o_paper_footer'})
        holder.append(footer)
        inner.append(holder)
    style = etree.SubElement(head, 'style')
    style.text = _STYLE + (
        f'@page {{ @bottom-right {{ content: {number}; font: 9pt sans-serif; color: #6c757d; }} }}' if number else '')
    return '<!DOCTYPE html>\n' + lxml.html.tostring(root, encoding='unicode')


def _take_page_number(footer) -> str | None:
    """What the footer says around the number of the page, as CSS content: only the margin can count, it goes there."""
    spans = footer.xpath(".//span[contains(concat(' ', @class, ' '), ' page ')]") if footer is not None else []
    if not spans:
        return None
    holder = spans[0].getparent()
    pieces = [holder.text]
    for node in holder:
        classes = (node.get('class') or '').split()
        count = 'counter(page)' if 'page' in classes else 'counter(pages)' if 'topage' in classes else node.text
        pieces += [count, node.tail]
    holder.drop_tree()
    return ' '.join(
        piece if piece.startswith('counter(') else json.dumps(re.sub(r'\s+', ' ', piece), ensure_ascii=False)
        for piece in pieces if piece and piece.strip())


def find_resources(page: str) -> set[str]:
    """The addresses that a page of HTML asks for when it is shown."""
    root = _parse(page)
    found = set(root.xpath('//img/@src | //source/@src | //link[@rel="stylesheet"]/@href | //image/@href'))
    for text in root.xpath('//style/text() | //@style'):
        found.update(find_css_resources(text))
    return {url.strip() for url in found if url.strip()}


def find_css_resources(text: str) -> set[str]:
    """The addresses that a style sheet asks for."""
    return {match[2] for pattern in (_URL_IN_CSS, _IMPORT_IN_CSS) for match in pattern.finditer(text)}


def number_sheets(counts: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(first sheet, one past the last) of each document of a pile."""
    start = 0
    for count in counts:
        yield start, start + count
        start += count


def _parse(page):
    return lxml.html.document_fromstring(page.decode('utf-8') if isinstance(page, bytes) else str(page))
