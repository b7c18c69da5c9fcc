from coderbot.worker.terminal.render.text import screen_text
from coderbot.worker.terminal.screen import Cursor, Run, Screen

HIDDEN = Cursor(visible=False)


def make_screen(*rows: str, cursor: Cursor = HIDDEN) -> Screen:
    lines = tuple((Run(row),) if row else () for row in rows)
    return Screen(80, len(rows), lines, cursor)


def test_blanks_and_empty_rows_at_the_end_are_dropped() -> None:
    assert screen_text(make_screen("one  ", "", "  two", "", "")) == "one\n\n  two"


def test_an_empty_screen_is_no_text() -> None:
    assert screen_text(make_screen("", "")) == ""


def test_a_long_screen_loses_its_oldest_rows() -> None:
    screen = make_screen("aaaa", "bbbb", "cccc")

    assert screen_text(screen, 9) == "bbbb\ncccc"
    assert screen_text(screen, 8) == "cccc"


def test_the_row_of_the_cursor_is_kept() -> None:
    screen = make_screen("aaaa", "bbbb", "cccc", "dddd", cursor=Cursor(0, 1))

    assert screen_text(screen, 9) == "bbbb\ncccc"


def test_a_cursor_below_all_text_keeps_the_last_row() -> None:
    screen = make_screen("aaaa", "bbbb", "", "", cursor=Cursor(0, 3))

    assert screen_text(screen, 4) == "bbbb"


def test_length_is_counted_in_utf16_units() -> None:
    screen = make_screen("😀😀", "bb")

    assert screen_text(screen, 7) == "😀😀\nbb"
    assert screen_text(screen, 6) == "bb"


def test_a_single_row_that_is_too_long_is_cut() -> None:
    assert screen_text(make_screen("abc😀"), 2) == "😀"
    assert screen_text(make_screen("abc😀"), 1) == ""


def test_the_text_of_the_largest_screen_fits_a_message() -> None:
    screen = make_screen(*(["x" * 80] * 300))

    assert 4000 < len(screen_text(screen)) <= 4096
