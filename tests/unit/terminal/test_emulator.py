import gc
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coderbot.worker.terminal.effects import ProgressState
from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.keys import KeyMode
from coderbot.worker.terminal.screen import (
    Cursor,
    CursorShape,
    Run,
    Screen,
    Style,
    Underline,
)
from coderbot.worker.terminal.theme import DARK


def feed(stream: str | bytes, columns: int = 20, rows: int = 4) -> Emulator:
    emulator = Emulator(columns, rows, scrollback=100)
    emulator.feed(stream.encode() if isinstance(stream, str) else stream)
    return emulator


def first_run(stream: str) -> Run:
    return feed(stream).screen().lines[0][0]


@pytest.mark.parametrize(
    ("sgr", "style"),
    [
        ("1", Style(bold=True)),
        ("2", Style(dim=True)),
        ("3", Style(italic=True)),
        ("4", Style(underline=Underline.SINGLE)),
        ("21", Style(underline=Underline.DOUBLE)),
        ("4:3", Style(underline=Underline.CURLY)),
        ("4:4", Style(underline=Underline.DOTTED)),
        ("4:5", Style(underline=Underline.DASHED)),
        ("7", Style(inverse=True)),
        ("8", Style(hidden=True)),
        ("9", Style(strike=True)),
        ("53", Style(overline=True)),
        ("31", Style(fg=DARK.ansi[1])),
        ("91", Style(fg=DARK.ansi[9])),
        ("1;31", Style(fg=DARK.ansi[9], bold=True)),
        ("1;38;5;1", Style(fg=DARK.ansi[9], bold=True)),
        ("42", Style(bg=DARK.ansi[2])),
        ("1;42", Style(bg=DARK.ansi[2], bold=True)),
        ("38;5;196", Style(fg=(255, 0, 0))),
        ("48;5;232", Style(bg=(8, 8, 8))),
        ("38;2;1;2;3;48;2;4;5;6", Style(fg=(1, 2, 3), bg=(4, 5, 6))),
        ("4;58;2;9;8;7", Style(underline=Underline.SINGLE, underline_color=(9, 8, 7))),
    ],
)
def test_styles(sgr: str, style: Style) -> None:
    assert first_run(f"\x1b[{sgr}mx") == Run("x", style)


def test_text_in_its_place() -> None:
    screen = feed("one\r\n\x1b[3;5Htwo", 20, 4).screen()

    assert screen.text() == "one\n\n    two"
    assert (screen.columns, screen.rows, len(screen.lines)) == (20, 4, 4)
    assert screen.cursor == Cursor(7, 2)


@pytest.mark.parametrize(
    ("stream", "cursor"),
    [
        ("ab", Cursor(2, 0)),
        ("ab\x1b[?25l", Cursor(visible=False)),
        ("\x1b[5 q", Cursor(shape=CursorShape.BAR)),
        ("\x1b[4 q", Cursor(shape=CursorShape.UNDERLINE)),
        ("日\x1b[2G", Cursor(0, 0)),
    ],
)
def test_the_cursor(stream: str, cursor: Cursor) -> None:
    assert feed(stream).screen().cursor == cursor


def test_graphemes_are_kept_together() -> None:
    family, flag = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1f3\U0001f1f1"
    runs = feed(f"e\u0301日{family}{flag}|").screen().lines[0]

    assert [(run.text, run.width) for run in runs] == [
        ("e\u0301", 1),
        ("日", 2),
        (family, 2),
        (flag, 2),
        ("|", 0),
    ]


def test_bells_are_no_title_terminators() -> None:
    emulator = feed("\x07\x1b]2;new title\x07\x07")

    assert emulator.signals.bells == 2
    assert emulator.screen().title == "new title"


def test_a_hostile_title_is_cut_and_clean() -> None:
    title = feed("\x1b]2;a\u202eb" + "x" * 400 + "\x1b\\").title

    assert title.startswith("abx")
    assert len(title) <= 200


@pytest.mark.parametrize(
    ("query", "reply"),
    [
        ("\x1b[c", b"\x1b[?62;22c"),
        ("ab\x1b[6n", b"\x1b[1;3R"),
        ("\x1b[5n", b"\x1b[0n"),
        ("\x1b]11;?\x07", b"\x1b]11;rgb:0d0d/1111/1717\x07"),
        ("\x1b]10;?\x1b\\", b"\x1b]10;rgb:d8d8/dede/e4e4\x1b\\"),
        ("\x1b[?2026$p", b"\x1b[?2026;2$y"),
        ("\x1b[18t", b"\x1b[8;4;20t"),
        ("\x1b[?996n", b"\x1b[?997;1n"),
        # Not told: what would let a program read or fake the user's input.
        ("\x1b[21t", b""),
        ("\x1b]52;c;?\x07", b""),
        # Pictures inside the terminal are not drawn.
        ("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", b""),
    ],
)
def test_queries_are_answered(query: str, reply: bytes) -> None:
    emulator = feed(query)

    assert emulator.take_replies() == reply
    assert emulator.take_replies() == b""


def test_replies_are_bounded() -> None:
    assert len(feed("\x1b[c" * 100_000).take_replies()) <= 65_536


def test_modes_of_the_program() -> None:
    emulator = feed("")
    assert emulator.key_mode == KeyMode()
    assert not emulator.bracketed_paste
    assert not emulator.alternate

    emulator.feed(b"\x1b[?1h\x1b[?2004h\x1b[?1049h\x1b[>1u")

    assert emulator.key_mode == KeyMode(application_cursor=True, kitty_flags=1)
    assert emulator.bracketed_paste
    assert emulator.alternate
    assert emulator.screen().alternate


def test_the_screen_before_a_full_screen_program_comes_back() -> None:
    emulator = feed("shell$ ")
    emulator.feed(b"\x1b[?1049h\x1b[2J\x1b[Hfull" + b"\x1b[3;1Hspin" * 5000)
    assert emulator.screen().text() == "full\n\nspin"

    emulator.feed(b"\x1b[?1049l")

    assert emulator.screen().text() == "shell$"


def test_an_unfinished_frame_is_not_shown() -> None:
    emulator = feed("before")
    emulator.feed(b"\x1b[?2026h\x1b[H\x1b[2Jhalf")
    assert emulator.synchronizing
    assert emulator.screen().text() == "before"
    assert emulator.screen(unfinished=True).text() == "half"

    emulator.feed(b" whole\x1b[?2026l")

    assert not emulator.synchronizing
    assert emulator.screen().text() == "half whole"


def test_colours_that_a_program_changes() -> None:
    emulator = feed("\x1b[31mx")
    emulator.screen()

    emulator.feed(b"\x1b]4;1;rgb:01/02/03\x07\x1b]11;rgb:0a/0b/0c\x07")

    screen = emulator.screen()
    assert screen.lines[0] == (Run("x", Style(fg=(1, 2, 3))),)
    assert screen.background == (10, 11, 12)
    assert screen.foreground == DARK.foreground


def test_a_screen_in_reverse() -> None:
    screen = feed("\x1b[?5hx").screen()

    assert (screen.foreground, screen.background) == (DARK.background, DARK.foreground)


def test_resizing() -> None:
    emulator = feed("0123456789" * 2, 20, 4)
    emulator.resize(10, 6)
    screen = emulator.screen()

    assert (screen.columns, screen.rows) == (10, 6)
    assert screen.text() == "0123456789\n0123456789"


def test_nothing_new_is_an_equal_screen() -> None:
    emulator = feed("x\x1b[31my")
    first = emulator.screen()
    emulator.feed(b"\x1b[1;2H\x1b[31my")

    assert emulator.screen() == first
    assert hash(emulator.screen()) == hash(first)


def _redrawn(emulator: Emulator) -> Screen:
    """Return the screen with every row decoded anew."""
    emulator._lines = []
    return emulator.screen()


def test_rows_that_changed_are_all_noticed() -> None:
    choose = random.Random(7)
    emulator = feed("", 30, 10)
    pieces = (
        *("text", "\r\n", "\x1b[31m", "\x1b[0m", "\x1b[2J", "\x1b[K", "\x1b[1K", "日"),
        *("\x1b[44m", "\x1b[L", "\x1b[M", "\x1b[3P", "\x1b[2@", "\x1b[4X", "\x1bM"),
        *("\x1b[2;7r", "\x1b[r", "\x1b[?1049h", "\x1b[?1049l", "e\u0301", "\x1b[2S"),
        *("\x1b[2T", "\x1b#8", "\x1b]4;1;#123456\x07", "\x1b[?5h", "\x1b[?5l", "\x1bc"),
        *("\x1b[?2026h", "\x1b[?2026l", "\t", "\x1b[5 q", "\x1b[7m", "\x1b[?7l"),
    )
    for _ in range(300):
        for _ in range(choose.randrange(1, 8)):
            place = f"\x1b[{choose.randrange(1, 11)};{choose.randrange(1, 31)}H"
            emulator.feed((choose.choice(("", place)) + choose.choice(pieces)).encode())
        screen = emulator.screen()

        assert screen == _redrawn(emulator)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([b"\x1b[", b"\x1b]", b"\x1bP"]))
)
def test_no_bytes_break_it(parts: list[bytes]) -> None:
    emulator = feed(b"".join(parts), 12, 5)
    screen = emulator.screen(unfinished=True)

    assert (screen.rows, len(screen.lines)) == (5, 5)
    assert all(sum(run.columns for run in line) <= 12 for line in screen.lines)
    # Nothing that cannot be sent in a message.
    screen.text().encode()
    emulator.close()


def test_a_forgotten_emulator_frees_its_memory() -> None:
    for _ in range(20):
        feed("x").screen()
    gc.collect()

    assert not [each for each in gc.get_objects() if isinstance(each, Emulator)]


def test_a_closed_emulator_refuses() -> None:
    emulator = feed("x")
    emulator.close()
    emulator.close()

    with pytest.raises(RuntimeError):
        emulator.screen()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (b"\x1b]9;build done\x07", "build done"),
        (b"\x1b]777;notify;Agent;needs you\x1b\\", "Agent: needs you"),
        (b"\x1b]9;two\x7flines\x07", "two lines"),
    ],
)
def test_desktop_notifications(output: bytes, words: str) -> None:
    emulator = Emulator(80, 24, 0)
    emulator.feed(output)
    assert (emulator.signals.notices, emulator.signals.last_notice) == (1, words)
    assert emulator.signals.bells == 0


@pytest.mark.parametrize(
    ("output", "state"),
    [
        (b"\x1b]9;4;1;40\x07", ProgressState.RUNNING),
        (b"\x1b]9;4;2;40\x07", ProgressState.FAILED),
        (b"\x1b]9;4;3\x07", ProgressState.UNKNOWN),
        (b"\x1b]9;4;1;40\x07\x1b]9;4;0\x07", ProgressState.NONE),
    ],
)
def test_progress(output: bytes, state: ProgressState) -> None:
    emulator = Emulator(80, 24, 0)
    emulator.feed(output)
    assert emulator.signals.progress is state
    assert emulator.signals.notices == 0


def test_a_shell_may_say_that_it_waits() -> None:
    emulator = Emulator(80, 24, 0)
    assert not emulator.at_prompt
    emulator.feed(b"\x1b]133;A\x07$ \x1b]133;B\x07")
    assert emulator.at_prompt
    emulator.feed(b"make\r\n\x1b]133;C\x07building\r\n")
    assert not emulator.at_prompt
