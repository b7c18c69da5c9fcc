"""Names of terminals, and which one a message goes to."""

import pytest

from coderbot.worker.telegram.seats import Seats
from coderbot.worker.terminal.ident import TerminalId, clean_name, free_name

MAIN, BUILD = TerminalId(1001, "main"), TerminalId(1001, "build")
BENS = TerminalId(1002, "main")
TOPIC = 7


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("build", "build"),
        (" Build-2 ", "build-2"),
        ("2", "2"),
        ("", None),
        ("-x", None),
        ("a b", None),
        ("../x", None),
        ("ž", None),
        ("x" * 21, None),
    ],
)
def test_names(text: str, name: str | None) -> None:
    assert clean_name(text) == name


def test_the_next_free_name_is_short() -> None:
    assert free_name(()) == "main"
    assert free_name({"build"}) == "main"
    assert free_name({"main"}) == "2"
    assert free_name({"main", "2", "4", "build"}) == "3"


def test_each_topic_and_user_has_a_seat() -> None:
    seats = Seats()
    seats.take(MAIN, None)
    seats.take(BUILD, TOPIC)
    seats.take(BENS, None)
    assert seats.current(1001, None) == MAIN
    assert seats.current(1001, TOPIC) == BUILD
    assert seats.current(1002, None) == BENS
    assert seats.current(1002, TOPIC) is None


def test_a_terminal_is_used_in_one_topic_only() -> None:
    seats = Seats()
    seats.take(MAIN, None)
    seats.take(MAIN, TOPIC)
    assert seats.current(1001, None) is None
    assert seats.current(1001, TOPIC) == MAIN


def test_a_seat_is_empty_when_its_terminal_has_ended() -> None:
    seats = Seats()
    seats.take(MAIN, None)
    seats.take(BUILD, None)
    seats.leave(BUILD)
    # Not the one before: what was meant for one is never typed into another.
    assert seats.current(1001, None) is None
