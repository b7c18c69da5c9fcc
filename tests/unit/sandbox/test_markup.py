import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coderbot.sandbox.errors import ApiError
from coderbot.sandbox.markup.builder import units
from coderbot.sandbox.markup.formatted import Formatted, format_text


def slice_units(text: str, offset: int, length: int) -> str:
    """Return the part of `text` at an offset and of a length in UTF-16 units."""
    raw = text.encode("utf-16-le", errors="surrogatepass")
    part = raw[offset * 2 : (offset + length) * 2]
    return part.decode("utf-16-le", errors="replace")


def spans(text: Formatted) -> list[tuple[str, str]]:
    return [
        (e["type"], slice_units(text.text, e["offset"], e["length"]))
        for e in text.entities
    ]


@pytest.mark.parametrize(
    ("source", "mode", "plain", "expected"),
    [
        ("<b>a</b> b", "HTML", "a b", [("bold", "a")]),
        # an emoji takes two units, so offsets behind it move by two
        ("👍 <i>x</i>", "html", "👍 x", [("italic", "x")]),
        ("a &lt;b&gt; &amp;&#65;&quot;", "HTML", 'a <b> &A"', []),
        ("&nbsp;", "HTML", "&nbsp;", []),  # not known to Telegram
        (
            "<b>a<i>b</i></b>",
            "HTML",
            "ab",
            [("bold", "ab"), ("italic", "b")],
        ),
        ("<u>a</u><s>b</s>", "HTML", "ab", [("underline", "a"), ("strikethrough", "b")]),
        ("<tg-spoiler>x</tg-spoiler>", "HTML", "x", [("spoiler", "x")]),
        ('<span class="tg-spoiler">x</span>', "HTML", "x", [("spoiler", "x")]),
        ("<blockquote expandable>q</blockquote>", "HTML", "q", [("expandable_blockquote", "q")]),
        ('<a href="https://e.org/?a=1&amp;b">l</a>', "HTML", "l", [("text_link", "l")]),
        ("*b* _i_ `c`", "Markdown", "b i c", [("bold", "b"), ("italic", "i"), ("code", "c")]),
        (r"\_x\*", "Markdown", "_x*", []),
        ("[t](http://e.org)", "Markdown", "t", [("text_link", "t")]),
        ("[t](nonsense)", "Markdown", "t", []),
        ("```py\nx = 1\n```", "Markdown", "x = 1", [("pre", "x = 1")]),
        ("*b _i_ b*", "MarkdownV2", "b i b", [("bold", "b i b"), ("italic", "i")]),
        ("__u__ ~s~ ||h||", "MarkdownV2", "u s h", [("underline", "u"), ("strikethrough", "s"), ("spoiler", "h")]),
        (r"1\.", "MarkdownV2", "1.", []),
        (">quote\n>more\nrest", "MarkdownV2", "quote\nmore\nrest", [("blockquote", "quote\nmore")]),
        ("[t](http://e.org/\\))", "MarkdownV2", "t", [("text_link", "t")]),
        ("/start now", "", "/start now", [("bot_command", "/start")]),
        ("see https://e.org/a. /x@some_bot", "", "see https://e.org/a. /x@some_bot", [("url", "https://e.org/a"), ("bot_command", "/x@some_bot")]),
        ("a/b /usr/bin", "", "a/b /usr/bin", []),  # paths are no commands
        ("<code>/start</code>", "HTML", "/start", [("code", "/start")]),  # no detection
        ("  padded \n\n", "", "padded", []),
        ("<b> x </b>", "HTML", " x", [("bold", " x")]),  # kept inside an entity
    ],
)  # fmt: skip
def test_markup(
    source: str, mode: str, plain: str, expected: list[tuple[str, str]]
) -> None:
    text = format_text(source, mode)
    assert text.text == plain
    assert spans(text) == expected


def test_language_of_a_code_block() -> None:
    source = '<pre><code class="language-python">x</code></pre>'
    assert format_text(source, "HTML").entities == [
        {"type": "pre", "offset": 0, "length": 1, "language": "python"}
    ]


@pytest.mark.parametrize(
    ("source", "mode", "complaint"),
    [
        ("<b>x", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<x>", "HTML", 'Unsupported start tag "x" at byte offset 2'),
        ("</b>", "HTML", "Unexpected end tag at byte offset 0"),
        ("<b><i>x</b></i>", "HTML", 'expected "</i>", found "</b>"'),
        ("a < b", "HTML", "Unsupported start tag"),
        ("<span>x</span>", "HTML", "tg-spoiler"),
        ("a *b", "Markdown", "Can't find end of the entity starting at byte offset 2"),
        ("snake_case", "Markdown", "starting at byte offset 5"),
        ("[x", "Markdown", "starting at byte offset 0"),
        ("`x", "Markdown", "starting at byte offset 0"),
        ("1.", "MarkdownV2", "Character '.' is reserved"),
        ("*x", "MarkdownV2", "starting at byte offset 0"),
        ("*a _b* c_", "MarkdownV2", "starting at byte offset 3"),
        ("```x", "MarkdownV2", "starting at byte offset 0"),
    ],
)
def test_broken_markup_is_refused(source: str, mode: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        format_text(source, mode)
    assert caught.value.code == 400
    assert caught.value.description.startswith("Bad Request: can't parse entities: ")
    assert complaint in caught.value.description


def test_unknown_parse_mode() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        format_text("x", "RTF")


def test_explicit_entities_move_with_the_trimmed_text() -> None:
    marks = [{"type": "bold", "offset": 2, "length": 5}]
    text = format_text("  ab  ", entities=marks)
    assert text == Formatted("ab", [{"type": "bold", "offset": 0, "length": 2}])


_PIECES = (
    *("<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "*", "_", "`", "||", "~"),
    *("[x](https://a.example)", "\\*", "/help", "@somebody", "#tag", "a@b.example"),
    *("https://b.example", " ", "\n", "é", "👍", "word"),
)
_MARKED = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3)).map("".join)


@given(_MARKED, st.sampled_from(["", "HTML", "Markdown", "MarkdownV2"]))
@example("👍 <b>é</b> ", "HTML")
def test_entities_always_lie_inside_the_text(source: str, mode: str) -> None:
    try:
        text = format_text(source, mode)
    except ApiError:
        return
    for entity in text.entities:
        assert entity["length"] > 0
        assert 0 <= entity["offset"] <= units(text.text) - entity["length"]


def outcome(source: str, mode: str) -> int:
    """Return 0 when the markup was read, else the code of the refusal."""
    try:
        format_text(source, mode)
    except ApiError as error:
        return error.code
    return 0


@given(st.text(alphabet="<>/biu*_`[]()~|\\.a &;#\n👍", max_size=40))
def test_hostile_markup_never_breaks_a_parser(source: str) -> None:
    codes = {outcome(source, mode) for mode in ("HTML", "Markdown", "MarkdownV2")}
    assert codes <= {0, 400}
