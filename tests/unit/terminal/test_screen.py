from dataclasses import replace

from coderbot.worker.terminal.screen import PLAIN, Cursor, Run, Screen, Style

RED = Style(fg=(255, 0, 0))


def test_screens_that_look_alike_are_equal_whatever_their_title() -> None:
    screen = Screen(4, 1, ((Run("ab", RED),),), title="one")
    other = Screen(4, 1, ((Run("ab", Style(fg=(255, 0, 0))),),), title="two")

    assert screen == other
    assert hash(screen) == hash(other)


def test_screens_that_look_different_are_not_equal() -> None:
    screen = Screen(4, 1, ((Run("ab"),),))

    assert screen != replace(screen, lines=((Run("ab", RED),),))
    assert screen != replace(screen, cursor=Cursor(1, 0))
    assert screen != replace(screen, background=(1, 2, 3))
    assert screen != replace(screen, columns=5)


def test_a_run_counts_cells_not_characters() -> None:
    assert Run("abc").columns == 3
    assert Run("日", PLAIN, 2).columns == 2
    assert list(Run("e\u0301", PLAIN, 1).cells()) == [("e\u0301", 1)]
    assert list(Run("ab").cells()) == [("a", 1), ("b", 1)]


def test_text_of_a_screen() -> None:
    screen = Screen(9, 3, ((Run("日", PLAIN, 2), Run(" x ", RED)), (), ()))

    assert screen.text() == "日 x"
    assert screen.line_text(1) == ""
    assert not screen.is_blank
    assert Screen(9, 1, ((Run("  ", RED),),)).is_blank
