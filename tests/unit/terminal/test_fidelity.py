"""What programs of today ask of a terminal, clause by clause, as bytes."""

import pytest

from coderbot.worker.terminal.screen import PLAIN, Run, Style, Underline
from coderbot.worker.terminal.theme import DARK, THEMES
from tests.unit.terminal.test_emulator import feed, first_run


@pytest.mark.parametrize(
    ("sgr", "style"),
    [
        # Colours with colons, with the empty place of a colour space and without it.
        ("38:2::10:20:30", Style(fg=(10, 20, 30))),
        ("38:2:10:20:30", Style(fg=(10, 20, 30))),
        ("48:2::10:20:30", Style(bg=(10, 20, 30))),
        ("38:5:196;1", Style(fg=(255, 0, 0), bold=True)),
        (
            "4:3;58:2::9:8:7",
            Style(underline=Underline.CURLY, underline_color=(9, 8, 7)),
        ),
        (
            "4;58:5:1",
            Style(underline=Underline.SINGLE, underline_color=DARK.ansi[1]),
        ),
        # And what undoes them.
        ("1;2;3;4;7;8;9;53;22;23;24;27;28;29;55", PLAIN),
        ("4:3;4:0", PLAIN),
        ("31;42;39;49", PLAIN),
        ("4;58:5:1;59", Style(underline=Underline.SINGLE)),
        ("1;31;0", PLAIN),
    ],
)
def test_styles(sgr: str, style: Style) -> None:
    assert first_run(f"\x1b[{sgr}mx") == Run("x", style)


@pytest.mark.parametrize(
    ("grapheme", "width"),
    [
        ("\u2764\ufe0f", 2),
        ("\u2601\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f469\u200d\U0001f4bb", 2),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", 2),
        ("a\u0301\u0323", 1),
        ("\u0e01\u0e34", 1),
        ("\u1112\u1161\u11ab", 2),
        ("\uff21", 2),
    ],
)
def test_several_code_points_are_one_sign(grapheme: str, width: int) -> None:
    runs = feed(f"{grapheme}after").screen().lines[0]

    assert (runs[0].text, runs[0].columns) == (grapheme, width)
    assert runs[1] == Run("after")


def test_a_wide_sign_that_does_not_fit_goes_to_the_next_row() -> None:
    assert feed("abc日", 4, 3).screen().text() == "abc\n日"


def test_half_a_wide_sign_does_not_stay() -> None:
    assert feed("日本\x1b[1;2Hx").screen().text() == " x本"


def test_a_scroll_region_leaves_the_rest_alone() -> None:
    stream = "head\r\n1\r\n2\r\nfoot\x1b[2;3r\x1b[3;1H\n3\x1b[r"

    assert feed(stream).screen().text() == "head\n2\n3\nfoot"


def test_lines_are_inserted_and_deleted_within_a_region() -> None:
    stream = "a\r\nb\r\nc\r\nd\x1b[2;3r\x1b[2;1H\x1b[Lnew\x1b[1;4r\x1b[1;1H\x1b[M"

    assert feed(stream).screen().text() == "new\nb\nd"


def test_a_region_with_margins_scrolls_its_columns_only() -> None:
    stream = "1aa1\r\n2bb2\r\n3cc3\x1b[?69h\x1b[2;3s\x1b[1;3r\x1b[S\x1b[?69l"

    assert feed(stream).screen().text() == "1bb1\n2cc2\n3  3"


def test_a_link_is_seen_and_its_target_is_not() -> None:
    stream = (
        "\x1b]8;id=1;https://example.org/\x1b\\a \x1b[31mlink\x1b[0m\x1b]8;;\x1b\\ b"
    )

    assert feed(stream).screen().lines[0] == (
        Run("a ", Style(underline=Underline.DOTTED)),
        Run("link", Style(fg=DARK.ansi[1], underline=Underline.DOTTED)),
        Run(" b"),
    )


def test_a_link_keeps_the_line_that_it_has() -> None:
    stream = "\x1b]8;;file:///tmp\x07\x1b[4mlink\x1b]8;;\x07"

    assert first_run(stream) == Run("link", Style(underline=Underline.SINGLE))


def test_strings_that_nobody_knows_are_swallowed() -> None:
    stream = "a\x1b]1337;File=:AAAA\x07b\x1bPqxyz\x1b\\c\x1b_app\x1b\\d\x1b^pm\x1b\\e"

    assert feed(stream).screen().text() == "abcde"


def test_a_character_cut_in_two_is_whole() -> None:
    emulator = feed(b"\xe6\x97")
    emulator.feed(b"\xa5\x1b[3")
    emulator.feed(b"1mx")

    assert emulator.screen().lines[0] == (
        Run("日", PLAIN, 2),
        Run("x", Style(fg=DARK.ansi[1])),
    )


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert feed(b"a\xff\xfe\xc3b").screen().text() == "a\ufffd\ufffd\ufffdb"


def test_nested_frames_end_with_the_first_end() -> None:
    emulator = feed("\x1b[?2026h\x1b[?2026hone")
    assert emulator.screen().text() == ""

    emulator.feed(b" two\x1b[?2026l")

    assert emulator.screen().text() == "one two"


def test_a_new_size_ends_a_frame() -> None:
    emulator = feed("before\x1b[?2026h\x1b[2J\x1b[Hnew")
    emulator.resize(30, 5)

    screen = emulator.screen()
    assert (screen.columns, screen.rows, screen.text()) == (30, 5, "new")


def test_wrapped_lines_are_wrapped_anew() -> None:
    emulator = feed("0123456789abcdef\r\n$ ", 10, 4)
    emulator.resize(20, 4)
    assert emulator.screen().text() == "0123456789abcdef\n$"

    emulator.resize(8, 4)
    assert emulator.screen().text() == "01234567\n89abcdef\n$"


def test_full_screen_programs_draw_themselves_after_a_new_size() -> None:
    emulator = feed("\x1b[?1049h0123456789abcdef", 10, 4)
    emulator.resize(20, 4)

    assert emulator.screen().text() == "0123456789\nabcdef"


def test_what_has_scrolled_off_comes_back_with_more_rows() -> None:
    emulator = feed("\r\n".join("abcdef"), 10, 3)
    emulator.resize(10, 5)

    assert emulator.screen().text() == "b\nc\nd\ne\nf"


def test_the_directory_that_a_program_tells() -> None:
    emulator = feed("")
    assert emulator.reported_directory == ""

    emulator.feed(b"\x1b]7;file://host/tmp/a%20b\x1b\\")

    assert emulator.reported_directory == "file://host/tmp/a%20b"


def test_titles_come_and_go() -> None:
    emulator = feed("\x1b]0;one\x07\x1b[22;0t\x1b]2;two\x07")
    assert emulator.title == "two"

    emulator.feed(b"\x1b]2;\x07")

    assert emulator.title == ""


def test_another_theme_recolours_what_is_there() -> None:
    emulator = feed("\x1b[31mred\x1b[0m plain \x1b[38;2;1;2;3mown")
    emulator.screen()
    light = THEMES["light"]

    emulator.set_theme(light)
    emulator.feed(b"\x1b]11;?\x07\x1b[?996n")

    screen = emulator.screen()
    assert screen.lines[0] == (
        Run("red", Style(fg=light.ansi[1])),
        Run(" plain "),
        Run("own", Style(fg=(1, 2, 3))),
    )
    assert (screen.foreground, screen.background, screen.cursor_color) == (
        light.foreground,
        light.background,
        light.cursor,
    )
    assert emulator.take_replies() == b"\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?997;2n"


def test_another_theme_leaves_the_colours_of_the_program() -> None:
    emulator = feed("\x1b]11;#010203\x07\x1b]4;1;#040506\x07\x1b[31mred")

    emulator.set_theme(THEMES["nord"])

    screen = emulator.screen()
    assert screen.background == (1, 2, 3)
    assert screen.foreground == THEMES["nord"].foreground
    assert screen.lines[0] == (Run("red", Style(fg=(4, 5, 6))),)


def test_what_is_hidden_is_in_no_text() -> None:
    screen = feed("user \x1b[8mpass日\x1b[28m ok").screen()

    assert screen.text() == "user        ok"
    assert screen.lines[0][1] == Run("pass", Style(hidden=True))
