"""A report as pages that Chromium prints: what is kept, what is repeated, what a page may ask for."""
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

paper = load_engine('distributor_portal').paper
BODY = '<html><head><base href="http://a.example/"/></head><body class="container"><p>Order 订单</p></body></html>'
HEADERS = ('<html><body><div id="minimal_layout_report_headers">'
           '<div class="header">One</div><div class="header">Two</div></div></body></html>')
FOOTER = ('<html><body><div id="minimal_layout_report_footers"><div class="footer"><b>Bank</b>'
          '<div>第 <span class="page"></span> 页，共 <span class="topage"></span> "页"</div></div></div></body></html>')


def test_each_document_has_its_own_header():
    first, second = paper.split_parts(HEADERS)
    assert 'One' in paper.compose(BODY, first)
    assert 'Two' not in paper.compose(BODY, second.getprevious())
    assert paper.split_parts(None) == []
    assert paper.split_parts('<html><body></body></html>') == []


def test_page_number_is_counted_in_the_margin_in_the_words_of_the_footer():
    page = paper.compose(BODY, None, paper.split_parts(FOOTER)[0])
    assert 'content: "第 " counter(page) " 页，共 " counter(pages) " \\"页\\""' in page
    assert 'class="page"' not in page
    assert 'Bank' in page


def test_no_script_frame_or_base_is_kept():
    body = BODY.replace('<p>', '<script>steal()</script><iframe src="file:///etc/passwd"></iframe>'
                        '<object data="x"></object><meta http-equiv="refresh" content="0;url=http://x/"><p>')
    page = paper.compose(body)
    for gone in ('steal', 'iframe', 'object', 'refresh', '<base'):
        assert gone not in page
    assert 'Order 订单' in page


def test_what_a_page_asks_for():
    page = ('<html><head><link rel="stylesheet" href="/a.css"/><link rel="icon" href="/no.ico"/>'
            '<style>@import "/b.css"; p { background: url("/c.png") }</style></head>'
            '<body><img src="/d.png"/><p style="background-image: url(/e.png)">x</p>'
            '<a href="/no.html">y</a></body></html>')
    assert paper.find_resources(page) == {'/a.css', '/b.css', '/c.png', '/d.png', '/e.png'}


@given(st.lists(st.integers(1, 50)))
def test_sheets_follow_each_other_without_gap(counts):
    sheets = list(paper.number_sheets(counts))
    assert [end - start for start, end in sheets] == counts
    assert all(one[1] == next_[0] for one, next_ in zip(sheets, sheets[1:], strict=False))


def test_measures_are_inches_for_the_browser():
    options = paper.Paper(210, 297, 10, 10, 12, 10, is_landscape=True).as_print_options()
    assert round(options['paperWidth'], 2) == 8.27
    assert options['landscape'] is True
    assert round(options['marginBottom'], 3) == 0.472
