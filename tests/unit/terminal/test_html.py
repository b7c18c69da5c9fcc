"""The page that a browser draws a screen from."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from coderbot.worker.terminal.render.html import screen_html
from coderbot.worker.terminal.render.metrics import Page
from coderbot.worker.terminal.screen import Cursor, CursorShape, Run, Screen, Style
from tests.unit.terminal.streams import attributes
from tests.unit.terminal.test_pictures import screen_of

PAGE = Page.of(20, 2, 14)
HIDDEN = Cursor(visible=False)


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if self.tags[-1] in ("s", "i"):
            self.texts.append(data)


def html_of(*runs: Run, cursor: Cursor = HIDDEN) -> str:
    return screen_html(Screen(20, 2, (runs, ()), cursor), PAGE)


@given(st.text(min_size=1).filter(lambda text: "\r" not in text and "\0" not in text))
def test_no_text_is_anything_but_text(text: str) -> None:
    page = Reader(html_of(Run(text)))

    assert "".join(page.texts) == text
    assert set(page.tags) <= {"html", "head", "meta", "style", "body", "pre", "s", "i"}


def test_nothing_in_it_runs_or_is_fetched() -> None:
    html = html_of(Run("<script>x</script><img src=x onerror=y>"))

    assert "default-src 'none'" in html
    assert not re.search(
        r"<script|<img|<link|url\(|@import|src=|href=", html.split("<pre>")[0]
    )
    assert "<script" not in html
    assert "<img" not in html


def test_runs_have_places_of_their_own() -> None:
    html = html_of(Run("ab"), Run("\u65e5", Style(), 2), Run("c"))
    width = PAGE.metrics.width

    assert re.findall(r"left:(\d+)px;width:(\d+)px", html) == [
        ("0", str(2 * width)),
        (str(2 * width), str(2 * width)),
        (str(4 * width), str(width)),
    ]


def test_every_cursor_is_in_the_page() -> None:
    plain = html_of(Run("ab"))
    pages = {
        html_of(Run("ab"), cursor=Cursor(1, 0, True, each)) for each in CursorShape
    }

    assert len(pages) == 4
    assert plain not in pages


def test_attributes_become_styles() -> None:
    html = screen_html(screen_of(attributes(), 76, 30), Page.of(76, 30, 14))

    for css in (
        *("font-weight:bold", "font-style:italic", "line-through", "overline"),
        *("underline double", "underline wavy", "underline dotted", "underline dashed"),
        *("wavy #ff5050", "color:#f4655c", "background:#f4655c"),
    ):
        assert css in html, css
