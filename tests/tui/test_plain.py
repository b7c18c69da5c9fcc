"""Foreign text is made safe, and stays readable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from coderbot.loglevel import Level
from coderbot.supervisor.lines import LogLine
from coderbot.tui import logtext, themes
from coderbot.tui.linebuffer import plain_body
from coderbot.tui.needle import Needle
from coderbot.tui.plain import MAX_CHARS, colourful, cuts, printable, shortened
from tests.tui.fleets import HOSTILE

_STYLES = {
    name: Style()
    for name in (
        *("time", "parent", "debug", "info", "warning", "error", "sup", "stderr"),
        *("match", "found"),
        *(f"hue-{number}" for number in range(themes.HUES)),
    )
}
LOOK = logtext.Look(_STYLES, head_width=14, times=True, needle=Needle())


def line(text: str, **fields: object) -> LogLine:
    known: dict[str, object] = {
        "seq": 1,
        "wall": 1_700_000_000.0,
        "mono": 1.0,
        "bot": "bot-0",
        "run": 1,
        "stream": "out",
        "level": Level.INFO,
        "text": text,
    }
    return LogLine(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        (HOSTILE, "[bold]x[/] red  漢字 🤖"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bP1$r\x1b\\b", "ab"),
        ("a\x1b]52;c;Zm9v", "a52;c;Zm9v"),  # never ended: shown, not obeyed
        ("a\x1b[2J\x1b[1;1H\x1b[?25lb", "ab"),
        ("a\x1b(0\x1b7\x1bcb", "ab"),
        ("a\x1b", "a"),
        ("a\x1b[", "a"),
        ("a\ufe0f\x1b[2J\x00\x1b[2Jb", "ab"),
        ("a\x00\x07\x08\x7fb", "ab"),
        ("a\x9b31mb", "a31mb"),
        ("10%\r20%\rdone", "10% 20% done"),  # nothing is hidden behind a return
        ("a\u2028b\x85c\n\nd", "a b c d"),
        ("a\tb", "a       b"),
        ("\u202eabc\u2066d\u200b\ufeff\u061c", "abcd"),
        ("👩\u200d💻 ⚠\ufe0f 👍🏽", "👩💻 ⚠ 👍"),
        ("🇩🇪", "DE"),
        ("e\u0301", "e\u0301"),  # a combining mark takes no cell
        ("\ud800x", "x"),
    ],
)
def test_printable(text: str, result: str) -> None:
    assert printable(text) == result


@given(st.text(alphabet=st.characters(), max_size=80))
def test_printable_leaves_nothing_to_obey(text: str) -> None:
    clean = printable(text)
    kinds = {unicodedata.category(character) for character in clean}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    clean.encode()


@given(st.text(alphabet="ab\x1b[]0;1m\t漢\x07\\", max_size=40))
def test_colours_change_no_text(text: str) -> None:
    assert logtext.body_text(line(text), LOOK).plain == plain_body(line(text))


@given(st.text(max_size=60), st.integers(2, 20))
def test_pieces_never_exceed_the_width(text: str, width: int) -> None:
    clean = printable(text)
    parts = Text(clean).divide(cuts(clean, width))
    assert "".join(part.plain for part in parts) == clean
    assert all(cell_len(part.plain) <= width for part in parts)


@pytest.mark.parametrize(
    "codes",
    ["\x1b[²m", "\x1b[" + "9" * 4_085 + "m", "\x1b[38;5m", "\x1b[38;2;1m", "\x1b[;;m"],
    ids=["no digit", "huge", "no colour", "half a colour", "empty"],
)
def test_odd_colour_codes_break_nothing(codes: str) -> None:
    body = logtext.body_text(line(f"{codes}text"), LOOK).plain
    assert body.endswith("text")
    assert "\x1b" not in body


def test_children_keep_their_colours_but_do_not_blink_or_hide() -> None:
    text = logtext.body_text(line("\x1b[5;8;31mred\x1b[0m"), LOOK)
    style = text.get_style_at_offset(Console(), 0)
    assert style.color is not None
    assert style.color.number == 1
    assert not style.blink
    assert not style.conceal


def test_colourful_keeps_only_colours() -> None:
    assert colourful("\x1b[31ma\x1b[2Jb\x1b]0;t\x07") == "\x1b[31mab"


def test_long_lines_are_cut_and_marked() -> None:
    assert shortened("x" * MAX_CHARS) == "x" * MAX_CHARS
    assert shortened("x" * (MAX_CHARS + 1)) == "x" * MAX_CHARS + "…"


@pytest.mark.parametrize(
    ("fields", "head"),
    [
        ({}, "22:13:20 [Worker bot-0]   "),
        ({"level": Level.WARNING}, "22:13:20 [Worker bot-0] W "),
        ({"level": Level.ERROR, "stream": "err"}, "22:13:20 [Worker bot-0] E▏"),
        ({"bot": "parent", "level": Level.DEBUG}, "22:13:20 [Parent]       D "),
        ({"text": "[bot-0] ours"}, "22:13:20 [bot-0]          "),
    ],
)
def test_head(fields: dict[str, object], head: str) -> None:
    text = str(fields.pop("text", "text"))
    assert logtext.head_text(line(text, **fields), LOOK, themes.HUES).plain == head


@pytest.mark.parametrize(
    ("bot", "name"),
    [
        ("parent", "parent"),
        ("bot-3", "hue-3"),
        ("bot-11", "hue-3"),
        ("bot-²", "hue-0"),
        ("odd", "hue-0"),
    ],
)
def test_hue(bot: str, name: str) -> None:
    assert logtext.hue(bot, 8) == name
