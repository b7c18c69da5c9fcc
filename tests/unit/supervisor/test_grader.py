"""Levels of lines."""

from coderbot.loglevel import Level
from coderbot.supervisor.grader import Grader

D, I, W, E = Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR  # noqa: E741


def grade(*lines: str, default: Level = W) -> list[Level]:
    return Grader(default).grade(lines)[0]


def test_a_mark_decides_and_is_taken_off() -> None:
    lines = ["<7>a", "<6>b", "<4>c", "<3>d", "<9>e", "plain"]
    assert Grader(I).grade(lines) == (
        [D, I, W, E, I, I],
        ["a", "b", "c", "d", "<9>e", "plain"],
    )


def test_a_stream_has_its_default() -> None:
    assert grade("a", default=I) == [I]
    assert grade("a", default=W) == [W]


def test_a_traceback_is_an_error_to_its_last_line() -> None:
    assert grade(
        "before",
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "    f()",
        "",
        "ValueError: no",
        "after",
    ) == [W, E, E, E, E, E, W]


def test_a_chained_traceback_is_one_error() -> None:
    assert grade(
        "Traceback (most recent call last):",
        "KeyError: 1",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        "  File",
        "ValueError: 2",
        "after",
        default=I,
    ) == [E, E, I, E, I, E, E, E, I]


def test_a_traceback_goes_on_over_two_chunks() -> None:
    grader = Grader(W)
    grader.grade(["Traceback (most recent call last):"])
    assert grader.grade(["  File", "ValueError", "after"])[0] == [E, E, W]


def test_a_marked_line_inside_a_traceback_keeps_its_level() -> None:
    assert grade("Traceback (most recent call last):", "<6>x", "  File") == [E, I, E]


def test_a_chunk_without_marks_is_graded_as_line_by_line() -> None:
    quiet = ["plain", "a > b", "  indented"]
    assert Grader(W).grade(quiet) == ([W, W, W], quiet)
    whole, single = Grader(I), Grader(I)
    chunk = ["x", "Traceback (most recent call last):", "  File", "ValueError: y", "z"]
    levels = [single.grade([line])[0][0] for line in chunk]
    assert whole.grade(chunk)[0] == levels
